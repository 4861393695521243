#!/bin/sh
# Starts the app beside this script; the name it was called by is what its hints tell the user to type.
here=$(dirname "$(readlink -f "$0")")
GRAINCAST_LAUNCHER=$0 exec dotnet "$here/app/graincast.dll" "$@"
