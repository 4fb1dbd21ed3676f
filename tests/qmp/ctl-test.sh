#!/bin/sh
# SPDX-License-Identifier: MIT
# "poise ctl" against ours, the peer, and what is no QMP server at all.
set -u
poise=${POISE:-./poise-system-aarch64}
peer=${PEER:-}
. "$(dirname "$0")/../lib/tap.sh"
pids=''
cleanup() {
    for pid in $pids; do
        kill "$pid" 2>/dev/null
    done
    rm -rf "$dir"
}
trap cleanup EXIT
# ctl STATUS TEXT ARG...: this exit status; TEXT is all of the output, or with '~' before it a part
# of what it or the error says.
ctl() {
    want=$1 text=$2
    shift 2
    timeout 30 "$poise" ctl "$@" >"$dir/out" 2>"$dir/err" </dev/null
    status=$?
    [ $status = "$want" ] && case $text in
    '~'*) grep -qF -e "${text#?}" "$dir/out" "$dir/err" ;;
    *) [ "$(cat "$dir/out")" = "$text" ] ;;
    esac
    report $? "ctl $(echo "$*" | sed "s|$dir|DIR|g") -> $want $text"
}
# serves NAME TEXT: a server that greets with the text and closes when the client does.
serves() {
    printf '%s\n' "$2" >"$dir/$1.text"
    socat "UNIX-LISTEN:$dir/$1,fork" "EXEC:cat $dir/$1.text -" &
    pids="$pids $!"
    timeout 20 sh -c "until [ -S '$dir/$1' ]; do :; done"
}

"$poise" -M virt -nodefaults -daemonize -pidfile "$dir/pid" \
    -qmp "unix:$dir/qmp,server=on,wait=off" \
    -chardev "socket,id=o,path=$dir/observer,server=on,wait=off" \
    -mon chardev=o,mode=control,role=observer \
    -chardev socket,id=tcp,host=127.0.0.1,port=0,server=on,wait=off -mon tcp,mode=control
pids=$(cat "$dir/pid")
s=$dir/qmp

# What comes back; arguments become what the schema says.
ctl 0 '{"running": false, "singlestep": false, "status": "prelaunch"}' -o json "$s" query-status
ctl 0 '~    "status": "prelaunch"' "$s" query-status
ctl 0 'virt-7.2-machine' "$s" qom-get path=/machine property=type
ctl 0 '' "$s" chardev-add id=r backend.type=ringbuf backend.data.size=4k
ctl 0 '{}' -o json "$s" chardev-add id=r1 'backend={"type": "ringbuf", "data": {"size": 8}}'
ctl 0 '' "$s" ringbuf-write '{"device": "r"}' data=12345
ctl 0 '12345' "$s" ringbuf-read device=r size=0x10
ctl 0 '{}' -o json "$s" ringbuf-write device=r data='"12"'
ctl 0 '"12"' -o json "$s" ringbuf-read device=r size=9
ctl 0 '' "$s" memsave val=0x40000000 size=1k filename="$dir/saved"
[ "$(wc -c <"$dir/saved")" = 1024 ]
report $? "a size with a suffix"
ctl 0 '' "$s" trace-event-set-state name=vm_reset enable=on
ctl 0 '[{"name": "vm_reset", "state": "enabled", "vcpu": false}]' \
    -o json "$s" trace-event-get-state name=vm_reset
ctl 0 'VM status: paused (prelaunch)' "$s" --hmp 'info status'
ctl 0 '' "$s" set-action panic=pause --id 17
port=$("$poise" ctl "$s" query-chardev | sed -n 's/.*127.0.0.1:\([0-9]*\),.*/\1/p')
ctl 0 '~prelaunch' "localhost:$port" query-status
ctl 0 '~prelaunch' "unix:$s" query-status

# Events, armed before the command.
ctl 0 '~"event": "RESUME"' "$s" cont --wait RESUME --timeout 20
ctl 0 '~"event": "STOP"' --wait STOP "$s" --hmp stop --timeout 20
ctl 0 '~"reason": "host-qmp-system-reset"' \
    "$s" system_reset --wait RESET,guest=false,reason=host-qmp-system-reset --timeout 20
ctl 6 '~waiting for RESET: timed out' \
    "$s" system_reset --wait RESET,guest=true --timeout 0.3
ctl 6 '~timed out' "$s" wait RESUME --timeout 0.1
"$poise" ctl "$s" events RESUME SHUTDOWN >"$dir/events" 2>"$dir/err" &
events=$!
"$poise" ctl "$s" wait STOP --timeout 20 >"$dir/stop" 2>&1 &
waiter=$!
# Until the two are connected, cont and stop; there is no end to it unless the events come.
timeout 20 sh -c "while kill -0 $waiter 2>/dev/null || [ ! -s '$dir/events' ]; do
    '$poise' ctl '$s' cont && '$poise' ctl '$s' stop; done"
wait $waiter && grep -q '"event": "STOP"' "$dir/stop"
report $? "wait, while another client does it"

# Help and words for completion.
ctl 0 '~Lets the guest run' "$s" help cont
ctl 0 '~timeout-ms=int' "$s" help x-wait
ctl 0 '~query-status' "$s" help
ctl 3 '~nosuch' "$s" help nosuch
ctl 0 '~panic=' "$s" complete set-action
ctl 0 '~exit-failure' "$s" complete set-action panic
ctl 0 '~system_reset' "$s" complete

# completes LINE WORD: WORD is among what bash offers for it.
"$poise" -completion bash >"$dir/bash"
mkdir "$dir/bin"
ln -s "$(realpath "$poise")" "$dir/bin/poise"
completes() {
    PATH=$dir/bin:$PATH COMP_LINE=$1 bash -c '. "$0" && COMP_POINT=${#COMP_LINE} && _poise &&
        printf "%s\n" "${COMPREPLY[@]}"' "$dir/bash" >"$dir/out" 2>"$dir/err"
    grep -qx -e "$2" "$dir/out"
    report $? "completion of '$(echo "$1" | sed "s|$dir|DIR|")': $2"
}
completes 'poise -nodef' -nodefaults
completes "poise ctl $s query-st" query-status
completes "poise ctl --timeout 9 $s set-action pa" panic=
completes "poise ctl $s set-action panic=ex" exit-failure
"$poise" -completion zsh | grep -q 'compadd -- .* -nodefaults '
report $? 'a script for zsh, too'

# Errors by exit status.
ctl 2 "~Parameter 'device' is missing" "$s" ringbuf-read size=1
ctl 2 "~Parameter 'device' is missing" -o json "$s" ringbuf-read size=1
ctl 2 "~Invalid parameter type for 'size'" "$s" ringbuf-read device=r size=many
ctl 3 '~The command nosuch has not been found' "$s" nosuch a=1
ctl 4 "~Device '/nosuch' not found" "$s" qom-list path=/nosuch
ctl 5 "~needs role 'admin'" "$dir/observer" quit
ctl 0 '~paused' "$dir/observer" query-status
ctl 1 '~No such file' "$dir/nosuch" query-status
ctl 1 '~Connection refused' 127.0.0.1:1 query-status
ctl 1 '~is no argument' "$s" cont now
ctl 1 '~does not go with' "$s" cont a=1 a.b=2
ctl 1 '~{"a": ' "$s" cont '{"a": '
ctl 1 '~which command?' "$s"
ctl 1 '~which socket?'
ctl 1 '~unknown option --nosuch' "$s" --nosuch
ctl 1 '~a value is missing' "$s" query-status -o
ctl 1 '~-o expects' "$s" query-status -o xml
ctl 1 '~--timeout expects' "$s" query-status --timeout soon
ctl 1 '~condition is MEMBER=VALUE' "$s" query-status --wait STOP,soon
ctl 0 '~usage:' --help

# What is no QMP server.
serves garbage 'SSH-2.0-nothing'
ctl 1 '~this is no QMP server' "$dir/garbage" query-status
serves other '{"hello": 1}'
ctl 1 '~it greets otherwise' "$dir/other" query-status
serves list '[1, 2]'
ctl 1 '~is no object' "$dir/list" query-status
# It sends back what it gets: requests are no replies.
serves echo '{"QMP": {"version": {"package": ""}, "capabilities": []}}'
ctl 1 '~gives no reply' "$dir/echo" query-status
socat "UNIX-LISTEN:$dir/closes,fork" /dev/null &
pids="$pids $!"
timeout 20 sh -c "until [ -S '$dir/closes' ]; do :; done"
ctl 1 '~the server closed the connection' "$dir/closes" query-status
serves silent ''
ctl 6 '~no greeting' "$dir/silent" query-status --timeout 0.2

ctl 0 '~"event": "SHUTDOWN"' "$s" quit --wait SHUTDOWN,reason=host-qmp-quit --timeout 20
wait $events
[ $? = 0 ] && grep -q '"event": "SHUTDOWN"' "$dir/events" && ! grep -q STOP "$dir/events"
report $? "events: those that were asked for, until the server ends"

if [ -n "$peer" ] && command -v "$peer" >/dev/null; then
    "$peer" -M none -S -nodefaults -display none -daemonize -pidfile "$dir/pid" \
        -qmp "unix:$dir/peer,server=on,wait=off"
    pids="$pids $(cat "$dir/pid")"
    p=$dir/peer
    ctl 0 '~"status": "prelaunch"' "$p" query-status
    ctl 0 '' "$p" chardev-add id=r backend.type=ringbuf backend.data.size=4096
    ctl 0 '~"event": "RESUME"' "$p" cont --wait RESUME --timeout 20
    ctl 0 '~speed=int' "$p" help block-stream
    ctl 0 '~VM status: running' "$p" --hmp 'info status'
    ctl 4 "~Device 'x' not found" "$p" device_del id=x
    ctl 0 '~"event": "SHUTDOWN"' "$p" quit --wait SHUTDOWN --timeout 20
else
    echo "ok $((n = n + 1)) - ctl and the peer # SKIP the peer is not installed"
fi
timeout 60 "$(dirname "$0")/../../docs/howto/ctl.sh" "$poise" hello.img >"$dir/out" 2>"$dir/err" &&
    grep -q 'power button, off' "$dir/out"
report $? 'docs/howto/ctl.sh'
echo "1..$n"
exit $failed
