#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's arm64 userland from an initramfs: bash, Python's own tests, openssl, gcc, stress-ng. Run in
# the build directory, where the packages are kept.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
image=${DEBIAN_ARM64_IMAGES:-/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64}
. "$src/tests/lib/arm64-root.sh"
missing=$(arm64_missing)
[ -r "$image/linux" ] || missing='no Debian installer images'
if [ -n "$missing" ]; then
    echo "1..0 # SKIP $missing"
    exit 0
fi
if ! arm64_root userland bash coreutils diffutils grep sed mawk gzip findutils mount python3 \
    libpython3.11-testsuite openssl gcc libc6-dev stress-ng; then
    echo "1..0 # SKIP Debian's arm64 packages cannot be had: $(tail -n 1 userland/log)"
    exit 0
fi
mkdir userland/root/tests
cp "$src/tests/guest/userland/init" userland/root/
cp "$src"/tests/guest/userland/tests/* userland/root/tests/
chmod +x userland/root/init
arm64_initrd userland

: >userland/console
timeout 1500 ./poise-system-aarch64 -M virt -cpu max -smp "${CPUS:-2}" -m 3072 -nodefaults --run \
    -serial file:userland/console -kernel "$image/linux" -initrd userland/initrd.cpio \
    -append 'console=ttyAMA0 quiet rdinit=/init' >userland/log 2>&1
status=$?
tr -d '\r' <userland/console |
    awk '/^ok - userland/ { n++; sub(/^ok/, "ok " n); print; next }
         /^not ok - userland/ { n++; sub(/^not ok/, "not ok " n); print; next }
         /^# / { print }
         END { print "1.." n + 1 }'
n=$(($(grep -c 'ok - userland' userland/console) + 1))
if [ $status = 0 ] && grep -q 'userland: end' userland/console; then
    echo "ok $n - userland: all were run, and the guest powered off"
else
    echo "not ok $n - userland: all were run, and the guest powered off"
    { cat userland/log && tail -n 10 userland/console; } | sed 's/^/# /'
    exit 1
fi
! grep -q '^not ok' userland/console
