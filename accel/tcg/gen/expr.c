/* SPDX-License-Identifier: MIT */
/* Expressions of the table: C operators over field names, evaluated by precedence climbing. */
#include "isagen.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct Expr {
    const Row *row;
    const char *text, *p;
    ExprLookup *lookup;
    void *opaque;
} Expr;

static const struct {
    char text[3];
    int level;
} binary[] = {{"||", 1}, {"&&", 2}, {"==", 6}, {"!=", 6}, {"<=", 7}, {">=", 7},
              {"<<", 8}, {">>", 8}, {"|", 3},  {"^", 4},  {"&", 5},  {"<", 7},
              {">", 7},  {"+", 9},  {"-", 9},  {"*", 10}, {"/", 10}, {"%", 10}};
enum { N_BINARY = sizeof(binary) / sizeof(*binary) };

static Value eval_ternary(Expr *e);

static _Noreturn void bad(Expr *e, const char *what)
{
    fail_at(e->row->file, e->row->line, "%s: %s in '%s' at '%s'", e->row->name, what, e->text,
            e->p);
}

static Value eval_call(Expr *e)
{
    e->p++;
    while (*e->p != ')') {
        eval_ternary(e);
        if (*e->p == ',') {
            e->p++;
        } else if (*e->p != ')') {
            bad(e, "syntax error");
        }
    }
    e->p++;
    return (Value){0}; /* only the generated C knows functions */
}

static Value eval_primary(Expr *e)
{
    Value v = {.known = true};

    if (*e->p == '(') {
        e->p++;
        v = eval_ternary(e);
        if (*e->p++ != ')') {
            e->p--;
            bad(e, "missing ')'");
        }
        return v;
    }
    if (*e->p == '!' || *e->p == '~' || *e->p == '-') {
        char op = *e->p++;
        v = eval_primary(e);
        v.v = op == '!' ? !v.v : op == '~' ? ~v.v : -v.v;
        return v;
    }
    if (isdigit((unsigned char)*e->p)) {
        char *end;
        v.v = (int64_t)strtoull(e->p, &end, 0);
        e->p = end;
        while (*e->p == 'u' || *e->p == 'l') {
            e->p++;
        }
        return v;
    }
    const char *start = e->p;
    while (isalnum((unsigned char)*e->p) || *e->p == '_') {
        e->p++;
    }
    if (e->p == start) {
        bad(e, "syntax error");
    }
    if (*e->p == '(') {
        return eval_call(e);
    }
    if (!e->lookup(e->opaque, start, (size_t)(e->p - start), &v)) {
        e->p = start;
        bad(e, "unknown field");
    }
    return v;
}

static Value apply(Expr *e, const char *op, Value a, Value b)
{
    int64_t x = a.v, y = b.v, r;

    /* Unknown, unless one side decides. */
    if (strcmp(op, "&&") == 0 && ((a.known && !x) || (b.known && !y))) {
        return (Value){true, 0};
    }
    if (strcmp(op, "||") == 0 && ((a.known && x) || (b.known && y))) {
        return (Value){true, 1};
    }
    if (!a.known || !b.known) {
        return (Value){0};
    }
    if (op[1]) {
        r = strcmp(op, "||") == 0   ? x || y
            : strcmp(op, "&&") == 0 ? x && y
            : strcmp(op, "==") == 0 ? x == y
            : strcmp(op, "!=") == 0 ? x != y
            : strcmp(op, "<=") == 0 ? x <= y
            : strcmp(op, ">=") == 0 ? x >= y
            : strcmp(op, "<<") == 0 ? (int64_t)((uint64_t)x << (y & 63))
                                    : x >> (y & 63);
        return (Value){true, r};
    }
    if ((*op == '/' || *op == '%') && y == 0) {
        bad(e, "division by zero");
    }
    switch (*op) {
    case '|':
        return (Value){true, x | y};
    case '^':
        return (Value){true, x ^ y};
    case '&':
        return (Value){true, x & y};
    case '<':
        return (Value){true, x < y};
    case '>':
        return (Value){true, x > y};
    case '+':
        return (Value){true, x + y};
    case '-':
        return (Value){true, x - y};
    case '*':
        return (Value){true, x * y};
    case '/':
        return (Value){true, x / y};
    default:
        return (Value){true, x % y};
    }
}

static Value eval_binary(Expr *e, int level)
{
    Value a = eval_primary(e);

    for (;;) {
        int i;
        for (i = 0; i < N_BINARY; i++) {
            if (strncmp(e->p, binary[i].text, strlen(binary[i].text)) == 0) {
                break;
            }
        }
        if (i == N_BINARY || binary[i].level < level) {
            return a;
        }
        e->p += strlen(binary[i].text);
        a = apply(e, binary[i].text, a, eval_binary(e, binary[i].level + 1));
    }
}

static Value eval_ternary(Expr *e)
{
    Value c = eval_binary(e, 1);

    if (*e->p != '?') {
        return c;
    }
    e->p++;
    Value a = eval_ternary(e);
    if (*e->p++ != ':') {
        e->p--;
        bad(e, "missing ':'");
    }
    Value b = eval_ternary(e);
    if (!c.known) {
        return a.known && b.known && a.v == b.v ? a : (Value){0};
    }
    return c.v ? a : b;
}

Value expr_eval(const Row *row, const char *text, ExprLookup *lookup, void *opaque)
{
    Expr e = {row, text, text, lookup, opaque};
    Value v = eval_ternary(&e);

    if (*e.p) {
        bad(&e, "syntax error");
    }
    return v;
}

int row_field(const Row *row, const char *name, size_t len)
{
    for (size_t i = 0; i < row->n_fields; i++) {
        if (strlen(row->fields[i].name) == len && memcmp(row->fields[i].name, name, len) == 0) {
            return (int)i;
        }
    }
    return -1;
}

typedef struct BitsOf {
    const Row *row;
    uint32_t bits;
} BitsOf;

static bool collect_bits(void *opaque, const char *name, size_t len, Value *ret)
{
    BitsOf *b = opaque;
    int f = row_field(b->row, name, len);

    *ret = (Value){0};
    if (f < 0) {
        return false;
    }
    b->bits |= (uint32_t)(((1ull << b->row->fields[f].width) - 1) << b->row->fields[f].lsb);
    return true;
}

uint32_t expr_bits(const Row *row, const char *text)
{
    BitsOf b = {row, 0};

    expr_eval(row, text, collect_bits, &b);
    return b.bits;
}
