#!/bin/bash
# Runs the pod of a folder without a container engine, as root: pod.sh FOLDER APP. The folder holds volumes/NAME, containers/NAME (what to run, a shell script) and
# mounts/NAME (lines "volume path subPath ro|rw"). Network, processes and mounts are the pod's own; a container sees its mounts and a read-only root.
set -euo pipefail
if [ "${3:-}" != inside ]; then
  exec unshare --mount --net --pid --fork --kill-child --mount-proc "$0" "$1" "$2" inside
fi
export PATH=/run/bin:/usr/lib/postgresql/15/bin:/usr/sbin:$PATH

# container USER NAME
container() {
  # shellcheck disable=SC2016
  exec unshare --mount bash -euc '
    cd /run/pod
    script=$(cat "containers/$2")
    mkdir -p /run/top && mount -t tmpfs tmpfs /run/top
    # Paths that this machine need not have are made in layers above its own.
    for layer in /etc /var/lib /usr/share/postgresql/15/extension /usr/lib/postgresql/15/lib; do
      mkdir -p "/run/top/upper$layer" "/run/top/work$layer"
      mount -t overlay overlay -o "lowerdir=$layer,upperdir=/run/top/upper$layer,workdir=/run/top/work$layer" "$layer"
    done
    mount --bind hosts /etc/hosts
    while read -r volume path part mode; do
      if [ -f "volumes/$volume/$part" ]; then mkdir -p "$(dirname "$path")" && touch "$path"; else mkdir -p "$path"; fi
      mount --bind "volumes/$volume/$part" "$path"
      [ "$mode" = rw ] || mount -o remount,bind,ro "$path"
    done <"mounts/$2"
    # Nothing of the others is left in sight.
    cd / && mount -t tmpfs -o ro tmpfs /run/pod && umount --lazy /run/top
    mount -o remount,bind,ro /
    exec setpriv --reuid "$1" --regid "$1" --groups 2000 --bounding-set=-all --no-new-privs bash -c "$script"
  ' container "$1" "$2"
}

# until_true SECONDS COMMAND…
until_true() {
  timeout "$1" bash -c 'until "$@"; do sleep 0.1; done' wait "${@:2}"
}

trap '[ $? = 0 ] || cat /run/*.log' EXIT
mount --make-rprivate /
ip link set lo up
mount -t tmpfs tmpfs /run
mkdir -p /run/{pod,app,bin,graincast,postgresql}
mount --bind "$2" /run/app
cp -r "$1/." /run/pod
install "$(dirname "$0")/docker-entrypoint.sh" /run/bin
cd /run/pod
# As fsGroup leaves them.
chown -R root:2000 volumes
find volumes -type f -exec chmod 440 {} +
find volumes -type d -exec chmod 2777 {} +

(container postgres postgres) >/run/postgres.log 2>&1 &
until_true 60 pg_isready --quiet --host=127.0.0.1
(container postgres register)
(container postgres register)
(container 1654 install)
(container 1654 silo) >/run/silo.log 2>&1 &
silo=$!
until_true 60 test -S volumes/run/node/graincast.sock
(container postgres sql)
(container 1654 intruder)
kill -TERM "$silo"
code=0
wait "$silo" || code=$?
cat /run/silo.log
echo "the silo ended with $code"
