#!/bin/bash
# A base for the silo's image where no registry is reached: runtime.sh NAME makes it by buildah, from Debian's packages and the .NET runtime of this machine.
# The packages are unpacked, not installed: there is no shell that could.
set -euo pipefail
packages=(base-files ca-certificates gcc-12-base libc6 libgcc-s1 libssl3 libstdc++6 tzdata zlib1g)

work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{debs,root/usr/{bin,lib,lib64,sbin},root/var/lib/dpkg/status.d,root/etc/ssl/certs}
chmod 755 "$work" "$work/root"
root=$work/root
for folder in bin lib lib64 sbin; do ln -s "usr/$folder" "$root/$folder"; done
(cd "$work/debs" && apt-get download -qq -o APT::Sandbox::User=root "${packages[@]}")
for package in "$work"/debs/*.deb; do
  # As debootstrap does: what goes to /lib lands in /usr/lib.
  dpkg-deb --fsys-tarfile "$package" | tar --extract --directory "$root" --keep-directory-symlink --exclude='./usr/share/man/*'
  # Where scanners of images without dpkg look.
  dpkg-deb --field "$package" >"$root/var/lib/dpkg/status.d/$(dpkg-deb --field "$package" Package)"
done
cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"
printf 'root:x:0:0::/root:/sbin/nologin\napp:x:1654:1654::/tmp:/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\napp:x:1654:\n' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
target=$root/usr/share/dotnet
mkdir -p "$target/shared"
cp "$dotnet"/{dotnet,LICENSE.txt,ThirdPartyNotices.txt} "$target"
cp -r "$dotnet/host" "$target"
for framework in Microsoft.NETCore.App Microsoft.AspNetCore.App; do
  mkdir "$target/shared/$framework"
  cp -r "$(find "$dotnet/shared/$framework" -maxdepth 1 -name '10.*' | sort --version-sort | tail -n 1)" "$target/shared/$framework"
done
ln -s ../share/dotnet/dotnet "$root/usr/bin/dotnet"

cat >"$work/Containerfile" <<'END'
FROM scratch
COPY root /
ENV PATH=/usr/sbin:/usr/bin
END
${BUILDAH:-buildah} build --quiet --timestamp "${EPOCH:-0}" --tag "$1" --file "$work/Containerfile" "$work"
