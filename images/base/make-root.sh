#!/usr/bin/env bash
# make-root.sh FOLDER: what executables of this project need and nothing else, from Debian packages: glibc, libstdc++, CA
# certificates, a user. Stands in for the public base image where no registry can be reached.
set -euo pipefail
root=$1
packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT
mkdir -p "$root"/{etc/ssl/certs,tmp,var/lib/dpkg/status.d}
chmod 1777 "$root/tmp"
(cd "$packages" && apt-get download -qq -o APT::Sandbox::User=root libc6 libgcc-s1 libstdc++6 ca-certificates)
for package in "$packages"/*.deb; do
  dpkg-deb -x "$package" "$root"
  # Scanners read here which versions are in the image.
  dpkg-deb -f "$package" >"$root/var/lib/dpkg/status.d/$(dpkg-deb -f "$package" Package)"
done
cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"
rm -rf "$root"/usr/share/{doc,man,lintian,gdb,ca-certificates} "$root"/usr/lib/*/gconv "$root"/usr/sbin "$root"/etc/ca-certificates
echo 'root:x:0:0:root:/root:/sbin/nologin
nonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin' >"$root/etc/passwd"
echo 'root:x:0:
nonroot:x:65532:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
