/* SPDX-License-Identifier: MIT */
/* A line editor for terminals: the keys of readline that fingers know. Control sequences are those
 * of ECMA-48, which every terminal emulator has. */
#include "monitor/line-editor.h"

#include <string.h>

enum { ESC = 27, DELETE = 127 };
#define CTRL(c) ((c) - '@')

typedef enum EscapeState {
    ESCAPE_NONE,
    ESCAPE_BEGUN,    /* ESC */
    ESCAPE_SEQUENCE, /* ESC [ or ESC O */
} EscapeState;

struct LineEditor {
    const char *prompt;
    const LineEditorOps *ops;
    void *opaque;
    GString *line;
    size_t at; /* the cursor, in bytes */
    EscapeState escape;
    unsigned parameter; /* the number of an escape sequence */
    bool after_return;  /* a line feed that follows is a part of it */
    GPtrArray *history; /* of char *, oldest first */
    guint recalled;     /* index; history->len: the line that is being written */
    char *written;      /* that one, while another is shown */
};

/* ---- what the terminal shows */

static void put(LineEditor *e, const char *text)
{
    e->ops->write(e->opaque, text, strlen(text));
}

/* Columns of so many bytes of UTF-8. */
static size_t columns(const char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    }
    return n;
}

static void move_cursor(LineEditor *e, size_t to)
{
    size_t from = e->at;
    size_t n = columns(e->line->str + MIN(from, to), from > to ? from - to : to - from);
    g_autofree char *text = g_strdup_printf("\033[%zu%c", n, from > to ? 'D' : 'C');

    if (n) {
        put(e, text);
    }
    e->at = to;
}

/* What is at and after the cursor has changed. */
static void redraw_tail(LineEditor *e)
{
    size_t at = e->at;

    put(e, e->line->str + at);
    put(e, "\033[K");
    e->at = e->line->len;
    move_cursor(e, at);
}

void line_editor_show(LineEditor *e)
{
    size_t at = e->at;

    put(e, e->prompt);
    put(e, e->line->str);
    e->at = e->line->len;
    move_cursor(e, at);
}

/* ---- editing */

static size_t previous(const LineEditor *e, size_t at)
{
    do {
        at -= at > 0;
    } while (at && ((unsigned char)e->line->str[at] & 0xc0) == 0x80);
    return at;
}

static size_t next(const LineEditor *e, size_t at)
{
    do {
        at += at < e->line->len;
    } while (((unsigned char)e->line->str[at] & 0xc0) == 0x80);
    return at;
}

static size_t word_start(const LineEditor *e)
{
    size_t at = e->at;

    while (at && e->line->str[at - 1] == ' ') {
        at--;
    }
    while (at && e->line->str[at - 1] != ' ') {
        at--;
    }
    return at;
}

/* Leaves the cursor at the start of what was erased. */
static void erase(LineEditor *e, size_t from, size_t to)
{
    if (from == to) {
        return;
    }
    move_cursor(e, from);
    g_string_erase(e->line, (gssize)from, (gssize)(to - from));
    redraw_tail(e);
}

static void insert(LineEditor *e, const char *text, size_t len)
{
    if (e->line->len + len > LINE_MAX_BYTES) {
        return;
    }
    g_string_insert_len(e->line, (gssize)e->at, text, (gssize)len);
    e->ops->write(e->opaque, text, len);
    e->at += len;
    if (e->at < e->line->len) {
        redraw_tail(e);
    }
}

static void replace(LineEditor *e, const char *text)
{
    move_cursor(e, 0);
    g_string_assign(e->line, text);
    redraw_tail(e);
    move_cursor(e, e->line->len);
}

/* ---- history */

static void recall(LineEditor *e, int step)
{
    guint to = e->recalled + (guint)step;

    if (to > e->history->len) { /* below 0, too */
        return;
    }
    if (e->recalled == e->history->len) {
        g_free(e->written);
        e->written = g_strdup(e->line->str);
    }
    e->recalled = to;
    replace(e, to == e->history->len ? e->written : e->history->pdata[to]);
}

static void remember(LineEditor *e)
{
    guint n = e->history->len;

    if (e->line->len && !(n && !strcmp(e->history->pdata[n - 1], e->line->str))) {
        g_ptr_array_add(e->history, g_strdup(e->line->str));
    }
    if (e->history->len > LINE_HISTORY) {
        g_ptr_array_remove_index(e->history, 0);
    }
    e->recalled = e->history->len;
}

static void end_line(LineEditor *e)
{
    g_autofree char *line = NULL;

    remember(e);
    line = g_strdup(e->line->str);
    g_string_truncate(e->line, 0);
    e->at = 0;
    put(e, "\r\n");
    e->ops->line(e->opaque, line);
}

/* ---- completion */

static size_t common_prefix(const GPtrArray *words)
{
    const char *first = words->pdata[0];
    size_t len = strlen(first);

    for (guint i = 1; i < words->len; i++) {
        const char *w = words->pdata[i];
        size_t n = 0;

        while (n < len && w[n] == first[n]) {
            n++;
        }
        len = n;
    }
    return len;
}

static void show_choices(LineEditor *e, const GPtrArray *words)
{
    put(e, "\r\n");
    for (guint i = 0; i < words->len; i++) {
        put(e, words->pdata[i]);
        put(e, i + 1 < words->len ? "  " : "\r\n");
    }
    line_editor_show(e);
}

static void complete(LineEditor *e)
{
    g_autofree char *text = g_strndup(e->line->str, e->at);
    const char *space = strrchr(text, ' ');
    size_t have = strlen(space ? space + 1 : text);
    g_autoptr(GPtrArray) words = e->ops->complete(e->opaque, text);

    if (!words->len) {
        return;
    }
    size_t len = common_prefix(words);
    if (len > have) {
        insert(e, (char *)words->pdata[0] + have, len - have);
    }
    if (words->len == 1) {
        insert(e, " ", 1);
    } else if (len == have) {
        show_choices(e, words);
    }
}

/* ---- keys */

static void move_key(LineEditor *e, unsigned char key)
{
    switch (key) {
    case 'A':
        recall(e, -1);
        break;
    case 'B':
        recall(e, 1);
        break;
    case 'C':
        move_cursor(e, next(e, e->at));
        break;
    case 'D':
        move_cursor(e, previous(e, e->at));
        break;
    case 'H':
        move_cursor(e, 0);
        break;
    case 'F':
        move_cursor(e, e->line->len);
        break;
    case '~': /* by number: Home, Delete, End */
        if (e->parameter == 3) {
            erase(e, e->at, next(e, e->at));
        } else if (e->parameter == 1 || e->parameter == 4) {
            move_cursor(e, e->parameter == 1 ? 0 : e->line->len);
        }
        break;
    }
}

static void escape_key(LineEditor *e, unsigned char key)
{
    if (e->escape == ESCAPE_BEGUN) {
        e->escape = key == '[' || key == 'O' ? ESCAPE_SEQUENCE : ESCAPE_NONE;
        e->parameter = 0;
    } else if (g_ascii_isdigit(key)) {
        e->parameter = (e->parameter * 10 + (key - '0')) % 1000;
    } else if (key >= '@' || key < ' ') {
        e->escape = ESCAPE_NONE;
        move_key(e, key);
    }
}

static void control_key(LineEditor *e, unsigned char key)
{
    switch (key) {
    case CTRL('A'):
        move_cursor(e, 0);
        break;
    case CTRL('B'):
        move_key(e, 'D');
        break;
    case CTRL('D'):
        erase(e, e->at, next(e, e->at));
        break;
    case CTRL('E'):
        move_cursor(e, e->line->len);
        break;
    case CTRL('F'):
        move_key(e, 'C');
        break;
    case CTRL('H'):
    case DELETE:
        erase(e, previous(e, e->at), e->at);
        break;
    case '\t':
        complete(e);
        break;
    case CTRL('K'):
        erase(e, e->at, e->line->len);
        break;
    case CTRL('L'):
        put(e, "\033[H\033[2J");
        line_editor_show(e);
        break;
    case CTRL('N'):
        recall(e, 1);
        break;
    case CTRL('P'):
        recall(e, -1);
        break;
    case CTRL('U'):
        erase(e, 0, e->at);
        break;
    case CTRL('W'):
        erase(e, word_start(e), e->at);
        break;
    case ESC:
        e->escape = ESCAPE_BEGUN;
        break;
    }
}

void line_editor_key(LineEditor *e, unsigned char key)
{
    bool second = key == '\n' && e->after_return;

    e->after_return = key == '\r';
    if (second) {
        return;
    }
    if (key == '\r' || key == '\n') {
        e->escape = ESCAPE_NONE;
        end_line(e);
    } else if (e->escape != ESCAPE_NONE) {
        escape_key(e, key);
    } else if (key < ' ' || key == DELETE) {
        control_key(e, key);
    } else {
        insert(e, (const char *)&key, 1);
    }
}

/* ---- the editor */

LineEditor *line_editor_new(const char *prompt, const LineEditorOps *ops, void *opaque)
{
    LineEditor *e = g_new0(LineEditor, 1);

    e->prompt = prompt;
    e->ops = ops;
    e->opaque = opaque;
    e->line = g_string_new(NULL);
    e->history = g_ptr_array_new_with_free_func(g_free);
    return e;
}

void line_editor_free(LineEditor *e)
{
    g_string_free(e->line, TRUE);
    g_ptr_array_unref(e->history);
    g_free(e->written);
    g_free(e);
}
