#!/bin/sh
# SPDX-License-Identifier: MIT
# A real libvirt, its daemon started in file systems of its own, takes a domain through its life.
set -u
poise=$(realpath "${POISE:-./poise-system-aarch64}")
poise=$(dirname "$poise")/poise-system-aarch64
kernel=${KERNEL:-}
image=$(realpath hello.img 2>/dev/null)

skip_all() {
    echo "1..0 # SKIP $1"
    exit 0
}
command -v libvirtd >/dev/null && command -v virsh >/dev/null || skip_all "libvirt is not installed"
[ "$(id -u)" = 0 ] || skip_all "libvirtd is started as root"
if [ "${LIBVIRT_TEST_INSIDE:-}" != yes ]; then
    unshare -m true 2>/dev/null || skip_all "mount namespaces are not permitted here"
    export LIBVIRT_TEST_INSIDE=yes
    exec unshare -m "$0"
fi

dir=$(mktemp -d)
for at in /run /var/lib/libvirt /var/cache/libvirt /var/log/libvirt /etc/libvirt; do
    mount -t tmpfs none "$at" || skip_all "tmpfs cannot be mounted here"
done
mkdir -p /etc/libvirt/qemu /var/log/libvirt/qemu /run/libvirt
cat >/etc/libvirt/qemu.conf <<E2
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
E2
cat >/etc/libvirt/libvirtd.conf <<E2
log_level = 4
log_outputs = "4:file:$dir/libvirtd.log"
auth_unix_rw = "none"
E2

virsh() {
    timeout 60 virsh -q -c qemu:///system "$@"
}
start_daemon() {
    libvirtd -d -p "$dir/pid" >/dev/null 2>&1
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        virsh list >/dev/null 2>&1 && return 0
        sleep 0.3
    done
    return 1
}
stop_daemon() {
    pid=$(cat "$dir/pid")
    kill "$pid" && timeout 20 tail --pid="$pid" -f /dev/null
}
cleanup() {
    virsh destroy poise-test >/dev/null 2>&1
    kill "$(cat "$dir/pid" 2>/dev/null)" 2>/dev/null
    rm -rf "$dir"
}
trap cleanup EXIT

n=0 failed=0
report() { # status, name
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $2"
    else
        echo "not ok $n - $2"
        sed 's/^/# /' "$dir/out" | head -n 8
        tail -n 4 "$dir/libvirtd.log" 2>/dev/null | sed 's/^/# daemon: /'
        failed=1
    fi
}
# ok NAME TEXT VIRSH-COMMAND...: succeeds, and what it prints matches TEXT (empty: anything).
ok() {
    name=$1 text=$2
    shift 2
    virsh "$@" >"$dir/out" 2>&1 && { [ -z "$text" ] || grep -qE -e "$text" "$dir/out"; }
    report $? "$name"
}
# The serial file holds a text within 60 seconds.
prints() {
    for _ in $(seq 200); do
        grep -qaE "$1" "$dir/serial.log" 2>/dev/null && return 0
        sleep 0.3
    done
    cp "$dir/serial.log" "$dir/out" 2>/dev/null
    return 1
}
# domain KERNEL: its description.
domain() {
    cat <<E2
<domain type='qemu'>
  <name>poise-test</name><uuid>11111111-2222-4333-8444-555555555555</uuid>
  <memory unit='MiB'>512</memory><vcpu>2</vcpu>
  <os><type arch='aarch64' machine='virt'>hvm</type>
    <kernel>$1</kernel><cmdline>console=ttyAMA0</cmdline></os>
  <cpu mode='custom' match='exact'><model>cortex-a57</model></cpu>
  <on_crash>destroy</on_crash>
  <devices><emulator>$poise</emulator>
    <controller type='usb' model='none'/>
    <serial type='file'><source path='$dir/serial.log'/><target port='0'/></serial>
    <memballoon model='none'/>
  </devices>
</domain>
E2
}

# ---- the probe, word for word as the daemon gives it
mkdir "$dir/probe"
LC_ALL=C timeout 20 "$poise" -S -no-user-config -nodefaults -nographic -machine none,accel=kvm:tcg \
    -qmp "unix:$dir/probe/qmp.monitor,server=on,wait=off" -pidfile "$dir/probe/qmp.pid" -daemonize >"$dir/out" 2>&1
[ $? = 0 ] && [ -S "$dir/probe/qmp.monitor" ] && kill -0 "$(cat "$dir/probe/qmp.pid")" 2>>"$dir/out"
report $? "probe command line: in the background, socket and pid file complete"
kill -9 "$(cat "$dir/probe/qmp.pid")"

start_daemon || {
    echo "# the daemon did not start"
    cat "$dir/libvirtd.log" 2>/dev/null
    echo "Bail out! libvirtd"
    exit 1
}
caps="domcapabilities --emulatorbin $poise --arch aarch64 --virttype qemu --machine"
# shellcheck disable=SC2086
{
    ok "probed: machine virt" '<machine>virt-7.2</machine>' $caps virt
    ok "probed: CPU models" '>cortex-a57</model>' $caps virt
    ok "probed: interrupt controllers" '<value>3</value>' $caps virt
}

domain "$image" >"$dir/hello.xml"
ok "define" "" define "$dir/hello.xml"
ok "start paused" "" start --paused poise-test
ok "paused by the user" "^paused \(user\)" domstate --reason poise-test
[ ! -s "$dir/serial.log" ]
report $? "nothing has run"
ok "resume" "" resume poise-test
prints 'running at EL1'
report $? "the guest's output is in the serial file"
ok "running" "^running" domstate poise-test
ok "suspend" "" suspend poise-test
ok "paused again" "^paused" domstate poise-test
ok "resume again" "" resume poise-test
ok "reset" "" reset poise-test
for _ in $(seq 100); do
    [ "$(grep -ac 'running at EL1' "$dir/serial.log")" = 2 ] && break
    sleep 0.1
done
[ "$(grep -ac 'running at EL1' "$dir/serial.log")" = 2 ]
report $? "the guest has started twice"
ok "dominfo" 'CPU\(s\): *2' dominfo poise-test
ok "domstats" 'vcpu.current=2' domstats poise-test
ok "vcpuinfo" 'State: *running' vcpuinfo poise-test
ok "vCPU threads can be pinned" "" vcpupin poise-test 1 0
ok "domstats of all domains" "state.state=1" domstats --list-active
stop_daemon
start_daemon
report $? "the daemon was restarted"
ok "the daemon finds the domain again" 'poise-test' list --name
ok "its state too" "^running" domstate poise-test
ok "suspend after that" "" suspend poise-test
ok "QMP is passed through" '"status":"paused"' qemu-monitor-command poise-test '{"execute":"query-status"}'
ok "HMP is passed through" 'VM status: paused' qemu-monitor-command --hmp poise-test 'info status'
ok "resume after that" "" resume poise-test
ok "shutdown presses the button" "" shutdown poise-test
for _ in $(seq 100); do
    [ "$(virsh domstate poise-test)" = "shut off" ] && break
    sleep 0.2
done
ok "the guest has switched itself off" '^shut off \(shutdown\)' domstate --reason poise-test
ok "start again, running at once" "" start poise-test
ok "destroy" "" destroy poise-test
ok "destroyed" '^shut off \(destroyed\)' domstate --reason poise-test
pgrep -f guest=poise-test >"$dir/out"
[ $? = 1 ]
report $? "no process is left"
virsh undefine poise-test >/dev/null

if [ -n "$kernel" ] && [ -r "$kernel" ]; then
    rm -f "$dir/serial.log"
    domain "$kernel" >"$dir/linux.xml"
    ok "a domain with a Linux kernel" "" create --paused "$dir/linux.xml"
    ok "it is resumed" "" resume poise-test
    prints 'Linux version'
    report $? "Linux speaks"
    ok "and is destroyed" "" destroy poise-test
else
    n=$((n + 1))
    echo "ok $n - a domain with a Linux kernel # SKIP no kernel installed"
fi
echo "1..$n"
exit $failed
