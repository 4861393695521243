# Copies rows that changed from Postgres to Redis, each second.
import os
import time

import numpy
import psycopg2
import redis

database = psycopg2.connect(os.environ["DATABASE"])
database.autocommit = True
cursor = database.cursor()
store = redis.Redis(unix_socket_path="redis.sock")
seen = "-infinity"
while True:
    # Rows are seen when they are committed, which may be some seconds after their updated_at.
    cursor.execute("SELECT id, ARRAY[f1, f2, f3, f4, f5, f6, f7, f8, f9, f10] FROM flights WHERE updated_at > %s::timestamptz - interval '5 s'", [seen])
    pipeline = store.pipeline(transaction=False)
    for key, features in cursor.fetchall():
        pipeline.set(key, numpy.array(features, dtype=numpy.float32).tobytes())
    pipeline.execute()
    if seen == "-infinity":
        print("in sync", flush=True)
    cursor.execute("SELECT max(updated_at) FROM flights")
    seen = cursor.fetchone()[0]
    time.sleep(1)
