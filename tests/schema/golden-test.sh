#!/bin/sh
# SPDX-License-Identifier: MIT
# The schema generator against files: good/X.json gives the model good/X.out; bad/X.json is refused
# with the one line of bad/X.err and exit status 1. UPDATE=1 writes what the generator says now.
# Schemas named inc-* are only included by others. GENERATOR names the program.
set -u
gen=${GENERATOR:?}
case $gen in /*) ;; *) gen=$PWD/$gen ;; esac
dir=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 failed=0

verdict() { # name, status of the comparison
    n=$((n + 1))
    if [ "$2" -eq 0 ]; then
        echo "ok $n - $1"
    else
        failed=$((failed + 1))
        echo "not ok $n - $1"
        sed 's/^/# /' "$tmp/diff"
    fi
}

compare() { # golden file, file
    [ -z "${UPDATE:-}" ] || cp "$2" "$1"
    diff -u "$1" "$2" >"$tmp/diff"
}

for f in "$dir"/good/*.json; do
    name=$(basename "$f" .json)
    case $name in inc-*) continue ;; esac
    cd "$dir/good" || exit 1
    "$gen" --dump "$name.json" >"$tmp/out" 2>&1
    status=$?
    [ $status -eq 0 ] || echo "exit status $status" >>"$tmp/out"
    compare "$name.out" "$tmp/out"
    verdict "good/$name" $?
done
for f in "$dir"/bad/*.json; do
    name=$(basename "$f" .json)
    case $name in inc-*) continue ;; esac
    cd "$dir/bad" || exit 1
    "$gen" --dump "$name.json" >"$tmp/model" 2>"$tmp/out"
    status=$?
    [ $status -eq 1 ] || echo "exit status $status" >>"$tmp/out"
    [ ! -s "$tmp/model" ] || echo "a model was printed" >>"$tmp/out"
    compare "$name.err" "$tmp/out"
    verdict "bad/$name" $?
done

# Each rule has schemas that keep it and schemas that break it; no bad schema stands outside.
cd "$dir" || exit 1
: >"$tmp/diff"
sed -e '/^#/d' -e '/^$/d' rules.txt | while IFS='|' read -r good bad rule; do
    [ -n "$good" ] && [ -n "$bad" ] && [ -n "$rule" ] || echo "unfinished line: $good|$bad|$rule"
    for f in $good; do
        [ -e "good/$f.json" ] || echo "no good/$f.json"
    done
    for f in $bad; do
        [ -e "bad/$f.json" ] || echo "no bad/$f.json"
        echo "$f" >>"$tmp/listed"
    done
done >"$tmp/diff"
for f in bad/*.json; do
    name=$(basename "$f" .json)
    case $name in inc-*) continue ;; esac
    grep -qx "$name" "$tmp/listed" || echo "bad/$name is not in rules.txt"
done >>"$tmp/diff"
[ ! -s "$tmp/diff" ]
verdict "$(grep -c '|' rules.txt) rules with good and bad schemas" $?

# What is written for a good schema compiles, whatever the conditions.
cd "$dir/good" || exit 1
: >"$tmp/diff"
for name in everything conditional qtype features enum union alternate command; do
    "$gen" --out "$tmp/c/$name" --stem "$name/qapi" "$name.json" || exit 1
    for defined in "" "-DA" "-DA -DB -DC -DX -DTWO -DCOND_Y -DU -DT -DN"; do
        grep -q "'if'" "$name.json" || [ -z "$defined" ] || continue
        for part in "$tmp/c/$name/"*.c; do
            # shellcheck disable=SC2046,SC2086 # flags
            ${CC:-cc} -std=gnu11 -fsyntax-only -Wall -Wextra -Wno-unused-parameter -Werror \
                -Wno-enum-compare $defined -I"$tmp/c" -I"$dir/../.." \
                $(pkg-config --cflags glib-2.0 json-glib-1.0) "$part" >>"$tmp/diff" 2>&1 ||
                echo "$part $defined" >>"$tmp/diff"
        done
    done
done
[ ! -s "$tmp/diff" ]
verdict "what is written compiles" $?

# It is not written again when nothing changed.
if "$gen" --out "$tmp/gen" --stem gen/qapi everything.json &&
    cp "$tmp/gen/qapi-types.h" "$tmp/first" && touch -d '2001-01-01' "$tmp/gen/qapi-types.h" &&
    "$gen" --out "$tmp/gen" --stem gen/qapi everything.json &&
    [ -z "$(find "$tmp/gen/qapi-types.h" -newermt 2002-01-01)" ]; then
    : >"$tmp/diff"
    verdict "outputs are left alone" 0
else
    echo "rewritten" >"$tmp/diff"
    verdict "outputs are left alone" 1
fi
"$gen" --doc-md "$tmp/doc.md" --doc-man "$tmp/doc.7" doc.json
compare "$dir/good/doc.md" "$tmp/doc.md"
verdict "manual in Markdown" $?
compare "$dir/good/doc.man" "$tmp/doc.7"
verdict "manual page" $?
time=$("$dir/../bench/schema.sh" "$gen" 2>"$tmp/diff")
verdict "a large schema: $time" $?
echo "1..$n"
[ $failed -eq 0 ]
