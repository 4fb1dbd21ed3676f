# SPDX-License-Identifier: MIT
# For shell tests: a root file system of Debian's arm64 packages, fetched and unpacked, not installed.
# Source it.
# shellcheck shell=sh
# arm64_root DIR PACKAGE...: DIR/root, merged /usr, without documentation. False, with why on the last
# line of DIR/log, when they cannot be had. arm64_initrd DIR: DIR/initrd.cpio of it.

# What is needed of this host; prints what is missing.
arm64_missing() {
    for need in /usr/bin/cpio /usr/bin/dpkg-deb /usr/bin/apt-get; do
        [ -r "$need" ] || echo "there is no $need"
    done
}

arm64_fetch() { # DIR PACKAGE...
    arm64_apt=$(cd "$1" && pwd)/apt
    shift
    mkdir -p "$arm64_apt/state/lists/partial" "$arm64_apt/cache/archives/partial"
    : >"$arm64_apt/status"
    arm64_options="-o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State=$arm64_apt/state
        -o Dir::State::status=$arm64_apt/status -o Dir::Cache=$arm64_apt/cache -o APT::Sandbox::User=
        -o APT::Install-Recommends=no -o Debug::NoLocking=1 -q"
    # shellcheck disable=SC2086
    apt-get $arm64_options update && apt-get $arm64_options -y --download-only install "$@"
}

arm64_unpack() { # DIR
    arm64_dir=$1/root
    rm -rf "$arm64_dir"
    mkdir -p "$arm64_dir/usr/bin" "$arm64_dir/usr/sbin" "$arm64_dir/usr/lib"
    for d in bin sbin lib; do ln -s "usr/$d" "$arm64_dir/$d"; done
    for deb in "$1"/apt/cache/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$deb" |
            tar -C "$arm64_dir" -x --no-same-owner --keep-directory-symlink --exclude=./usr/share/doc \
                --exclude=./usr/share/man --exclude=./usr/share/locale --exclude=./usr/share/X11 \
                --exclude=./usr/share/icons --exclude=./usr/share/fonts --exclude=./usr/share/perl \
                --exclude='*/lib?san*' --exclude='*/gconv/*' || return 1
    done
    ln -sf bash "$arm64_dir/usr/bin/sh"
    ln -sf mawk "$arm64_dir/usr/bin/awk"
}

arm64_root() {
    mkdir -p "$1"
    { arm64_fetch "$@" && arm64_unpack "$1"; } >"$1/log" 2>&1
}

arm64_initrd() {
    (cd "$1/root" && find . | cpio -o -H newc --quiet) >"$1/initrd.cpio"
}
