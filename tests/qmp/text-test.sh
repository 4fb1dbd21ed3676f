#!/bin/sh
# SPDX-License-Identifier: MIT
# Text monitors: sessions on a socket, one terminal shared with a serial port, and who may not.
set -u
poise=${POISE:-./poise-system-aarch64}
. "$(dirname "$0")/../lib/tap.sh"
pid=''
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$dir"' EXIT
# says NAME KEYS EXPECTED: the whole of a session on the socket, with line feeds as line ends.
says() {
    printf '%b' "$2" | timeout 20 socat -t 5 - "UNIX-CONNECT:$dir/m" | tr -d '\r' >"$dir/out"
    [ "$(cat "$dir/out")" = "$(printf '%b' "$3")" ]
    report $? "$1"
}
banner="QEMU 7.2.22 monitor - type 'help' for more information\n(qemu) "

"$poise" -M virt -nodefaults -daemonize -pidfile "$dir/pid" -audit "$dir/journal" \
    -qmp "unix:$dir/qmp,server=on,wait=off" -monitor "unix:$dir/m,server=on,wait=off" \
    -chardev "socket,id=mux,path=$dir/mux,server=on,wait=off,mux=on" -serial chardev:mux -mon mux
pid=$(cat "$dir/pid")

says 'banner, echo, prompt' 'info status\r' \
    "${banner}info status\nVM status: paused (prelaunch)\n(qemu) "
says 'an unknown verb' 'nosuch\n' "${banner}nosuch\nunknown command: 'nosuch'\n(qemu) "
says 'completion of a verb' 'info statu\t\r' \
    "${banner}info status \nVM status: paused (prelaunch)\n(qemu) "
says 'each session has its own history' '\033[Ainfo status\n' \
    "${banner}info status\nVM status: paused (prelaunch)\n(qemu) "

# 2000 requests at once from one who reads late, while another is served.
(yes help | head -n 2000; timeout 20 "$poise" ctl "$dir/qmp" query-status >"$dir/other") |
    timeout 20 socat -t 5 - "UNIX-CONNECT:$dir/m" | grep -c '^(qemu) help' >"$dir/out"
[ "$(cat "$dir/out")" = 2000 ] && grep -q prelaunch "$dir/other"
report $? 'a flood of lines is answered to the end'

printf 'object_add secret,id=x,data=hunter2\ninfo status\n' |
    timeout 20 socat -t 5 - "UNIX-CONNECT:$dir/m" >"$dir/out"
timeout 20 "$poise" ctl "$dir/qmp" object-del id=x >"$dir/out" 2>&1
report $? 'an object with a secret'

# The terminal that a serial port shares: the port has the focus, until C-a c.
printf 'to the guest\r\001cinfo status\r\001x' |
    timeout 20 socat -t 5 - "UNIX-CONNECT:$dir/mux" | tr -d '\r' >"$dir/out"
grep -q 'VM status: paused' "$dir/out" && ! grep -q guest "$dir/out" && grep -q 'Terminated$' "$dir/out" &&
    timeout 20 tail --pid="$pid" -f /dev/null
report $? 'a shared terminal: C-a c, C-a x'
pid=''
grep -q '"kind": "line".*info status' "$dir/journal" &&
    grep -q '"kind": "line".*(hidden)' "$dir/journal" && ! grep -q hunter2 "$dir/journal"
report $? 'lines are in the journal, secrets are not'

# preconfig: what needs a machine is refused until it is made.
printf 'info status\nstop\nexit_preconfig\ninfo status\nquit\n' |
    timeout 20 "$poise" -M virt -preconfig -monitor stdio >"$dir/out" 2>&1
[ $? = 0 ] && [ "$(grep -c 'not available with -preconfig' "$dir/out")" = 2 ] &&
    grep -q 'VM status: paused (prelaunch)' "$dir/out"
report $? 'before there is a machine'

# refuses TEXT OPTION...
refuses() {
    text=$1
    shift
    timeout 20 "$poise" -M none -chardev null,id=n "$@" >"$dir/out" 2>&1 </dev/null
    [ $? = 1 ] && grep -qF -e "$text" "$dir/out"
    report $? "$* -> $text"
}
refuses "role 'observer' needs mode=control" -mon n,role=observer
refuses "'pretty' is not compatible" -mon n,pretty=on
refuses 'chardev "nosuch" not found' -mon nosuch
echo "1..$n"
exit $failed
