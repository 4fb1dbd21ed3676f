/* SPDX-License-Identifier: MIT */
/* Results of a test program as TAP lines. */
#include "tests/lib/tap.h"

#include <stdio.h>

static int count, failed;

bool tap_ok(bool ok, const char *detail, const char *name, ...)
{
    va_list ap;

    va_start(ap, name);
    g_autofree char *text = g_strdup_vprintf(name, ap);
    va_end(ap);
    g_strdelimit(text, "#\n", ' ');
    printf("%sok %d - %s\n", ok ? "" : "not ", ++count, text);
    if (!ok && detail) {
        g_auto(GStrv) lines = g_strsplit(detail, "\n", -1);

        for (char **l = lines; *l; l++) {
            printf("# %s\n", *l);
        }
    }
    failed += !ok;
    fflush(stdout);
    return ok;
}

void tap_skip(const char *why, const char *name, ...)
{
    va_list ap;

    va_start(ap, name);
    g_autofree char *text = g_strdup_vprintf(name, ap);
    va_end(ap);
    printf("ok %d - %s # SKIP %s\n", ++count, text, why);
}

int tap_done(void)
{
    printf("1..%d\n", count);
    return failed ? 1 : 0;
}
