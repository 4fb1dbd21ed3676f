#!/bin/sh
# SPDX-License-Identifier: MIT
# Drives a guest from paused to powered off with "poise ctl": ctl.sh POISE KERNEL
set -eu
poise=$(realpath "$1") kernel=$(realpath "$2")
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT && mkfifo "$dir/console"
grep -q Poise <"$dir/console" &
"$poise" -M virt -nodefaults -kernel "$kernel" -daemonize -pidfile "$dir/pid" \
    -chardev "file,id=con,path=$dir/console,logfile=$dir/log" -serial chardev:con \
    -qmp unix:"$dir/qmp",server=on,wait=off
pid=$(cat "$dir/pid")
"$poise" ctl "$dir/qmp" cont --wait RESUME --timeout 20
wait $! # for the guest's first line
"$poise" ctl "$dir/qmp" system_powerdown --wait SHUTDOWN,reason=guest-shutdown --timeout 20
tail --pid="$pid" -f /dev/null && cat "$dir/log"
