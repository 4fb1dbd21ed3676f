#!/bin/sh
# SPDX-License-Identifier: MIT
# Linux boots in lockstep: of its translated blocks every VERIFY-th (64) is compared with the
# interpreter. BOOTS boots (2), on several CPU models, tiers and numbers of vCPUs in turn, to the
# installer's first screen with UNTIL='Select a language' (else to its first process). Run in the
# build directory.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
poise=$PWD/poise-system-aarch64
: "${VERIFY=64}" "${BOOTS=2}" "${UNTIL=Run /init as init process}" "${LIMIT=900}"
case $("$poise" -M none -accel tcg,tier=jit,verify=1 --dry-run 2>&1) in
*translator*)
    echo "1..0 # SKIP no translator for this host"
    exit 0
    ;;
esac
. "$src/tests/lib/vm.sh"
vm_need_installer

boots() { # model, vCPUs, tier
    vm_start "$poise" -M virt,gic-version=3 -cpu "$1" -smp "$2" -m 512 -accel "tcg,tier=$3,verify=$VERIFY" \
        -kernel "$image/linux" -initrd "$image/initrd.gz" -append 'console=ttyAMA0 TERM=linux' >/dev/null &&
        vm_qmp '{"execute": "cont"}' >/dev/null && vm_console "$UNTIL" "$LIMIT" >/dev/null || return 1
    stats=$(vm_qmp '{"execute": "query-stats", "arguments": {"target": "vcpu", "providers":
        [{"provider": "tcg", "names": ["verified-blocks", "verified-differences"]}]}}' | tr -d '\n')
    compared=$(echo "$stats" | grep -o '"verified-blocks", "value": [0-9]*' | sed 's/.* //' | paste -sd+ | bc)
    [ "$compared" -gt 100000 ] || return 1
    ! echo "$stats" | grep -q '"verified-differences", "value": [1-9]' || return 1
    vm_qmp '{"execute": "query-status"}' | grep -q '"status": "running"' || return 1
    vm_qmp '{"execute": "quit"}' >/dev/null && vm_end
}

n=0 failed=0
while [ $n -lt "$BOOTS" ]; do
    # Two boots differ in everything.
    # shellcheck disable=SC2046
    set -- $(echo 'cortex-a57 1 jit;max 2 auto;neoverse-n1 1 auto;cortex-a76 2 jit;cortex-a53 4 auto;max 1 jit' |
        cut -d ';' -f $((n % 6 + 1)))
    n=$((n + 1))
    compared=''
    if boots "$@"; then
        echo "ok $n - $1, $2 vCPUs, tier=$3: $compared blocks are as the interpreter says"
    else
        echo "not ok $n - $1, $2 vCPUs, tier=$3: $compared blocks are as the interpreter says"
        tail -n 10 "$vm_dir/console" | tr -d '\000\033\r' | sed 's/^/# /'
        failed=1
    fi
    vm_kill
done
echo "1..$n"
exit $failed
