/* SPDX-License-Identifier: MIT */
/* Reads the table: lines to rows. The format is documented in a64/README.md. */
#include "isagen.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct Parser {
    Table *t;
    const char *file;
    char *group;
    int line; /* of the row being read */
} Parser;

static const char *const reserved_slots[] = {"rd", "rn", "rm", "ra", "a", "b", "imm"};
/* Fields that fill a record's register slot when the row does not say otherwise. */
static const struct {
    const char *field, *slot;
} default_slots[] = {{"rd", "rd"}, {"rt", "rd"}, {"rn", "rn"},  {"rm", "rm"},
                     {"rs", "rm"}, {"ra", "ra"}, {"rt2", "ra"}, {"imm", "imm"}};

static bool is_slot(const char *name)
{
    for (size_t i = 0; i < sizeof(reserved_slots) / sizeof(*reserved_slots); i++) {
        if (strcmp(name, reserved_slots[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_set(const Row *r, const char *slot)
{
    for (size_t i = 0; i < r->n_sets; i++) {
        if (strcmp(r->sets[i].slot, slot) == 0) {
            return true;
        }
    }
    return false;
}

static void add_set(Row *r, const char *slot, const char *expr)
{
    if (r->n_sets == MAX_SETS) {
        fail_at(r->file, r->line, "%s: too many sets", r->name);
    }
    r->sets[r->n_sets++] = (Set){xstrdup(slot), xstrdup(expr)};
}

static void parse_field(Row *r, const char *tok, unsigned *pos)
{
    const char *colon = strchr(tok, ':');
    size_t len = colon ? (size_t)(colon - tok) : strlen(tok);
    char name[32];
    unsigned width;

    if (len >= sizeof(name)) {
        fail_at(r->file, r->line, "%s: field name '%s' is too long", r->name, tok);
    }
    memcpy(name, tok, len);
    name[len] = 0;
    if (colon) {
        width = (unsigned)strtoul(colon + 1, NULL, 10);
    } else if (name[0] == 'r') { /* a register number */
        width = 5;
    } else {
        fail_at(r->file, r->line, "%s: field '%s' needs a width", r->name, name);
    }
    if (!width || width > *pos) {
        fail_at(r->file, r->line, "%s: pattern is longer than 32 bits at '%s'", r->name, tok);
    }
    if (r->n_fields == MAX_FIELDS || row_field(r, name, len) >= 0) {
        fail_at(r->file, r->line, "%s: field '%s' repeated or one too many", r->name, name);
    }
    *pos -= width;
    r->fields[r->n_fields++] = (Field){xstrdup(name), *pos, width};
}

static void parse_pattern(Row *r, char *text)
{
    unsigned pos = 32;
    char *save;

    for (char *tok = strtok_r(text, " \t", &save); tok; tok = strtok_r(NULL, " \t", &save)) {
        if (strspn(tok, "01x") != strlen(tok)) {
            parse_field(r, tok, &pos);
            continue;
        }
        for (; *tok; tok++) {
            if (pos == 0) {
                fail_at(r->file, r->line, "%s: pattern is longer than 32 bits", r->name);
            }
            pos--;
            if (*tok != 'x') {
                r->mask |= 1u << pos;
                r->value |= (uint32_t)(*tok - '0') << pos;
            }
        }
    }
    if (pos != 0) {
        fail_at(r->file, r->line, "%s: pattern is %u bits short", r->name, pos);
    }
}

static void parse_sets(Row *r, char *text)
{
    char *save;

    for (char *tok = strtok_r(text, " \t", &save); tok; tok = strtok_r(NULL, " \t", &save)) {
        char *eq = strchr(tok, '=');
        if (!eq) {
            fail_at(r->file, r->line, "%s: '%s' is not slot=expression", r->name, tok);
        }
        *eq = 0;
        if (!is_slot(tok) || has_set(r, tok)) {
            fail_at(r->file, r->line, "%s: no slot '%s', or set twice", r->name, tok);
        }
        add_set(r, tok, eq + 1);
    }
    for (size_t i = 0; i < sizeof(default_slots) / sizeof(*default_slots); i++) {
        const char *f = default_slots[i].field;
        if (row_field(r, f, strlen(f)) >= 0 && !has_set(r, default_slots[i].slot)) {
            add_set(r, default_slots[i].slot, f);
        }
    }
}

static void parse_split(Row *r, char *list)
{
    char *save;

    for (char *name = strtok_r(list, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
        int f = row_field(r, name, strlen(name));
        if (f < 0) {
            fail_at(r->file, r->line, "%s: split by unknown field '%s'", r->name, name);
        }
        if (r->n_split == MAX_SPLIT || r->fields[f].width > 5) {
            fail_at(r->file, r->line, "%s: cannot split by '%s' too", r->name, name);
        }
        r->split[r->n_split++] = f;
        r->n_ops <<= r->fields[f].width;
    }
    if (r->n_ops > 256) {
        fail_at(r->file, r->line, "%s: split makes %u operations, 256 allowed", r->name, r->n_ops);
    }
}

static void parse_attribute(Row *r, char *tok)
{
    struct {
        const char *name;
        char **where;
    } const known[] = {{"feat", &r->feat}, {"class", &r->class}, {"mem", &r->mem},
                       {"ends", &r->ends}, {"flags", &r->flags}, {"trap", &r->trap},
                       {"test", &r->test}};
    char *eq = strchr(tok, '=');

    if (!eq) {
        fail_at(r->file, r->line, "%s: '%s' is not attribute=value", r->name, tok);
    }
    *eq = 0;
    if (strcmp(tok, "split") == 0) {
        parse_split(r, eq + 1);
        return;
    }
    if (strcmp(tok, "when") == 0) {
        if (r->n_when == MAX_WHEN) {
            fail_at(r->file, r->line, "%s: too many conditions", r->name);
        }
        r->when[r->n_when++] = xstrdup(eq + 1);
        return;
    }
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (strcmp(tok, known[i].name) == 0) {
            if (*known[i].where) {
                fail_at(r->file, r->line, "%s: attribute '%s' given twice", r->name, tok);
            }
            *known[i].where = xstrdup(eq + 1);
            return;
        }
    }
    fail_at(r->file, r->line, "%s: unknown attribute '%s'", r->name, tok);
}

static void parse_attributes(Row *r, char *text)
{
    char *quote = strchr(text, '"'), *save;

    if (quote) {
        char *end = strchr(quote + 1, '"');
        if (!end) {
            fail_at(r->file, r->line, "%s: the assembly text does not end", r->name);
        }
        *end = 0;
        r->assembly = xstrdup(quote + 1);
        memset(quote, ' ', (size_t)(end - quote) + 1);
    }
    for (char *tok = strtok_r(text, " \t", &save); tok; tok = strtok_r(NULL, " \t", &save)) {
        parse_attribute(r, tok);
    }
}

/* The next '|' that separates parts: one with white space behind it, or the first of an empty
 * part's " || ". Expressions have no blanks, so their "||" is safe. */
static char *part_end(char *s)
{
    bool quoted = false;

    for (char *p = s; *p; p++) {
        quoted ^= *p == '"';
        bool empty_part = p[0] == '|' && p[1] == '|' && p > s && p[-1] == ' ' && p[2] == ' ';
        if (!quoted && p[0] == '|' && (empty_part || p[1] == ' ')) {
            return p;
        }
    }
    return NULL;
}

static void parse_row(Parser *p, char *text)
{
    Row *r = xalloc(sizeof(*r));
    char *parts[3] = {text, NULL, NULL}, *name, *rest;
    char empty[] = "";

    for (int i = 1; i < 3 && parts[i - 1]; i++) {
        parts[i] = part_end(parts[i - 1]);
        if (parts[i]) {
            *parts[i]++ = 0;
        }
    }
    name = strtok_r(parts[0], " \t", &rest);
    r->file = p->file;
    r->line = p->line;
    r->name = xstrdup(name);
    r->n_ops = 1;
    if (!p->group) {
        fail_at(p->file, p->line, "%s: no group yet", name);
    }
    r->group = p->group;
    parse_pattern(r, rest);
    parse_sets(r, parts[1] ? parts[1] : empty);
    parse_attributes(r, parts[2] ? parts[2] : empty);
    p->t->rows = xgrow(p->t->rows, (p->t->n_rows + 1) * sizeof(*p->t->rows));
    p->t->rows[p->t->n_rows++] = r;
}

static void set_group(Parser *p, const char *name)
{
    Table *t = p->t;

    for (size_t i = 0; i < t->n_groups; i++) {
        if (strcmp(t->groups[i], name) == 0) {
            p->group = t->groups[i];
            return;
        }
    }
    t->groups = xgrow(t->groups, (t->n_groups + 1) * sizeof(*t->groups));
    p->group = t->groups[t->n_groups++] = xstrdup(name);
}

static void include_file(Parser *p, const char *name)
{
    const char *slash = strrchr(p->file, '/');
    size_t dir = slash ? (size_t)(slash - p->file) + 1 : 0, len = strlen(name);
    char *path = xalloc(dir + len + 1);

    if (len < 3 || name[0] != '"' || name[len - 1] != '"') {
        fail_at(p->file, p->line, "include wants a quoted file name");
    }
    memcpy(path, p->file, dir);
    memcpy(path + dir, name + 1, len - 2);
    parse_file(p->t, path);
}

static void parse_statement(Parser *p, char *text)
{
    char word[32], arg[256];

    if (sscanf(text, "%31s %255s", word, arg) == 2) {
        if (strcmp(word, "include") == 0) {
            include_file(p, arg);
            return;
        }
        if (strcmp(word, "group") == 0) {
            set_group(p, arg);
            return;
        }
    }
    parse_row(p, text);
}

void parse_file(Table *t, const char *path)
{
    Parser p = {.t = t, .file = path};
    FILE *f = fopen(path, "r");
    char line[512], statement[2048] = "";
    int n = 0;

    if (!f) {
        perror(path);
        exit(1);
    }
    t->inputs = xgrow(t->inputs, (t->n_inputs + 1) * sizeof(*t->inputs));
    t->inputs[t->n_inputs++] = xstrdup(path);
    for (bool more = true; more;) {
        more = fgets(line, sizeof(line), f) != NULL;
        n += more;
        if (more) {
            line[strcspn(line, "\n")] = 0;
            char *hash = strchr(line, '#'); /* '#' inside the assembly text is no comment */
            char *quote = strchr(line, '"');
            if (hash && (!quote || hash < quote)) {
                *hash = 0;
            }
            if (line[strspn(line, " \t")] == 0) {
                continue;
            }
        }
        if (more && isspace((unsigned char)line[0])) {
            if (strlen(statement) + strlen(line) + 1 > sizeof(statement)) {
                fail_at(path, n, "statement is too long");
            }
            strcat(statement, line);
            continue;
        }
        if (statement[0]) {
            parse_statement(&p, statement);
        }
        if (more) {
            strcpy(statement, line);
            p.line = n;
        }
    }
    fclose(f);
}
