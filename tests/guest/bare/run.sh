#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the bare-metal suites of suites.txt on Poise and on the installed peer. Every check must hold
# on Poise; one that fails on the peer must be explained in differences.txt.
# In the build directory: SUITES="mmu gicv3" limits it, WITHOUT=litmus too, PEER= (empty) leaves
# the peer out, OPTIONS are further options of every run.
set -u
src=$(cd "$(dirname "$0")" && pwd)
poise=$PWD/poise-system-aarch64
built=$PWD/tests/guest/bare
: "${PEER=$(command -v qemu-system-aarch64)}"
: "${TIMEOUT:=60}"
if [ ! -e "$built/smoke.elf" ]; then
    echo "1..0 # SKIP no A64 cross compiler when this was built"
    exit 0
fi
dir=$(mktemp -d)
pid=''
trap '[ -z "$pid" ] || kill -9 $pid 2>/dev/null; rm -rf "$dir"' EXIT
n=0 failed=0

# run EMULATOR SUITE OPTION...: the suite's lines into $dir/lines.
run() {
    emulator=$1 suite=$2
    shift 2
    case "$*" in
    *secure=on*) set -- "$@" -bios "$built/$suite.bin" ;;
    *) set -- "$@" -kernel "$built/$suite.elf" ;;
    esac
    : >"$dir/console"
    printf '{"execute": "qmp_capabilities"}\n{"execute": "cont"}\n' >"$dir/qmp"
    mkfifo "$dir/in"
    # shellcheck disable=SC2086
    "$emulator" "$@" ${OPTIONS:-} -S -nodefaults -display none -serial "file:$dir/console" -qmp stdio \
        <"$dir/in" >"$dir/log" 2>&1 &
    pid=$!
    exec 3>"$dir/in"
    cat "$dir/qmp" >&3
    timeout "$TIMEOUT" tail --pid=$pid -s 0.05 -n +1 -f "$dir/console" 2>/dev/null |
        grep -a -q -m 1 -e '^1\.\.[0-9]' || true
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    pid=''
    exec 3>&-
    rm "$dir/in"
    tr -d '\000\r' <"$dir/console" | grep -aE '^(ok|not ok|1\.\.|#)' >"$dir/lines"
}

# Numbers the lines of our run on; a run without its plan has failed.
show() { # title
    while IFS= read -r line; do
        case $line in
        ok\ *) n=$((n + 1)) && echo "ok $n - $1: ${line#ok * - }" ;;
        not\ ok\ *) n=$((n + 1)) && failed=1 && echo "not ok $n - $1: ${line#not ok * - }" ;;
        1..*) ;;
        *) echo "$line" ;;
        esac
    done <"$dir/lines"
    if ! grep -q '^1\.\.' "$dir/lines"; then
        n=$((n + 1)) failed=1
        echo "not ok $n - $1: ran to its end"
        sed 's/^/# /' "$dir/log" | tail -n 5
    fi
}

# The peer's failures, less the explained ones.
compare() { # suite, title
    bad=$(sed -n 's/^not ok [0-9]* - //p' "$dir/lines" | while IFS= read -r line; do
        grep -qF "$1: $line |" "$src/differences.txt" || echo "# peer fails: $1: $line"
    done)
    n=$((n + 1))
    if [ -z "$bad" ] && ! grep -q '^1\.\.' "$dir/lines"; then # a busy host
        echo "ok $n - $2: the peer agrees # SKIP it did not come to its end in $TIMEOUT s"
    elif [ -z "$bad" ]; then
        echo "ok $n - $2: the peer agrees, or the difference is explained"
    else
        echo "not ok $n - $2: the peer agrees, or the difference is explained"
        echo "$bad"
        grep -A1 '^not ok' "$dir/lines"
        failed=1
    fi
}

while read -r suite options; do
    case $suite in '' | \#*) continue ;; esac
    case " ${SUITES:-$suite} " in *" $suite "*) ;; *) continue ;; esac
    case " ${WITHOUT:-} " in *" $suite "*) continue ;; esac
    # shellcheck disable=SC2086
    run "$poise" "$suite" $options ${POISE_ACCEL:+-accel "tcg,$POISE_ACCEL"}
    show "$suite $options"
    [ -n "$PEER" ] || continue
    # shellcheck disable=SC2086
    run "$PEER" "$suite" $options
    compare "$suite" "$suite $options"
done <"$src/suites.txt"
echo "1..$n"
exit $failed
