#!/bin/sh
# SPDX-License-Identifier: MIT
# The table compiler refuses what it must, saying where and why. Usage: isagen-test.sh (ISAGEN set)
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
n=0 failed=0

# check NAME EXPECTED: the table comes on standard input; EXPECTED "" means that it is accepted.
check() {
    n=$((n + 1))
    cat >"$dir/t.isa"
    "$ISAGEN" "$dir/t.isa" "$dir" >"$dir/log" 2>&1
    status=$?
    if { [ -z "$2" ] && [ $status -eq 0 ]; } || { [ -n "$2" ] && [ $status -ne 0 ] && grep -qF "$2" "$dir/log"; }; then
        echo "ok $n - $1"
    else
        echo "not ok $n - $1"
        sed 's/^/# /' "$dir/log"
        failed=1
    fi
}

check "a row" "" <<'T'
group g
A  sf:1 0000000 00000000 00000000 imm8:8 | imm=imm8<<1 | class=alu split=sf
T
check "the more specific row wins" "" <<'T'
group g
A  0000000 00000000 00000000 0 imm8:8 || class=alu
B  0000000 00000000 00000000 0 00000000 || class=alu
T
check "ambiguous rows" "t.isa:3: error: B and A (line 2" <<'T'
group g
A  0000000 00000000 00000000 0 0 imm7:7 || class=alu
B  0000000 00000000 00000000 0 imm7:7 0 || class=alu
T
check "conditions that exclude each other" "" <<'T'
group g
A  0000000 00000000 00000000 0 imm8:8 || class=alu when=imm8<7
B  0000000 00000000 00000000 0 imm8:8 || class=alu when=imm8>=7
T
check "conditions that overlap" "both match 00000006" <<'T'
group g
A  0000000 00000000 00000000 0 imm8:8 || class=alu when=imm8<7
B  0000000 00000000 00000000 0 imm8:8 || class=alu when=imm8>5
T
check "unknown field in a condition" "t.isa:2: error: A: unknown field" <<'T'
group g
A  0000000 00000000 00000000 0 imm8:8 || class=alu when=imm9==0
T
check "unknown field in a split" "split by unknown field 'sf'" <<'T'
group g
A  0000000 00000000 00000000 0 imm8:8 || class=alu split=sf
T
check "name used twice" "t.isa:3: error: A: also at" <<'T'
group g
A  0000000 00000000 00000000 0 00000000 || class=alu
A  0000000 00000000 00000000 0 00000001 || class=alu
T
check "short pattern" "pattern is 1 bits short" <<'T'
group g
A  000000 00000000 00000000 0 00000000 || class=alu
T
check "long pattern" "pattern is longer than 32 bits" <<'T'
group g
A  00000000 00000000 00000000 0 00000000 || class=alu
T
check "unknown slot" "no slot 'rx'" <<'T'
group g
A  0000000 00000000 00000000 0 imm8:8 | rx=imm8 | class=alu
T
check "unknown attribute" "unknown attribute 'colour'" <<'T'
group g
A  0000000 00000000 00000000 0 imm8:8 || class=alu colour=red
T
check "row without a group" "no group yet" <<'T'
A  0000000 00000000 00000000 0 imm8:8 || class=alu
T
check "broken expression" "syntax error" <<'T'
group g
A  0000000 00000000 00000000 0 imm8:8 | imm=imm8+ | class=alu
T
echo "1..$n"
exit $failed
