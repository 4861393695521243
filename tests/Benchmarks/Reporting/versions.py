# Prints the versions of what Graincast is compared with.
import importlib.metadata
import platform
import subprocess

packages = ["Flask", "gunicorn", "psycopg2", "numpy", "scikit-learn", "xgboost"]
redis = subprocess.run(["/usr/bin/redis-server", "--version"], capture_output=True, check=True, text=True).stdout.split("v=")[1].split()[0]
print(f"Python {platform.python_version()}, Redis {redis}, " + ", ".join(f"{package} {importlib.metadata.version(package)}" for package in packages))
