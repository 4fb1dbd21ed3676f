/* SPDX-License-Identifier: MIT */
/* The QAPI generator: what its passes hand on. parse -> check -> model -> emitters.
 *
 * A host program that runs once: nothing is ever freed. */
#ifndef QAPI_GEN_GEN_H
#define QAPI_GEN_GEN_H

#include <glib.h>
#include <stdbool.h>

/* ---- places and errors */

typedef struct Loc {
    const char *file;
    int line; /* 1.. */
    int col;  /* 1..; used by lexical and syntax errors only */
} Loc;

/* Both print one line and exit with status 1. */
G_NORETURN void fail(Loc loc, const char *fmt, ...) G_GNUC_PRINTF(2, 3);        /* FILE:LINE: */
G_NORETURN void fail_syntax(Loc loc, const char *fmt, ...) G_GNUC_PRINTF(2, 3); /* FILE:LINE:COL: */

/* ---- lex.c */

typedef enum TokenKind {
    TOK_EOF,
    TOK_PUNCT, /* one of { } [ ] , : */
    TOK_STRING,
    TOK_TRUE,
    TOK_FALSE,
    TOK_DOC, /* a ## block; text holds its lines without "# " */
} TokenKind;

typedef struct Token {
    TokenKind kind;
    Loc loc;
    char punct;
    char *text;
} Token;

typedef struct Lexer {
    Loc loc;
    const char *p;
} Lexer;

void lex_init(Lexer *lx, const char *file, const char *text);
Token lex_next(Lexer *lx);

/* ---- parse.c: text -> values, with includes and pragmas carried out */

typedef enum ValueKind { VALUE_STRING, VALUE_BOOL, VALUE_LIST, VALUE_DICT } ValueKind;

typedef struct Value {
    ValueKind kind;
    Loc loc;
    char *string;
    bool boolean;
    GPtrArray *keys;   /* of char *: a dict's, in order */
    GPtrArray *values; /* of Value *: a dict's or list's */
} Value;

Value *value_get(const Value *dict, const char *key); /* NULL: absent */
const char *value_kind_name(const Value *v);

typedef struct DocSection {
    char *tag;  /* "Returns", "Since", ...; NULL: plain text */
    char *text; /* lines, without trailing blank ones */
    Loc loc;
} DocSection;

typedef struct DocArg {
    char *name;
    char *text;
    Loc loc;
} DocArg;

typedef struct Doc {
    Loc loc;
    char *symbol;        /* NULL: free-form */
    GPtrArray *args;     /* of DocArg *: members and arguments */
    GPtrArray *features; /* of DocArg * */
    GPtrArray *sections; /* of DocSection *, in order */
} Doc;

/* doc.c */
Doc *doc_parse(const Token *block);
const DocArg *doc_find(const GPtrArray *args, const char *name);

/* A top-level expression that defines something, or a free-form doc (expr NULL). */
typedef struct Definition {
    Loc loc;            /* where the expression starts */
    guint place;        /* among all definitions */
    const char *module; /* "run-state" */
    Value *expr;
    Doc *doc;
    const char *meta; /* "struct", ...; set by check */
    const char *name; /* set by check */
} Definition;

typedef struct Pragmas {
    bool doc_required;
    GPtrArray *command_name_exceptions; /* of char * */
    GPtrArray *command_returns_exceptions;
    GPtrArray *documentation_exceptions;
    GPtrArray *member_name_exceptions;
} Pragmas;

typedef struct Source {
    GPtrArray *definitions; /* of Definition * */
    Pragmas pragmas;
} Source;

Source *parse_file(const char *path);
bool name_listed(const GPtrArray *list, const char *name);

/* ---- check.c: each definition by itself has the form the language wants */

void check_source(Source *src);

/* ---- model.c: names resolved, meaning checked */

typedef struct Cond {
    enum { COND_SYMBOL, COND_ALL, COND_ANY, COND_NOT } op;
    const char *symbol;
    GPtrArray *operands; /* of Cond * */
} Cond;

typedef struct Feature {
    const char *name;
    Cond *cond;
} Feature;

typedef enum TypeKind {
    TYPE_BUILTIN,
    TYPE_ENUM,
    TYPE_STRUCT,
    TYPE_UNION,
    TYPE_ALTERNATE,
    TYPE_ARRAY,
} TypeKind;

typedef struct Builtin {
    const char *name;
    const char *c_type;
    const char *c_name;    /* of descriptor and list: several names share one */
    const char *json_type; /* as introspection calls it */
    bool pointer;          /* NULL stands for an absent value */
} Builtin;

typedef struct Type Type;

typedef struct EnumValue {
    const char *name;
    Cond *cond;
    GPtrArray *features;
} EnumValue;

typedef struct Member {
    const char *name;
    Type *type;
    bool optional;
    Cond *cond;
    GPtrArray *features;
    const Type *from; /* where it is defined: the type or one of its bases */
} Member;

/* A union's case, or an alternate's alternative. */
typedef struct Branch {
    const char *name;
    Type *type;
    Cond *cond;
} Branch;

struct Type {
    TypeKind kind;
    const char *name;   /* "Foo"; for arrays the element's */
    const char *c_name; /* "Foo", "FooList", "int64List" */
    const char *module;
    Loc loc;
    Doc *doc;
    Cond *cond;
    GPtrArray *features; /* of Feature * */
    bool predefined;     /* qapi/types.h has it */
    bool implicit;       /* arguments written in a command or event */
    const Builtin *builtin;
    const char *prefix;     /* enum: of its constants */
    GPtrArray *enum_values; /* of EnumValue * */
    Type *base;
    GPtrArray *members;  /* of Member *: bases' first */
    GPtrArray *branches; /* of Branch * */
    Member *tag;
    Type *element;
    const Definition *def;
    int state; /* while members are being resolved */
};

/* The least that a session has to be for a command. */
typedef enum Role { ROLE_ADMIN, ROLE_OPERATOR, ROLE_OBSERVER } Role;

typedef struct Command {
    const char *name;
    const char *module;
    Loc loc;
    Doc *doc;
    Cond *cond;
    GPtrArray *features;
    Type *arg; /* NULL: none */
    Type *ret; /* NULL: none */
    bool boxed, gen, success_response, allow_oob, allow_preconfig, coroutine;
    /* From features that are no features to clients: x-observer, x-operator, x-preconfig-only. */
    Role role;
    bool preconfig_only;
} Command;

typedef struct Event {
    const char *name;
    const char *module;
    Loc loc;
    Doc *doc;
    Cond *cond;
    GPtrArray *features;
    Type *arg;
    bool boxed;
} Event;

/* What the manual shows, in the order of the schema. */
typedef struct DocEntry {
    const char *module;
    guint place;    /* in the source */
    const Doc *doc; /* of free-form text */
    const Type *type;
    const Command *command;
    const Event *event;
} DocEntry;

typedef struct Model {
    GPtrArray *types;  /* of Type *, in order; built-in ones and arrays not among them */
    GPtrArray *arrays; /* of Type *: as they were first used */
    GPtrArray *commands;
    GPtrArray *events;
    GPtrArray *entries; /* of DocEntry * */
} Model;

Model *model_build(const Source *src);
void model_check_docs(const Source *src, const Model *m); /* model-doc.c */
bool type_is_pointer(const Type *t);          /* its C form is a pointer that may be NULL */
char *c_name(const char *name, bool protect); /* protect: "q_" before reserved words */
char *c_upper(const char *name);              /* CamelCase, lower-case -> UPPER_CASE */
char *type_ref_name(const Type *t);           /* "str", "[Foo]" */
char *cond_text(const Cond *c);               /* as C: "defined(A) && !defined(B)" */

/* ---- emitters */

typedef struct Out {
    GString *text;
} Out;

/* Where C files go, and how they include each other. */
typedef struct Target {
    const char *dir;
    const char *stem;   /* "gen/qapi": include "gen/qapi-types.h" */
    const char *name;   /* "qapi": files are DIR/qapi-types.h, ... */
    const char *c_name; /* in names of symbols and guards */
} Target;

void out(Out *o, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
Out *out_begin_c(const char *what);
Out *out_begin_h(const Target *to, const char *part, const char *what);
void out_include(Out *o, const Target *to, const char *part);
void out_end_h(Out *o);
void out_if(Out *o, const Cond *c);
void out_endif(Out *o, const Cond *c);
/* The same within a line. */
void out_if_inline(Out *o, const Cond *c);
void out_endif_inline(Out *o, const Cond *c);
/* Both write only when the contents differ from what is there. */
void out_write(Out *o, const Target *to, const char *part);
void out_write_file(Out *o, const char *path);
char *c_type_member(const Type *t);     /* "char *", "Foo *", "RunState " */
char *c_type_param(const Type *t);      /* the same for a caller's value: "const char *" */
const char *c_reference(const Type *t); /* of its descriptor: "&qapi_type_Foo" */
/* "bool has_x, int64_t x, last": parameters for t's members, then `last` (NULL: nothing; without
 * any parameter "void"). Conditional ones stand between #if and #endif. */
void out_params(Out *o, const Type *t, bool boxed, bool constant, const char *last);

/* "0 | QMP_ALLOW_OOB": what qapi/dispatch.h calls a command's flags. */
void out_command_flags(Out *o, const Command *c);
/* Each line without the indentation of the block it stands in. */
char *dedent(const char *text);

void dump_model(const Model *m);
void emit_types(const Model *m, const Target *to);
void emit_visit(const Model *m, const Target *to);
void emit_commands(const Model *m, const Target *to);
void emit_events(const Model *m, const Target *to);
void emit_introspect(const Model *m, const Target *to);
void emit_doc_markdown(const Model *m, const char *path);
void emit_doc_man(const Model *m, const char *path);

#endif
