#!/bin/sh
# SPDX-License-Identifier: MIT
# Drives a guest from paused to powered off: paused-to-off.sh POISE KERNEL
set -eu
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT && mkfifo "$dir/in" "$dir/out"
expect() { while read -r line <&4; do echo "$line"; case $line in *"$1"*) return ;; esac; done; exit 1; }
"$1" -M virt -nodefaults -kernel "$2" -serial file:"$dir/console" -qmp unix:"$dir/qmp",server=on,wait=off &
socat - UNIX-CONNECT:"$dir/qmp",retry=100,interval=0.05 <"$dir/in" >"$dir/out" &
exec 3>"$dir/in" 4<"$dir/out"
expect '"QMP"'
echo '{"execute": "qmp_capabilities"}{"execute": "query-status"}' >&3 && expect prelaunch
echo '{"execute": "cont"}' >&3 && expect RESUME
until grep -q Poise "$dir/console"; do :; done
echo '{"execute": "system_powerdown"}' >&3 && expect SHUTDOWN
wait && cat "$dir/console"
