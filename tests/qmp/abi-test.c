/* SPDX-License-Identifier: MIT */
/* The public surface: compared with abi.txt, so that a change of contract shows as a diff, and with
 * what the installed peer says of itself. ABI names the file; UPDATE=1 writes it. */
#include "tests/lib/qmp-client.h"
#include "tests/lib/tap.h"
#include "tests/qmp/shape.h"

#include <stdlib.h>
#include <string.h>

static GPtrArray *surface_of(const char *program, Error **errp)
{
    const char *const args[] = {"-machine", "none", "-nodefaults", "-display", "none", "-S", NULL};
    g_autoptr(QmpClient) c = qmp_client_start(program, args, errp);

    if (!c || !qmp_client_negotiate(c, errp)) {
        return NULL;
    }
    g_autoptr(JsonNode) schema = qmp_client_execute(c, "query-qmp-schema", NULL, errp);
    return schema ? surface_lines(schema) : NULL;
}

static char *join(GPtrArray *lines)
{
    GString *s = g_string_new(NULL);

    for (guint i = 0; i < lines->len; i++) {
        g_string_append_printf(s, "%s\n", (char *)lines->pdata[i]);
    }
    return g_string_free(s, FALSE);
}

/* Lines of one that the other does not have, with a sign before them. */
static void append_missing(GString *out, char **lines, const char *other, const char *sign)
{
    for (char **l = lines; *l; l++) {
        g_autofree char *needle = g_strdup_printf("\n%s\n", *l);

        if (**l && !strstr(other, needle)) {
            g_string_append_printf(out, "%s %s\n", sign, *l);
        }
    }
}

static void check_file(GPtrArray *ours)
{
    const char *path = getenv("ABI");
    g_autofree char *now = join(ours);
    g_autofree char *before = NULL;
    g_autoptr(GString) diff = g_string_new(NULL);

    if (getenv("UPDATE")) {
        g_file_set_contents(path, now, -1, NULL);
    }
    if (!path || !g_file_get_contents(path, &before, NULL, NULL)) {
        tap_ok(false, "ABI names no readable file", "abi.txt");
        return;
    }
    g_auto(GStrv) old_lines = g_strsplit(before, "\n", -1);
    g_auto(GStrv) new_lines = g_strsplit(now, "\n", -1);
    g_autofree char *old_text = g_strconcat("\n", before, NULL);
    g_autofree char *new_text = g_strconcat("\n", now, NULL);
    append_missing(diff, old_lines, new_text, "-");
    append_missing(diff, new_lines, old_text, "+");
    tap_ok(!strcmp(before, now), diff->str, "the interface is that of abi.txt");
}

/* Commands of our own have no counterpart, nor has what carries our mark. */
static bool is_ours(const char *line)
{
    static const char *const own[] = {
        "command accel-set",
        "command machine-init",
        "command machine-set",
        "command query-config",
        "command query-startup",
        "command x-",
        "event X_",
        /* The peer's schema has "authz-listfile", which its own QOM does not know. */
        "command object-add arg (qom-type=authz-list-file)",
    };

    if (strstr(line, ".x-") || strstr(line, " x-")) {
        return true;
    }

    for (size_t i = 0; i < G_N_ELEMENTS(own); i++) {
        if (g_str_has_prefix(line, own[i])) {
            return true;
        }
    }
    return false;
}

/* Values that the peer lacks: see above, and what our interpreter counts. */
static bool is_own_value(const char *value)
{
    return !strcmp(value, "tcg") || !strcmp(value, "authz-list-file");
}

/* "path: enum{a,b}" of ours against theirs, which may have more values. */
static bool values_are_part(const char *ours, const char *theirs)
{
    g_autofree char *mine = g_strndup(strchr(ours, '{') + 1, strlen(strchr(ours, '{')) - 2);
    g_autofree char *others = g_strdup_printf(",%s", strchr(theirs, '{') + 1);
    g_auto(GStrv) values = g_strsplit(mine, ",", -1);

    others[strlen(others) - 1] = ',';
    for (char **v = values; *v; v++) {
        g_autofree char *needle = g_strdup_printf(",%s,", *v);

        if (**v && !is_own_value(*v) && !strstr(others, needle)) {
            return false;
        }
    }
    return true;
}

/* Theirs may go deeper where ours is plain, so only our lines count. */
static bool has_counterpart(const char *line, GPtrArray *theirs)
{
    const char *type = strstr(line, ": enum{");

    for (guint i = 0; i < theirs->len; i++) {
        const char *other = theirs->pdata[i];

        if (!strcmp(line, other)) {
            return true;
        }
        if (type && !strncmp(line, other, (size_t)(type - line) + strlen(": enum{")) &&
            values_are_part(line, other)) {
            return true;
        }
    }
    return false;
}

static void check_peer(GPtrArray *ours, GPtrArray *theirs)
{
    g_autoptr(GString) diff = g_string_new(NULL);

    for (guint i = 0; i < ours->len; i++) {
        const char *line = ours->pdata[i];

        if (!is_ours(line) && !has_counterpart(line, theirs)) {
            g_string_append_printf(diff, "%s\n", line);
        }
    }
    tap_ok(!diff->len, diff->str, "each part of it is in the peer's, of the same type");
}

int main(void)
{
    const char *peer = getenv("PEER");
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) ours = surface_of(getenv("POISE"), &err);

    if (!tap_ok(ours, err ? err->message : NULL, "query-qmp-schema")) {
        return tap_done();
    }
    check_file(ours);
    if (!peer || !*peer) {
        tap_skip("no peer emulator", "comparison with the peer");
        return tap_done();
    }
    g_autoptr(GPtrArray) theirs = surface_of(peer, &err);
    if (tap_ok(theirs, err ? err->message : NULL, "query-qmp-schema of the peer")) {
        check_peer(ours, theirs);
    }
    return tap_done();
}
