#!/bin/sh
# SPDX-License-Identifier: MIT
# Two boots of the Debian installer with -icount have the same state at ten points on their way to
# the first screen. Run in the build directory.
set -u
image=${DEBIAN_ARM64_IMAGES:-/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64}
if [ ! -r "$image/linux" ]; then
    echo "1..0 # SKIP no Debian installer images"
    exit 0
fi
KERNEL=$image/linux INITRD=$image/initrd.gz EXPECT='Select a language' exec tests/qmp/icount-test
