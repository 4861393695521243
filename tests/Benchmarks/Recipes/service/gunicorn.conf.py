import os

bind = f"127.0.0.1:{os.environ['PORT']}"
workers = 5
threads = 2
keepalive = 75
