/* SPDX-License-Identifier: MIT */
/* A stream of JSON values: bytes to tokens, and where each value ends.
 *
 * A value ends where its brackets close, or, outside of brackets, with its token. What is no token
 * is reported, everything before it forgotten, and reading goes on at the next bracket, comma,
 * colon, line end or control character. A byte 0xFF, which no text contains, hence brings a reader
 * that got out of step back to its start. */
#include "util/json-token.h"

#include <string.h>

enum { MAX_BYTES = 64 << 20, MAX_TOKENS = 2 << 20 };

typedef enum State {
    START,
    STRING,
    STRING_ESCAPE,
    MINUS,
    ZERO,
    DIGITS,
    POINT,
    FRACTION,
    EXPONENT,
    EXPONENT_SIGN,
    EXPONENT_DIGITS,
    KEYWORD,
    RECOVERY,
} State;

struct JsonStream {
    JsonStreamFn *fn;
    void *opaque;
    State state;
    char quote;
    int braces, brackets;
    GString *text; /* of the tokens, each followed by NUL; the current one last */
    size_t start;  /* of the current token */
    GArray *tokens;
};

JsonStream *json_stream_new(JsonStreamFn *fn, void *opaque)
{
    JsonStream *js = g_new0(JsonStream, 1);

    js->fn = fn;
    js->opaque = opaque;
    js->text = g_string_new(NULL);
    js->tokens = g_array_new(FALSE, FALSE, sizeof(JsonToken));
    return js;
}

void json_stream_free(JsonStream *js)
{
    g_string_free(js->text, TRUE);
    g_array_unref(js->tokens);
    g_free(js);
}

static void reset(JsonStream *js)
{
    js->braces = js->brackets = 0;
    js->start = 0;
    g_array_set_size(js->tokens, 0);
    if (js->text->allocated_len > 1 << 20) {
        g_string_free(js->text, TRUE); /* a long value does not keep its memory */
        js->text = g_string_new(NULL);
    }
    g_string_truncate(js->text, 0);
}

static void emit_value(JsonStream *js)
{
    g_autoptr(GError) err = NULL;
    JsonNode *node = json_parse_tokens((const JsonToken *)(void *)js->tokens->data, js->tokens->len,
                                       js->text->str, &err);

    reset(js);
    js->fn(js->opaque, node, err);
}

static void emit_error(JsonStream *js, ErrorCode code, const char *what)
{
    g_autoptr(GError) err = NULL;

    error_set_code(&err, code, "%s", what);
    reset(js);
    js->state = code == ERROR_CODE_JSON_SYNTAX ? RECOVERY : START;
    js->fn(js->opaque, NULL, err);
}

/* The current token is not one. */
static void emit_stray(JsonStream *js)
{
    g_autoptr(GString) what = g_string_new("JSON parse error, stray '");

    for (const char *p = js->text->str + js->start; *p;) {
        int32_t c = json_next_character(&p);

        json_append_character(what, c < 0 ? 0xfffd : (uint32_t)c);
    }
    g_string_append_c(what, '\'');
    emit_error(js, ERROR_CODE_JSON_SYNTAX, what->str);
}

static void count_bracket(JsonStream *js, char c)
{
    js->braces += (c == '{') - (c == '}');
    js->brackets += (c == '[') - (c == ']');
}

static void end_token(JsonStream *js, JsonTokenKind kind)
{
    JsonToken tok = {.kind = kind, .start = js->start, .len = js->text->len - js->start};

    js->state = START;
    if (kind == JSON_TOKEN_PUNCT) {
        count_bracket(js, js->text->str[js->start]);
    }
    g_array_append_val(js->tokens, tok);
    g_string_append_c(js->text, 0);
    js->start = js->text->len;
    if (js->braces < 0 || js->brackets < 0 || (js->braces == 0 && js->brackets == 0)) {
        emit_value(js);
    } else if (js->braces + js->brackets > JSON_MAX_NESTING) {
        emit_error(js, ERROR_CODE_LIMIT_EXCEEDED, "JSON nesting depth limit exceeded");
    } else if (js->text->len > MAX_BYTES) {
        emit_error(js, ERROR_CODE_LIMIT_EXCEEDED, "JSON token size limit exceeded");
    } else if (js->tokens->len > MAX_TOKENS) {
        emit_error(js, ERROR_CODE_LIMIT_EXCEEDED, "JSON token count limit exceeded");
    }
}

static void take(JsonStream *js, char c, State next)
{
    g_string_append_c(js->text, c);
    js->state = next;
}

static void refuse(JsonStream *js, char c)
{
    g_string_append_c(js->text, c);
    emit_stray(js);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_punct(char c)
{
    return c && strchr("{}[],:", c);
}

static void start_token(JsonStream *js, char c)
{
    if (is_space(c)) {
        return;
    }
    if (is_punct(c)) {
        take(js, c, START);
        end_token(js, JSON_TOKEN_PUNCT);
    } else if (c == '"' || c == '\'') {
        js->quote = c;
        take(js, c, STRING);
    } else if (c == '-') {
        take(js, c, MINUS);
    } else if (c == '0') {
        take(js, c, ZERO);
    } else if (g_ascii_isdigit(c)) {
        take(js, c, DIGITS);
    } else if (g_ascii_islower(c)) {
        take(js, c, KEYWORD);
    } else {
        refuse(js, c);
    }
}

static bool legal_in_string(char c)
{
    return (uint8_t)c >= 0x20 && (uint8_t)c < 0xfe;
}

static void step_string(JsonStream *js, char c)
{
    if (!legal_in_string(c)) {
        refuse(js, c);
    } else if (js->state == STRING_ESCAPE) {
        take(js, c, STRING);
    } else if (c == js->quote) {
        take(js, c, START);
        end_token(js, JSON_TOKEN_STRING);
    } else {
        take(js, c, c == '\\' ? STRING_ESCAPE : STRING);
    }
}

/* False when c ended the number before it and is to be looked at again. */
static bool step_number(JsonStream *js, char c)
{
    bool digit = g_ascii_isdigit(c);
    bool exponent = c == 'e' || c == 'E';

    switch (js->state) {
    case MINUS:
        digit ? take(js, c, c == '0' ? ZERO : DIGITS) : refuse(js, c);
        return true;
    case POINT:
        digit ? take(js, c, FRACTION) : refuse(js, c);
        return true;
    case EXPONENT:
        if (c == '+' || c == '-') {
            take(js, c, EXPONENT_SIGN);
            return true;
        }
        G_GNUC_FALLTHROUGH;
    case EXPONENT_SIGN:
        digit ? take(js, c, EXPONENT_DIGITS) : refuse(js, c);
        return true;
    case ZERO:
        if (digit) {
            refuse(js, c);
            return true;
        }
        G_GNUC_FALLTHROUGH;
    case DIGITS:
        /* No exponent behind a zero, as the peer has it. */
        if (digit || c == '.' || (exponent && js->state != ZERO)) {
            take(js, c, digit ? DIGITS : c == '.' ? POINT : EXPONENT);
            return true;
        }
        end_token(js, JSON_TOKEN_INTEGER);
        return false;
    case FRACTION:
    default:
        if (digit || (exponent && js->state == FRACTION)) {
            take(js, c, digit ? js->state : EXPONENT);
            return true;
        }
        end_token(js, JSON_TOKEN_FLOAT);
        return false;
    }
}

static bool step(JsonStream *js, char c)
{
    switch (js->state) {
    case START:
        start_token(js, c);
        return true;
    case STRING:
    case STRING_ESCAPE:
        step_string(js, c);
        return true;
    case KEYWORD:
        if (g_ascii_islower(c)) {
            take(js, c, KEYWORD);
            return true;
        }
        end_token(js, JSON_TOKEN_KEYWORD);
        return false;
    case RECOVERY:
        if (is_punct(c) || ((uint8_t)c < 0x20 && c != '\t') || (uint8_t)c >= 0xfe) {
            js->state = START;
            return false;
        }
        return true;
    default:
        return step_number(js, c);
    }
}

/* Plain characters of a string, all at once. */
static size_t take_run(JsonStream *js, const char *buf, size_t len)
{
    size_t n = 0;

    while (n < len && legal_in_string(buf[n]) && buf[n] != '\\' && buf[n] != js->quote) {
        n++;
    }
    g_string_append_len(js->text, buf, (gssize)n);
    return n;
}

void json_stream_feed(JsonStream *js, const char *buf, size_t len)
{
    for (size_t i = 0; i < len;) {
        if (js->state == STRING) {
            i += take_run(js, buf + i, len - i);
        }
        if (i < len && step(js, buf[i])) {
            i++;
        }
        if (js->text->len - js->start > MAX_BYTES) {
            emit_error(js, ERROR_CODE_LIMIT_EXCEEDED, "JSON token size limit exceeded");
        }
    }
}

/* ---- one whole text */

typedef struct Single {
    JsonNode *node;
    Error *err;
    bool more;
} Single;

static void take_single(void *opaque, JsonNode *node, const Error *err)
{
    Single *s = opaque;

    if (s->node || s->err) {
        s->more = true;
        g_clear_pointer(&node, json_node_unref);
        return;
    }
    s->node = node;
    s->err = err ? g_error_copy(err) : NULL;
}

/* The text's end ends a number, a word, or an unfinished value. */
static void finish(JsonStream *js)
{
    if (js->state != START && js->state != RECOVERY) {
        bool in_string = js->state == STRING || js->state == STRING_ESCAPE;

        if (in_string || !step(js, ' ')) {
            if (in_string) {
                emit_stray(js);
            }
        }
    }
    if (js->tokens->len) {
        emit_value(js);
    }
}

JsonNode *json_parse(const char *text, gssize len, Error **errp)
{
    Single s = {0};
    JsonStream *js = json_stream_new(take_single, &s);

    json_stream_feed(js, text, len < 0 ? strlen(text) : (size_t)len);
    finish(js);
    json_stream_free(js);
    if (s.err) {
        g_propagate_error(errp, s.err);
        g_clear_pointer(&s.node, json_node_unref);
        return NULL;
    }
    if (s.more) {
        error_set_code(errp, ERROR_CODE_JSON_SYNTAX, "Expecting at most one JSON value");
        g_clear_pointer(&s.node, json_node_unref);
        return NULL;
    }
    if (!s.node) {
        error_set_code(errp, ERROR_CODE_JSON_SYNTAX, "JSON parse error, premature EOI");
    }
    return s.node;
}
