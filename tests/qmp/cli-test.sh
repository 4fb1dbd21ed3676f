#!/bin/sh
# SPDX-License-Identifier: MIT
# The command line by hand: errors that name the culprit, help, life cycle of the process.
set -u
poise=${POISE:-./poise-system-aarch64}
poise_path=$(realpath "$poise")
. "$(dirname "$0")/../lib/tap.sh"
trap 'rm -rf "$dir"' EXIT
# refuses TEXT OPTION...: status 1, the text on standard error, nothing on standard output.
refuses() {
    text=$1
    shift
    timeout 20 "$poise" -qmp null "$@" >"$dir/stdout" 2>"$dir/out" </dev/null
    [ $? = 1 ] && grep -qF -e "$text" "$dir/out" && [ ! -s "$dir/stdout" ]
    report $? "$* -> $text"
}
# says TEXT OPTION...: status 0, the text on standard output.
says() {
    text=$1
    shift
    timeout 20 "$poise" "$@" >"$dir/out" 2>&1 </dev/null && grep -q -e "$text" "$dir/out"
    report $? "$* -> $text"
}

refuses 'No machine specified, and there is no default'
refuses 'unsupported machine type' -M nosuch
refuses "Property 'virt-7.2-machine.foo' not found" -M virt,foo=1
refuses 'Invalid gic-version value' -M virt,gic-version=7
refuses "unable to find CPU model 'foo'" -M virt -cpu foo
refuses "Property 'cortex-a57-arm-cpu.foo' not found" -M virt -cpu cortex-a57,foo=1
refuses '-accel foo: invalid accelerator foo' -M virt -accel foo
refuses '-accel kvm: invalid accelerator kvm' -M virt -enable-kvm
refuses "-m abc: Parameter 'size' expects" -M virt -m abc
refuses "Invalid parameter 'foo'" -M virt -m 128,foo=1
refuses 'memory hot-plug is not supported' -M virt -m 128,slots=1,maxmem=1G
refuses 'Addressing limited to 32 bits' -M virt,highmem=off -m 4G
refuses "exceeds max CPUs supported by machine 'mach-virt' (8)" -M virt -smp 9
refuses 'The max CPUs supported by machine' -M virt,gic-version=3 -smp 600
refuses 'Invalid CPU topology' -M virt -smp 4,cores=3
refuses "could not load kernel '/nope'" -M virt -kernel /nope
refuses "could not load kernel '/dev/null'" -M virt -kernel /dev/null
refuses '-append only allowed with -kernel option' -M virt -append x
refuses '-initrd only allowed with -kernel option' -M virt -initrd x
refuses "could not load initrd '/nope'" -M virt -kernel hello.img -initrd /nope
refuses "Couldn't open dtb file /nope" -M virt -dtb /nope
refuses "requires '/dev/zero' to be a regular file" -M virt -pflash /dev/zero
refuses "'foo' is not a valid device model name" -M virt -device foo
refuses "Parameter 'driver' expects a pluggable device type" -M virt -device pl011
refuses "Parameter 'qom-type' does not accept value 'foo'" -M virt -object foo,id=x
refuses "'foo' is not a valid char driver" -M virt -serial foo
refuses 'has 1 serial port' -M virt -serial null -serial null
refuses 'chardev "nosuch" not found' -M virt -mon nosuch,mode=control
refuses 'wrong format' -M none -uuid x
refuses '-nosuch: invalid option' -nosuch
refuses 'requires an argument' -M
refuses 'unexpected argument' -M none extra
refuses "can't apply global pl011.foo=1" -M virt -global pl011.foo=1

timeout 20 "$poise" -M virt >"$dir/stdout" 2>"$dir/out"
[ $? = 1 ] && grep -q 'nothing could ever start this machine' "$dir/out"
report $? "paused with nobody to say cont: refused"

says '^virt  *.*(alias of virt-7.2)$' -machine help
says '^  gic-version=<string>' -machine virt,help
says '^  cortex-a72$' -cpu help
says '^tcg$' -accel help
says '^guest_errors ' -d help
says '^-kernel FILE' -help
says '^Poise machine emulator version' -version
says '^  chardev=' -device pl011,help

timeout 20 "$poise" -M "virt,dumpdtb=$dir/dtb" -smp 2 -qmp "unix:$dir/qmp,server=on,wait=off" >"$dir/out" 2>&1
[ $? = 0 ] && [ "$(head -c 4 "$dir/dtb" | od -An -tx1)" = ' d0 0d fe ed' ] && [ ! -e "$dir/qmp" ]
report $? "dumpdtb writes the tree, ends, and leaves nothing else"

timeout 20 "$poise" -M virt -accel kvm -accel tcg -qmp stdio >"$dir/stdout" 2>"$dir/out" <<'Q'
{"execute": "qmp_capabilities"}
{"execute": "quit"}
Q
[ $? = 0 ] && grep -q 'falling back to tcg' "$dir/out"
report $? "fall-back says so"

ln -s "$(realpath "$poise")" "$dir/qemu-system-aarch64"
for mode in as-peer -S --run; do
    case $mode in
    as-peer) set -- "$dir/qemu-system-aarch64" && want=running ;;
    -S) set -- "$dir/qemu-system-aarch64" -S && want=prelaunch ;;
    *) set -- "$poise" --run && want=running ;;
    esac
    printf '{"execute": "qmp_capabilities"}\n{"execute": "query-status"}\n{"execute": "quit"}\n' |
        timeout 20 "$@" -M none -qmp stdio >"$dir/out" 2>&1 && grep -q "$want" "$dir/out"
    report $? "$(basename "$1") ${2:-}: $want"
done

"$poise" -M none -nodefaults -name guest=g,process=poise-test -daemonize -pidfile "$dir/pid" -qmp "unix:$dir/qmp,server=on,wait=off" \
    >"$dir/out" 2>&1
[ $? = 0 ] && [ -S "$dir/qmp" ] && kill -0 "$(cat "$dir/pid")"
report $? "-daemonize returns when the socket listens and the pid file is complete"
pid=$(cat "$dir/pid")
[ "$(cat "/proc/$pid/comm")" = poise-test ]
report $? "-name process= is what ps shows"
kill "$pid"
timeout 20 tail --pid="$pid" -f /dev/null
[ ! -e "$dir/qmp" ] && [ ! -e "$dir/pid" ]
report $? "SIGTERM ends it and nothing is left behind"
cp hello.img "$dir/kernel"
(cd "$dir" && "$(dirname "$poise_path")/poise-system-aarch64" -M virt -kernel kernel -daemonize -pidfile pid -qmp unix:qmp,server=on,wait=off) >"$dir/out" 2>&1
[ $? = 0 ] && [ -S "$dir/qmp" ] && [ "$(readlink "/proc/$(cat "$dir/pid")/cwd")" = / ]
report $? "-daemonize: relative paths are the caller's; the process itself is in /"
pid=$(cat "$dir/pid")
kill "$pid"
timeout 20 tail --pid="$pid" -f /dev/null
[ ! -e "$dir/qmp" ] && [ ! -e "$dir/pid" ]
report $? "and they are removed at its end"
timeout 20 "$poise" -M nosuch -daemonize -qmp "unix:$dir/qmp,server=on,wait=off" >"$dir/out" 2>&1
[ $? = 1 ] && grep -q unsupported "$dir/out" && [ ! -e "$dir/qmp" ]
report $? "a failed start with -daemonize exits 1 and leaves no socket"
echo "1..$n"
exit $failed
