/* SPDX-License-Identifier: MIT */
/* Inside the generator's fourth pass: what its parts share. */
#ifndef QAPI_GEN_MODEL_H
#define QAPI_GEN_MODEL_H

#include "qapi/gen/gen.h"

typedef struct Builder {
    const Source *src;
    Model *m;
    GHashTable *types;  /* name -> Type, built-in ones too */
    GHashTable *arrays; /* C name -> Type */
    GHashTable *names;  /* of everything: C name -> meta */
} Builder;

/* model-parts.c; `what` is who uses a type, in errors */
void model_add_builtins(Builder *b);
Type *type_new(TypeKind kind, const char *name);
Type *type_named(Builder *b, Loc loc, const char *name, const char *what);
Type *type_of(Builder *b, Loc loc, const Value *v, const char *what);
Cond *build_cond(const Value *v);
GPtrArray *build_features(const Value *v);

/* model-types.c */
void model_add_type(Builder *b, const Definition *def);
void model_add_members(Builder *b, Type *t, Loc loc, const char *what, const Value *data);
/* Members of bases and branches must exist before their users': in any order of definition. */
void model_resolve_type(Builder *b, Type *t);

/* The definition's place in the manual. */
DocEntry *model_add_entry(Builder *b, const Definition *def);

#endif
