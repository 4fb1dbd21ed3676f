#!/bin/sh
# SPDX-License-Identifier: MIT
# How long the generator takes for a schema of N commands (200), each with a struct, an enumeration
# and an event of its own, all documented: prints one line.
# usage: schema.sh GENERATOR [N]
set -eu
gen=${1:?}
n=${2:-200}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
awk -v n="$n" 'BEGIN {
    print "{ \"pragma\": { \"doc-required\": true } }"
    for (i = 1; i <= n; i++) {
        printf "##\n# @Kind%d:\n#\n# Kinds.\n#\n", i
        for (j = 0; j < 8; j++)
            printf "# @value-%d: number %d\n#\n", j, j
        printf "# Since: 1.0\n##\n{ \"enum\": \"Kind%d\", \"data\": [ ", i
        for (j = 0; j < 8; j++)
            printf "%s\"value-%d\"", j ? ", " : "", j
        printf " ] }\n##\n# @Info%d:\n#\n# A thing.\n#\n", i
        for (j = 0; j < 10; j++)
            printf "# @member-%d: number %d,\n#            on two lines\n#\n", j, j
        printf "# Since: 1.0\n##\n{ \"struct\": \"Info%d\", \"data\": { ", i
        for (j = 0; j < 10; j++)
            printf "%s\"%smember-%d\": %s", j ? ", " : "", j % 2 ? "*" : "", j,
                j % 3 == 0 ? "\"int\"" : j % 3 == 1 ? "\"Kind" i "\"" : "[ \"str\" ]"
        printf " } }\n##\n# @do-it-%d:\n#\n# Does it.\n#\n# @info: with what\n#\n", i
        printf "# Returns: what was done\n#\n# Since: 1.0\n##\n"
        printf "{ \"command\": \"do-it-%d\", \"data\": { \"info\": \"Info%d\" }, ", i, i
        printf "\"returns\": [ \"Info%d\" ] }\n", i
        printf "##\n# @DONE_%d:\n#\n# It is done.\n#\n# @info: what\n##\n", i
        printf "{ \"event\": \"DONE_%d\", \"data\": { \"info\": \"Info%d\" } }\n", i, i
    }
}' | tr '"' "'" >"$tmp/big.json"
start=$(date +%s%N)
"$gen" --out "$tmp/gen" --doc-md "$tmp/big.md" --doc-man "$tmp/big.7" "$tmp/big.json"
end=$(date +%s%N)
[ "$(grep -c "^bool qmp_marshal_" "$tmp/gen/qapi-commands.h")" -eq "$n" ]
echo "$n commands of $(wc -l <"$tmp/big.json") lines: $(((end - start) / 1000000)) ms"
