/* SPDX-License-Identifier: MIT */
/* The line editor, judged by what a terminal shows and which lines come out. */
#include "monitor/line-editor.h"
#include "tests/lib/check-main.h"
#include <string.h>

/* A terminal of one endless line, which is as much as the editor needs. */
static GString *screen;
static size_t cursor;
static GString *lines; /* each with ';' after it */
static GString *sequence;

static void screen_byte(char c)
{
    if (sequence->len || c == '\033') {
        g_string_append_c(sequence, c);
        if (sequence->len < 3 || g_ascii_isdigit(c)) {
            return;
        }
        size_t n = g_ascii_isdigit(sequence->str[2]) ? strtoul(sequence->str + 2, NULL, 10) : 1;
        if (c == 'K') {
            g_string_truncate(screen, cursor);
        } else if (c == 'J') {
            g_string_truncate(screen, 0);
            cursor = 0;
        } else if (c == 'D') {
            ck_assert_uint_ge(cursor, n);
            cursor -= n;
        } else if (c == 'C') {
            cursor += n;
            ck_assert_uint_le(cursor, screen->len);
        }
        g_string_truncate(sequence, 0);
    } else if (c == '\n') {
        g_string_truncate(screen, 0);
    } else if (c == '\r') {
        cursor = 0;
    } else {
        if (cursor < screen->len) {
            screen->str[cursor] = c;
        } else {
            g_string_append_c(screen, c);
        }
        cursor++;
    }
}

static void to_screen(void *opaque, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        screen_byte(text[i]);
    }
}

static void take_line(void *opaque, const char *line)
{
    g_string_append_printf(lines, "%s;", line);
    line_editor_show(*(LineEditor **)opaque);
}

static GPtrArray *words_for(void *opaque, const char *text)
{
    static const char *const words[] = {"stop", "start", "status", "xp"};
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (g_str_has_prefix(words[i], text)) {
            g_ptr_array_add(found, g_strdup(words[i]));
        }
    }
    return found;
}

static const LineEditorOps ops = {to_screen, take_line, words_for};

/* Types the keys; the screen must then show this, with the cursor there. */
static void expect(LineEditor *e, const char *keys, const char *shown, size_t at)
{
    for (; *keys; keys++) {
        line_editor_key(e, (unsigned char)*keys);
    }
    ck_assert_str_eq(screen->str, shown);
    ck_assert_uint_eq(cursor, at);
}

static LineEditor *editor;

static void set_up(void)
{
    screen = g_string_new(NULL);
    lines = g_string_new(NULL);
    sequence = g_string_new(NULL);
    cursor = 0;
    editor = line_editor_new("> ", &ops, &editor);
    line_editor_show(editor);
}

static void tear_down(void)
{
    line_editor_free(editor);
    g_string_free(screen, TRUE);
    g_string_free(lines, TRUE);
    g_string_free(sequence, TRUE);
}

START_TEST(keys_edit)
{
    expect(editor, "abc", "> abc", 5);
    expect(editor, "\x01X", "> Xabc", 3);                /* C-a */
    expect(editor, "\x05Y", "> XabcY", 7);               /* C-e */
    expect(editor, "\x7f\x08", "> Xab", 5);              /* backspaces */
    expect(editor, "\033[D\033[D\x04", "> Xb", 3);       /* left, C-d */
    expect(editor, "\033[C\033[C\033OC", "> Xb", 4);     /* right, and no further */
    expect(editor, "\033[H\033[3~", "> b", 2);           /* Home, Delete */
    expect(editor, "\x7f\033[D", "> b", 2);              /* nothing before the start */
    expect(editor, "\033[F one two\x17", "> b one ", 8); /* End, C-w */
    expect(editor, "\x02\x02\x0b", "> b on", 6);         /* C-b, C-k */
    expect(editor, "\x15", "> ", 2);                     /* C-u */
    expect(editor, "\r", "> ", 2);
    ck_assert_str_eq(lines->str, ";");
}
END_TEST

START_TEST(characters_are_columns)
{
    /* Two bytes, one column: judged by what comes out, since the terminal here knows bytes only. */
    const char *keys = "\xc3\xa4x\033[D\033[D\x04\r";

    for (; *keys; keys++) {
        if (*keys != '\033') {
            line_editor_key(editor, (unsigned char)*keys);
        } else { /* the keys left, as C-b */
            line_editor_key(editor, 2);
            keys += 2;
        }
    }
    ck_assert_str_eq(lines->str, "x;");
}
END_TEST

START_TEST(line_ends)
{
    expect(editor, "a\rb\nc\r\nd\n\n", "> ", 2);
    ck_assert_str_eq(lines->str, "a;b;c;d;;");
}
END_TEST

START_TEST(history)
{
    expect(editor, "one\rtwo\rtwo\rnew", "> new", 5);
    expect(editor, "\033[A", "> two", 5);
    expect(editor, "\x10", "> one", 5);       /* C-p */
    expect(editor, "\033[A", "> one", 5);     /* there is nothing older */
    expect(editor, "\033[B\x0e", "> new", 5); /* C-n */
    expect(editor, "\033[B", "> new", 5);
    expect(editor, "\033[A!\r", "> ", 2);
    ck_assert_str_eq(lines->str, "one;two;two;two!;");
}
END_TEST

START_TEST(completion)
{
    expect(editor, "x\t", "> xp ", 5);
    expect(editor, "\x15q\t", "> q", 3);
    expect(editor, "\x15s\t", "> st", 4);
    expect(editor, "\t", "> st", 4); /* and shows the choices above */
    expect(editor, "at\t", "> status ", 9);
}
END_TEST

START_TEST(bounds)
{
    for (int i = 0; i < 2 * LINE_MAX_BYTES; i++) {
        line_editor_key(editor, 'a');
    }
    line_editor_key(editor, '\r');
    ck_assert_uint_eq(lines->len, LINE_MAX_BYTES + 1);
    for (int i = 0; i < 2 * LINE_HISTORY; i++) {
        expect(editor, "b\ra\r", "> ", 2);
    }
    for (int i = 0; i < 3 * LINE_HISTORY; i++) {
        expect(editor, "\033[A", i % 2 || i >= LINE_HISTORY ? "> b" : "> a", 3);
    }
}
END_TEST

START_TEST(any_bytes)
{
    GRand *random = g_rand_new_with_seed(1);

    g_string_truncate(screen, 0);
    for (int i = 0; i < 100000; i++) {
        line_editor_key(editor, (unsigned char)g_rand_int_range(random, 0, 256));
    }
    g_rand_free(random);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("line-editor");
    TCase *tc = tcase_create("line-editor");

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, keys_edit);
    tcase_add_test(tc, characters_are_columns);
    tcase_add_test(tc, line_ends);
    tcase_add_test(tc, history);
    tcase_add_test(tc, completion);
    tcase_add_test(tc, bounds);
    tcase_add_test(tc, any_bytes);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
