/* SPDX-License-Identifier: MIT */
/* Generator, first pass: the text of a schema file as tokens. */
#include "qapi/gen/gen.h"

#include <string.h>

void lex_init(Lexer *lx, const char *file, const char *text)
{
    lx->loc = (Loc){.file = file, .line = 1, .col = 1};
    lx->p = text;
}

static void advance(Lexer *lx)
{
    if (*lx->p++ == '\n') {
        lx->loc.line++;
        lx->loc.col = 1;
    } else {
        lx->loc.col++;
    }
}

/* The rest of the line, without its end; the lexer stands at the next line's start. */
static char *take_line(Lexer *lx)
{
    size_t n = strcspn(lx->p, "\n");
    char *line = g_strndup(lx->p, n);

    lx->p += n;
    lx->loc.col += (int)n;
    if (*lx->p) {
        advance(lx);
    }
    return g_strchomp(line);
}

static Token lex_doc(Lexer *lx)
{
    Token tok = {.kind = TOK_DOC, .loc = lx->loc};
    GString *text = g_string_new(NULL);
    char *line = take_line(lx);

    if (strcmp(line, "##")) {
        fail_syntax(tok.loc, "junk after '##' at start of documentation comment");
    }
    for (;;) {
        while (*lx->p == ' ' || *lx->p == '\t') {
            advance(lx);
        }
        Loc at = lx->loc;
        if (*lx->p != '#') {
            fail_syntax(at, "documentation comment must end with '##'");
        }
        line = take_line(lx);
        if (g_str_has_prefix(line, "##")) {
            if (line[2]) {
                fail_syntax(at, "junk after '##' at end of documentation comment");
            }
            break;
        }
        if (line[1] && line[1] != ' ') {
            at.col++;
            fail_syntax(at, "missing space after '#'");
        }
        g_string_append(text, line[1] ? line + 2 : "");
        g_string_append_c(text, '\n');
    }
    tok.text = g_string_free(text, FALSE);
    return tok;
}

/* Strings are printable ASCII between apostrophes; the only escape is a doubled backslash. */
static Token lex_string(Lexer *lx)
{
    Token tok = {.kind = TOK_STRING, .loc = lx->loc};
    GString *text = g_string_new(NULL);

    for (advance(lx); *lx->p != '\''; advance(lx)) {
        if (!*lx->p || *lx->p == '\n') {
            fail_syntax(tok.loc, "string is not closed");
        }
        if (*lx->p == '\\') {
            advance(lx);
            if (*lx->p != '\\') {
                fail_syntax(lx->loc, "unknown escape in a string");
            }
        } else if (!g_ascii_isprint(*lx->p)) {
            fail_syntax(lx->loc, "strings are printable ASCII");
        }
        g_string_append_c(text, *lx->p);
    }
    advance(lx);
    tok.text = g_string_free(text, FALSE);
    return tok;
}

static Token lex_word(Lexer *lx)
{
    Token tok = {.loc = lx->loc};
    size_t n = 0;

    while (g_ascii_isalnum(lx->p[n]) || lx->p[n] == '_') {
        n++;
    }
    g_autofree char *word = g_strndup(lx->p, n ? n : 1);
    if (!strcmp(word, "true") || !strcmp(word, "false")) {
        tok.kind = *word == 't' ? TOK_TRUE : TOK_FALSE;
        tok.text = g_strdup(word);
    } else if (n) {
        fail_syntax(tok.loc, "stray '%s'", word);
    } else if (g_ascii_isprint(*lx->p)) {
        fail_syntax(tok.loc, "stray '%c'", *lx->p);
    } else {
        fail_syntax(tok.loc, "stray byte 0x%02x", (unsigned char)*lx->p);
    }
    for (; n; n--) {
        advance(lx);
    }
    return tok;
}

Token lex_next(Lexer *lx)
{
    for (;;) {
        switch (*lx->p) {
        case ' ':
        case '\t':
        case '\n':
        case '\r':
            advance(lx);
            break;
        case '#':
            /* A documentation comment is a "##" that starts its line. */
            if (lx->p[1] == '#') {
                return lex_doc(lx);
            }
            take_line(lx);
            break;
        case '{':
        case '}':
        case '[':
        case ']':
        case ',':
        case ':': {
            Token tok = {.kind = TOK_PUNCT, .loc = lx->loc, .punct = *lx->p};

            tok.text = g_strndup(lx->p, 1);
            advance(lx);
            return tok;
        }
        case '\'':
            return lex_string(lx);
        case 0:
            return (Token){.kind = TOK_EOF, .loc = lx->loc, .text = g_strdup("end of file")};
        default:
            return lex_word(lx);
        }
    }
}
