#!/bin/bash
# Builds the images that k8s/base names, from bin/: by buildah, which needs no engine, else by Docker. By environment:
#   PREFIX   where they are kept: registry.example/graincast
#   RUNTIME  the base of the silo's; "local" makes one of Debian's packages and this machine's .NET, where no registry is reached (buildah only)
#   BUILDAH  how buildah is called
# The library for OpenMP and the scoring kernel are of this machine: a base needs its C library or a newer one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
images=k8s/images out=bin/images
prefix=${PREFIX:-registry.example/graincast} buildah=${BUILDAH:-buildah}
version=$(sed -n "s/^default_version = '\(.*\)'/\1/p" silo/extension/graincast.control)
postgres=$(sed -n 's/^VERSION = PostgreSQL \([0-9]*\).*/\1/p' bin/app/extension/pg_config.txt)
revision=$(git rev-parse HEAD)
# The commit's time: the same sources give the same labels.
EPOCH=$(git log -1 --format=%ct)
export EPOCH
created=$(date --utc --date "@$EPOCH" +%Y-%m-%dT%H:%M:%SZ)

# What is in them, for who must know: CycloneDX.
sbom=bin/tools/cyclonedx
[ -x "$sbom/dotnet-CycloneDX" ] || dotnet tool install CycloneDX --version 6.3.1 --tool-path "$sbom" >/dev/null
rm -rf "$out"
mkdir -p "$out"/{silo,extension}/doc "$out/extension/extension"
"$sbom/dotnet-CycloneDX" silo/Silo.csproj --output "$out/silo/doc" --filename sbom.json --output-format Json --set-version "$version" --set-name graincast --set-type Container \
  --disable-package-restore --no-serial-number >/dev/null
cp LICENSE "$out/silo/doc"
cp LICENSE "$out/extension/doc"

cp -r bin/app "$out/silo/app"
# The private Postgres' files and symbols.
rm -rf "$out"/silo/app/extension "$out"/silo/app/*.{pdb,xml,dbg}
cp "/usr/lib/$(uname -m)-linux-gnu/libgomp.so.1" "$out/silo"

find bin/app/extension -name 'graincast*' -prune -exec cp -r {} "$out/extension/extension" \;
cp /bin/busybox "$out/extension/busybox"
cp /usr/share/doc/busybox-static/copyright "$out/extension/doc/busybox-copyright"
cp /usr/share/common-licenses/GPL-2 "$out/extension/doc"
# Whoever built them, anyone may read them.
chmod -R a+rX,u+w "$out"

# image NAME TAG ARGUMENTS…
image() {
  local arguments=(--build-arg "VERSION=$version" --build-arg "REVISION=$revision" --build-arg "CREATED=$created" "${@:3}" --tag "$prefix/$1:$2" --file "$images/$1.Containerfile" "$out/$1")
  if command -v ${buildah%% *} >/dev/null; then
    $buildah build --quiet --timestamp "$EPOCH" "${arguments[@]}"
  else
    SOURCE_DATE_EPOCH=$EPOCH docker build --quiet "${arguments[@]}"
  fi
  echo "built $prefix/$1:$2"
}

runtime=()
if [ "${RUNTIME:-}" = local ]; then
  BUILDAH=$buildah "$images/runtime.sh" localhost/graincast/runtime:10.0
  runtime=(--build-arg RUNTIME=localhost/graincast/runtime:10.0)
elif [ -n "${RUNTIME:-}" ]; then
  runtime=(--build-arg "RUNTIME=$RUNTIME")
fi
image silo "$version" "${runtime[@]}"
image extension "$version-pg$postgres" --build-arg "POSTGRES=$postgres"
