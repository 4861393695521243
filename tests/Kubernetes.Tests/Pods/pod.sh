#!/bin/bash
# Runs the pod of a folder without a container engine, as root: pod.sh FOLDER APP. The folder holds volumes/NAME, containers/NAME (what to run, a shell script),
# mounts/NAME (lines "volume path subPath ro|rw"), limits/NAME (bytes of memory) and, for a container with an image, roots/NAME (its root folder).
# Network, processes and mounts are the pod's own; a container sees its mounts and a read-only root, its image's or this machine's.
set -euo pipefail
if [ "${3:-}" != inside ]; then
  # Version 1 of cgroups, or 2.
  controller=/sys/fs/cgroup/memory
  [ -d "$controller" ] || controller=/sys/fs/cgroup
  group=$controller/$(basename "$1")
  if ! { mkdir "$group" && find "$group" -maxdepth 1 -name memory.limit_in_bytes -o -name memory.max | grep --quiet .; } 2>/dev/null; then
    group=
  fi
  code=0
  unshare --mount --net --pid --fork --kill-child --mount-proc "$0" "$1" "$2" inside "$group" || code=$?
  [ -z "$group" ] || rmdir "$group"
  exit "$code"
fi
group=${4:-}
export PATH=/run/bin:/usr/lib/postgresql/15/bin:/usr/sbin:$PATH

# container USER NAME
container() {
  # shellcheck disable=SC2016
  exec unshare --mount bash -euc '
    cd /run/pod
    script=$(cat "containers/$2")
    mkdir -p /run/top && mount -t tmpfs tmpfs /run/top
    root=
    if [ -f "roots/$2" ]; then
      root=/run/top/root
      mkdir /run/top/{root,upper,work}
      mount -t overlay overlay -o "lowerdir=$(cat "roots/$2"),upperdir=/run/top/upper,workdir=/run/top/work" "$root"
      mkdir -p "$root"/{proc,dev,etc} && mount --rbind /proc "$root/proc" && mount --rbind /dev "$root/dev"
    else
      # Paths that this machine need not have are made in layers above its own.
      for layer in /etc /var/lib /usr/share/postgresql/15/extension /usr/lib/postgresql/15/lib; do
        mkdir -p "/run/top/upper$layer" "/run/top/work$layer"
        mount -t overlay overlay -o "lowerdir=$layer,upperdir=/run/top/upper$layer,workdir=/run/top/work$layer" "$layer"
      done
    fi
    touch "$root/etc/hosts" && mount --bind hosts "$root/etc/hosts"
    while read -r volume path part mode; do
      if [ -f "volumes/$volume/$part" ]; then mkdir -p "$root$(dirname "$path")" && touch "$root$path"; else mkdir -p "$root$path"; fi
      mount --bind "volumes/$volume/$part" "$root$path"
      [ "$mode" = rw ] || mount -o remount,bind,ro "$root$path"
    done <"mounts/$2"
    if [ -n "$root" ]; then
      mount -o remount,ro "$root"
      # An image need not have a shell: the last thing that the script does is to enter it.
      ENTER="/usr/sbin/chroot --userspec=$1:$1 --groups=2000 $root" exec setpriv --no-new-privs bash -c "$script"
    fi
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

# probe NAME
probe() {
  exec 3<>/dev/tcp/127.0.0.1/8080
  printf 'GET /health/%s HTTP/1.0\r\n\r\n' "$1" >&3
  head -n 1 <&3 | grep --quiet ' 200 '
}
export -f probe
# not_alive PID
not_alive() { ! kill -0 "$1"; } 2>/dev/null
export -f not_alive

# What the kubelet does with the silo: starts it again unless it ended as it was told to. What it started ends with it.
keep_silo() {
  local code
  while true; do
    (
      [ -z "$group" ] || echo "$BASHPID" >"$group/cgroup.procs"
      # The kubelet's for a pod that may use more than it asks for: the kernel takes this process first.
      echo 999 >/proc/self/oom_score_adj
      echo "$BASHPID" >/run/silo.pid
      container 1654 silo
    ) &
    code=0
    wait $! || code=$?
    echo "the silo ended with $code"
    [ -z "$group" ] || xargs --no-run-if-empty kill -KILL <"$group/cgroup.procs" 2>/dev/null || true
    [ "$code" -ne 0 ] || return 0
  done
}

# Lets memory run out in the silo's container: less than the limit, and more than the silo leaves of it.
exhaust() {
  (
    echo "$BASHPID" >"$group/cgroup.procs"
    exec dd if=/dev/zero of=/dev/null bs=$(($(cat limits/silo) - (16 << 20))) count=1 iflag=fullblock status=none
  ) &
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
postgres=$(id -u postgres)

[ ! -f roots/extension ] || (container "$postgres" extension)
(container "$postgres" postgres) >/run/postgres.log 2>&1 &
until_true 60 pg_isready --quiet --host=127.0.0.1
(container "$postgres" register)
(container "$postgres" register)
(container 1654 install)
for file in memory.limit_in_bytes memory.max; do
  [ -z "$group" ] || [ ! -f "$group/$file" ] || cat limits/silo >"$group/$file"
done
keep_silo >/run/silo.log 2>&1 &
keeper=$!
until_true 60 bash -c 'probe ready' 2>/dev/null
(container "$postgres" sql)
(container 1654 intruder)

if [ -n "$group" ]; then
  (container "$postgres" asking) >/run/asking.log 2>&1 &
  asking=$!
  until_true 30 grep --quiet 'progress:' /run/asking.log
  silo=$(cat /run/silo.pid)
  exhaust
  until_true 60 not_alive "$silo"
  until_true 60 bash -c 'probe ready' 2>/dev/null
  (container "$postgres" again)
  # As its time limit does.
  kill -ALRM "$asking"
  wait "$asking"
  cat /run/asking.log
fi

kill -TERM "$(cat /run/silo.pid)"
wait "$keeper"
cat /run/silo.log
