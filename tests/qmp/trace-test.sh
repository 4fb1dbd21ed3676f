#!/bin/sh
# SPDX-License-Identifier: MIT
# Trace points: the options, what the log gets of a guest's life, and the commands' errors, which
# are the peer's.
set -u
poise=${POISE:-./poise-system-aarch64}
peer=${PEER:-}
. "$(dirname "$0")/../lib/tap.sh"
pids=''
trap '[ -z "$pids" ] || kill $pids 2>/dev/null; rm -rf "$dir"' EXIT

timeout 20 "$poise" -trace help >"$dir/names" 2>&1 && grep -qx vm_reset "$dir/names" &&
    [ -z "$(uniq -d "$dir/names")" ]
report $? '-trace help: every name once'
timeout 20 "$poise" -d trace:help 2>&1 | cmp -s - "$dir/names"
report $? '-d trace:help: the same'
timeout 20 "$poise" -M none -trace foo=1 >"$dir/out" 2>&1
[ $? = 1 ] && grep -q "Invalid parameter 'foo'" "$dir/out"
report $? 'a wrong parameter is refused'
timeout 20 "$poise" -M none -trace events=/nosuch >"$dir/out" 2>&1
[ $? = 1 ] && grep -q 'trace: .*/nosuch' "$dir/out"
report $? 'a missing file is refused'

printf '# devices\nreg_*\nirq_*\n\n-irq_input\n' >"$dir/list"
timeout 20 "$poise" -M virt -nodefaults -kernel "$(realpath hello.img)" -daemonize -pidfile "$dir/pid" \
    -serial "file:$dir/console" -qmp "unix:$dir/qmp,server=on,wait=off" -d trace:nosuch,trace:cpu_* \
    -trace "events=$dir/list,file=$dir/log" -trace startup_phase -trace memory_region_add \
    -trace chardev_opened >"$dir/out" 2>&1 && grep -q "warning: trace event 'nosuch' does not exist" "$dir/out"
report $? 'an unknown name is warned of'
pids=$(cat "$dir/pid")
s=$dir/qmp
timeout 20 "$poise" ctl "$s" trace-event-set-state name='qmp_*' enable=on >"$dir/out" 2>&1 &&
    timeout 20 "$poise" ctl "$s" trace-event-set-state name=runstate_set enable=on &&
    timeout 20 "$poise" ctl "$s" trace-event-set-state name=vm_reset enable=on &&
    timeout 20 "$poise" ctl "$s" cont >>"$dir/out" 2>&1
report $? 'switched on while it runs'
timeout 20 sh -c "until grep -q Poise '$dir/console'; do :; done"
timeout 20 "$poise" ctl "$s" system_reset --wait RESET >"$dir/out" &&
    timeout 20 "$poise" ctl "$s" trace-event-set-state name='*' enable=off &&
    timeout 20 "$poise" ctl "$s" query-name
cp "$dir/log" "$dir/out"
has() { # lines that the log has, as regular expressions after the time
    for line; do
        grep -qE "^[0-9]+@[0-9]+\\.[0-9]{6}:$line\$" "$dir/log"
        report $? "log: $line"
    done
}
has 'startup_phase board started [0-9]+ ns took [0-9]+ ns' \
    'memory_region_add pl011 at 0x9000000 size 0x1000 priority 0 in system' \
    'chardev_opened .*' \
    'reg_write pl011@0x9000000 UARTDR offset 0x0 size [0-9] value 0x50' \
    'reg_read pl011@0x9000000 UARTFR offset 0x18 size 4 value 0x[0-9a-f]+' \
    'irq_output pl011 [a-z-]*\[[0-9]\] [01]' \
    'qmp_command cont' 'qmp_command_done cont ok' \
    'runstate_set prelaunch to running' 'vm_reset host-qmp-system-reset' \
    'cpu_resumed 0' 'cpu_stopped 0'
! grep -q 'irq_input\|memory_region_remove\|query-name' "$dir/log"
report $? 'what is off is silent'

# The same questions to the peer, about a point that it has and one that we have.
ask() { # socket, name of a point
    for request in "trace-event-get-state name=nosuch" "trace-event-get-state name=nosuch*" \
        "trace-event-get-state name=$2" "trace-event-get-state name=$2 vcpu=9" \
        "trace-event-set-state name=nosuch enable=on" "trace-event-set-state name=nosuch* enable=on" \
        "trace-event-set-state name=nosuch enable=on ignore-unavailable=on" \
        "trace-event-set-state name=$2 enable=on vcpu=9" "trace-event-set-state name=$2 enable=on" \
        "trace-event-get-state name=$2"; do
        # shellcheck disable=SC2086
        timeout 20 "$poise" ctl "$1" $request 2>&1 | sed "s/$2/POINT/g"
        echo "$request" | sed "s/$2/POINT/g"
    done
}
ask "$s" vm_reset | grep -v '[][{}]' | tr -d ' ,' | sort >"$dir/ours"
timeout 20 "$poise" ctl "$s" quit
if [ -n "$peer" ] && command -v "$peer" >/dev/null; then
    "$peer" -M none -S -nodefaults -display none -daemonize -pidfile "$dir/pid" \
        -qmp "unix:$dir/peer,server=on,wait=off"
    pids=$(cat "$dir/pid")
    ask "$dir/peer" qmp_job_cancel | grep -v '[][{}]' | tr -d ' ,' | sort >"$dir/theirs"
    diff "$dir/ours" "$dir/theirs" >"$dir/out"
    report $? 'states and errors are the peer'"'"'s'
else
    echo "ok $((n = n + 1)) - the peer's states and errors # SKIP the peer is not installed"
fi
echo "1..$n"
exit $failed
