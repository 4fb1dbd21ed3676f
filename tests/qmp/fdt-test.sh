#!/bin/sh
# SPDX-License-Identifier: MIT
# The device tree of virt is the peer's, for combinations of options, less the devices that are not
# there: PCIe, virtio and the platform bus. Run in the build directory.
set -u
poise=${POISE:-./poise-system-aarch64}
peer=${PEER:-qemu-system-aarch64}
for tool in dtc fdtget fdtput "$peer"; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "1..0 # SKIP $tool is not installed"
        exit 0
    fi
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
n=0 failed=0

dump() { # program, name, options
    program=$1 name=$2
    shift 2
    "$program" "$@" -cpu cortex-a57 -display none -nodefaults -net none -qmp null \
        -machine "dumpdtb=$dir/$name" 2>"$dir/$name.err" || return 1
    dtc -q -O dtb -o "$dir/$name.dtb" "$dir/$name" || return 1
    for node in $(fdtget -l "$dir/$name.dtb" / | grep -E '^(virtio_mmio|pcie|platform-bus)@'); do
        fdtput -r "$dir/$name.dtb" "/$node" || return 1
    done
    dtc -q -s -O dts -o "$dir/$name.dts" "$dir/$name.dtb"
}

same() { # options
    n=$((n + 1))
    if dump "$poise" ours "$@" && dump "$peer" theirs "$@" &&
        diff "$dir/theirs.dts" "$dir/ours.dts" >"$dir/diff"; then
        echo "ok $n - $*"
    else
        echo "not ok $n - $*"
        sed 's/^/# /' "$dir"/*.err "$dir/diff"
        failed=1
    fi
}

v=virt,dtb-randomness=off
same -machine $v
same -machine $v,gic-version=2 -smp 4
same -machine $v,gic-version=3
same -machine $v,gic-version=3,its=off -smp 4
same -machine $v,gic-version=3,highmem=off,phandle-start=5 -smp 20,maxcpus=24 -m 1000
same -machine $v,gic-version=3 -smp 8,sockets=2,clusters=2,cores=1,threads=2
same -machine $v,gic-version=3 -smp 130
same -machine $v,secure=on
same -machine $v,secure=on,gic-version=3 -smp 2
same -machine $v,virtualization=on -smp 3
same -machine $v,virtualization=on,gic-version=3
same -machine $v,virtualization=on,secure=on -smp 8 -m 2G
same -machine $v,virtualization=on,secure=on,gic-version=3 -smp 4
set -- -machine $v -m 512 -object memory-backend-ram,id=a,size=256M \
    -object memory-backend-ram,id=b,size=256M
same "$@" -smp 4 -numa node,cpus=0-1,memdev=a -numa node,cpus=2-3,memdev=b \
    -numa dist,src=0,dst=1,val=20
same "$@" -smp 8,sockets=4 -numa node,memdev=a -numa node,memdev=b
same "$@" -smp 8,sockets=2 -numa node,memdev=a -numa node,memdev=b -numa node \
    -numa cpu,node-id=2,socket-id=1
echo "1..$n"
exit $failed
