/* SPDX-License-Identifier: MIT */
/* JSON as the peer takes it: json-corpus.txt has texts and the peer's answers. Ours is asked, and
 * the peer itself where it is installed. POISE and PEER name the programs, CORPUS the file. */
#include "tests/lib/qmp-client.h"
#include "tests/lib/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the corpus's notation */

static int hex2(const char *p)
{
    return g_ascii_xdigit_value(p[0]) << 4 | g_ascii_xdigit_value(p[1]);
}

static void unescape(GString *out, const char *p, const char *end)
{
    while (p < end) {
        if (*p != '\\') {
            g_string_append_c(out, *p++);
        } else if (p[1] == 'x') {
            g_string_append_c(out, (char)hex2(p + 2));
            p += 4;
        } else if (p[1] == '*') {
            char *open;
            guint64 n = g_ascii_strtoull(p + 2, &open, 10);
            const char *close = memchr(open, ')', (size_t)(end - open));
            g_autoptr(GString) unit = g_string_new(NULL);

            unescape(unit, open + 1, close);
            for (; n; n--) {
                g_string_append_len(out, unit->str, (gssize)unit->len);
            }
            p = close + 1;
        } else {
            g_string_append_c(out, p[1] == 't'   ? '\t'
                                   : p[1] == 'n' ? '\n'
                                   : p[1] == 'r' ? '\r'
                                                 : p[1]);
            p += 2;
        }
    }
}

static GString *unescaped(const char *text)
{
    GString *s = g_string_new(NULL);

    unescape(s, text, text + strlen(text));
    return s;
}

/* ---- asking */

static bool write_all(int fd, const char *buf, size_t len)
{
    while (len) {
        ssize_t r = write(fd, buf, len);

        if (r < 0) {
            return false;
        }
        buf += r;
        len -= (size_t)r;
    }
    return true;
}

/* A line of the program in the corpus's form; NULL when it is neither of both. */
static char *answer_of(const char *line)
{
    static const char taken[] = "{\"return\": {}";
    const char *desc = strstr(line, "\"desc\": \"");

    if (g_str_has_prefix(line, taken)) {
        const char *id = line + strlen(taken);
        bool has_id = g_str_has_prefix(id, ", \"id\": ");
        const char *value = has_id ? id + strlen(", \"id\": ") : "{}}";

        return g_strdup_printf("= %.*s", (int)strlen(value) - 1, value);
    }
    if (!desc) {
        return NULL;
    }
    desc += strlen("\"desc\": \"");
    const char *end = strstr(desc, "\", \"x-code\"");
    end = end ? end : desc + strlen(desc) - strlen("\"}}");
    return g_strdup_printf("! %.*s", (int)(end - desc), desc);
}

/* All answers to a text. A byte 0xFF behind it brings the reader back to its start, whatever the
 * text left open; the error that this makes is the last answer and not among them. */
static GPtrArray *ask(QmpClient *c, const GString *text, unsigned nr, Error **errp)
{
    g_autofree char *mark = g_strdup_printf("\"id\": \"#%u\"", nr);
    g_autofree char *end =
        g_strdup_printf("\n\xff\n{\"execute\": \"query-name\", \"id\": \"#%u\"}\n", nr);
    g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func(g_free);

    if (!write_all(qmp_client_fd(c), text->str, text->len) ||
        !write_all(qmp_client_fd(c), end, strlen(end))) {
        error_set_code(errp, ERROR_CODE_UNSPECIFIED, "cannot write");
        return NULL;
    }
    for (;;) {
        g_autofree char *line = qmp_client_read_line(c, QMP_CLIENT_TIMEOUT_MS, errp);

        if (!line) {
            return NULL;
        }
        g_strchomp(line);
        if (strstr(line, mark)) {
            break;
        }
        char *answer = answer_of(line);
        g_ptr_array_add(answers, answer ? answer : g_strdup(line));
    }
    if (!answers->len) {
        error_set_code(errp, ERROR_CODE_UNSPECIFIED, "0xFF has no answer");
        return NULL;
    }
    g_ptr_array_remove_index(answers, answers->len - 1);
    return g_steal_pointer(&answers);
}

/* ---- comparing */

static bool same(const char *want, const char *got)
{
    g_autoptr(GString) text = unescaped(want);

    if (!strcmp(want, "~")) {
        return g_str_has_prefix(got, "= ");
    }
    return !strcmp(text->str, got);
}

/* Columns from the third on against the answers; the first difference is told. */
static char *difference(char **columns, const GPtrArray *answers)
{
    guint at = 0;

    for (char **col = columns + 2; *col; col++) {
        char *rest;
        guint64 n = g_ascii_strtoull(*col, &rest, 10);
        const char *want = n ? rest + strlen("* ") : *col;

        for (n = n ? n : 1; n; n--, at++) {
            const char *got = at < answers->len ? answers->pdata[at] : "nothing";

            if (!same(want, got)) {
                return g_strdup_printf("answer %u is %.300s, not %.300s", at, got, want);
            }
        }
    }
    return at == answers->len
               ? NULL
               : g_strdup_printf("further answer %.300s", (char *)answers->pdata[at]);
}

static bool check_line(QmpClient *c, const char *who, const char *line, unsigned nr)
{
    g_auto(GStrv) columns = g_strsplit(line, "\t", -1);
    g_autoptr(GString) text = unescaped(columns[1]);
    g_autoptr(GError) err = NULL;

    if (!strcmp(columns[0], "id")) {
        g_string_prepend(text, "{\"execute\": \"query-name\", \"id\": ");
        g_string_append_c(text, '}');
    }
    g_autoptr(GPtrArray) answers = ask(c, text, nr, &err);
    g_autofree char *why = answers ? difference(columns, answers) : g_strdup(err->message);
    if (why) {
        tap_ok(false, why, "%s: %s %.80s", who, columns[0], columns[1]);
    }
    return !why;
}

static void check_program(const char *who, const char *program, char **lines)
{
    const char *const args[] = {"-machine", "none", "-nodefaults", "-display", "none", NULL};
    g_autoptr(GError) err = NULL;
    g_autoptr(QmpClient) c = qmp_client_start(program, args, &err);
    unsigned n = 0, good = 0;

    if (!c || !qmp_client_negotiate(c, &err)) {
        tap_ok(false, err->message, "%s starts", who);
        return;
    }
    for (char **l = lines; *l; l++) {
        if (**l && **l != '#') {
            n++;
            good += check_line(c, who, *l, n);
        }
    }
    tap_ok(good == n && n >= 500, NULL, "%s: %u texts, %u as the corpus says", who, n, good);
}

int main(void)
{
    const char *corpus = getenv("CORPUS");
    const char *peer = getenv("PEER");
    g_autofree char *text = NULL;

    if (!corpus || !g_file_get_contents(corpus, &text, NULL, NULL)) {
        fprintf(stderr, "CORPUS names no readable file\n");
        return 1;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    check_program("ours", getenv("POISE"), lines);
    if (peer && *peer) {
        check_program("peer", peer, lines);
    } else {
        tap_skip("no peer emulator", "the peer and the corpus");
    }
    return tap_done();
}
