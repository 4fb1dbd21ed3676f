#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's arm64 userland from an initramfs: bash, Python's own tests, openssl, gcc, stress-ng. The
# packages are fetched and unpacked, not installed. Run in the build directory, where they are kept.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
image=${DEBIAN_ARM64_IMAGES:-/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64}
packages='bash coreutils diffutils grep sed mawk gzip findutils mount python3 libpython3.11-testsuite
 openssl gcc libc6-dev stress-ng'
for need in "$image/linux" /usr/bin/cpio /usr/bin/dpkg-deb /usr/bin/apt-get; do
    if [ ! -r "$need" ]; then
        echo "1..0 # SKIP there is no $need"
        exit 0
    fi
done

# Into ./userland/debs, from the archive that this host uses.
fetch() {
    apt=$PWD/userland/apt
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
    : >"$apt/status"
    set -- -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o "Dir::State=$apt/state" \
        -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User= \
        -o APT::Install-Recommends=no -o Debug::NoLocking=1 -q
    # shellcheck disable=SC2086
    apt-get "$@" update && apt-get "$@" -y --download-only install $packages
}

# ./userland/initrd.cpio: merged /usr, without what no test needs.
unpack() {
    root=$PWD/userland/root
    rm -rf "$root"
    mkdir -p "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib" "$root/tests"
    for d in bin sbin lib; do ln -s "usr/$d" "$root/$d"; done
    for deb in userland/apt/cache/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$deb" |
            tar -C "$root" -x --no-same-owner --keep-directory-symlink --exclude=./usr/share/doc \
                --exclude=./usr/share/man --exclude=./usr/share/locale --exclude=./usr/share/X11 \
                --exclude=./usr/share/perl --exclude='*/lib?san*' --exclude='*/gconv/*' || return 1
    done
    ln -sf bash "$root/usr/bin/sh"
    ln -sf mawk "$root/usr/bin/awk"
    cp "$src/tests/guest/userland/init" "$root/init"
    chmod +x "$root/init"
    cp "$src"/tests/guest/userland/tests/* "$root/tests/"
    (cd "$root" && find . | cpio -o -H newc --quiet) >userland/initrd.cpio
}

mkdir -p userland
if ! fetch >userland/fetch.log 2>&1; then
    echo "1..0 # SKIP Debian's arm64 packages cannot be fetched: $(tail -n 1 userland/fetch.log)"
    exit 0
fi
if ! unpack >userland/unpack.log 2>&1; then
    sed 's/^/# /' userland/unpack.log | tail -n 5
    echo "not ok 1 - packages can be unpacked"
    exit 1
fi
: >userland/console
timeout 1500 ./poise-system-aarch64 -M virt -cpu max -smp "${CPUS:-2}" -m 3072 -nodefaults --run \
    -serial file:userland/console -kernel "$image/linux" -initrd userland/initrd.cpio \
    -append 'console=ttyAMA0 quiet rdinit=/init' >userland/log 2>&1
status=$?
tr -d '\r' <userland/console |
    awk '/^ok - userland/ { n++; sub(/^ok/, "ok " n); print; next }
         /^not ok - userland/ { n++; sub(/^not ok/, "not ok " n); print; next }
         /^# / { print }
         END { print "1.." n + 1 }
         /userland: end/ { ended = 1 }'
n=$(($(grep -c 'ok - userland' userland/console) + 1))
if [ $status = 0 ] && grep -q 'userland: end' userland/console; then
    echo "ok $n - userland: all were run, and the guest powered off"
else
    echo "not ok $n - userland: all were run, and the guest powered off"
    { cat userland/log && tail -n 10 userland/console; } | sed 's/^/# /'
    exit 1
fi
! grep -q '^not ok' userland/console
