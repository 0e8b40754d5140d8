#!/usr/bin/env bash
# build.sh NAME…: builds images with buildah from their Dockerfiles and the executables in .build/binaries, and writes them
# to .build/images/NAME.tar (OCI archives). No registry is reached: bases are made from Debian packages, unless BASE (server,
# controller) or CLIENT_BASE names an image that buildah has. Needs root.
set -euo pipefail
cd "$(dirname "$0")/.."
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
binaries=.build/binaries out=.build/images
version=$(node -p 'require("./package.json").version')
revision=$(git rev-parse HEAD)
# So that the same executables and base make the same image.
timestamp=$(git log -1 --format=%ct)

for program in buildah debootstrap; do
  command -v $program >/dev/null || { echo "$program is missing: apt-get install $program" >&2; exit 1; }
done

base() { # NAME COMMAND…: an image of what the command puts into a folder, made once for each version of the command
  local name root container
  name=localhost/$1:$(sha256sum <"$2" | cut -c 1-16)
  if ! buildah images --quiet "$name" >/dev/null 2>&1; then
    echo "making $name" >&2
    root=$(mktemp -d)
    "${@:2}" "$root/root" >&2
    container=$(buildah from scratch)
    tar -C "$root/root" -cf "$root/root.tar" .
    buildah add --quiet "$container" "$root/root.tar" / >&2
    buildah commit --quiet --rm "$container" "$name" >&2
    rm -rf "$root"
  fi
  echo "$name"
}

build() { # NAME BASE
  local name=$1 tag=ghcr.io/backup-maker/$1:$version
  buildah bud --quiet --pull-never --timestamp "$timestamp" -f "images/$name/Dockerfile" -t "$tag" \
    --build-arg "BASE=$2" --build-arg "VERSION=$version" --build-arg "REVISION=$revision" "$binaries" >/dev/null
  rm -f "$out/$name.tar"
  buildah push --quiet "$tag" "oci-archive:$out/$name.tar:$tag"
  echo "$out/$name.tar: $tag, $(du -m "$out/$name.tar" | cut -f 1) MB packed"
}

mkdir -p "$out"
for name in "$@"; do
  case $name in
    backup-maker) build "$name" "${CLIENT_BASE:-$(base backup-maker-debian images/base/make-debian.sh)}" ;;
    backup-repository | backup-maker-controller) build "$name" "${BASE:-$(base backup-maker-base images/base/make-root.sh)}" ;;
    *) echo "there is no image $name" >&2; exit 2 ;;
  esac
done
