/* SPDX-License-Identifier: MIT */
/* Constant descriptions of the schema's types, and what can be done by them: conversion from and
 * to JSON, copies, release. The generator writes the descriptions and typed wrappers.
 *
 * A "value" below is C storage of a type: an integer, an enum, or for all other types a pointer.
 * A pointer that is NULL stands for an absent optional member. */
#ifndef QAPI_TYPES_H
#define QAPI_TYPES_H

#include "util/error.h"
#include "util/json.h"
#include <stddef.h>
#include <stdint.h>

typedef enum QapiKind {
    QAPI_STRING,
    QAPI_BOOL,
    QAPI_INT,  /* size bytes */
    QAPI_UINT, /* size bytes */
    QAPI_SIZE, /* uint64_t; text takes suffixes */
    QAPI_NUMBER,
    QAPI_ANY,
    QAPI_NULL,
    QAPI_ENUM,
    QAPI_STRUCT, /* with branches: a union */
    QAPI_ALTERNATE,
    QAPI_LIST,
} QapiKind;

typedef struct QapiType QapiType;

typedef struct QapiMember {
    const char *name;
    const QapiType *type;
    size_t offset;
    size_t has_offset; /* of has_<name>, for optional members that are not pointers */
    bool optional;
    const char *const *features; /* NULL-terminated; NULL: none */
} QapiMember;

typedef struct QapiBranch {
    const char *name;
    const QapiType *type;
    int value; /* of the tag; of an alternate: a JsonKind */
} QapiBranch;

struct QapiType {
    const char *name; /* as the schema has it */
    QapiKind kind;
    uint32_t size; /* of the C type itself, not of a pointer to it */
    uint16_t n_members;
    uint16_t n_branches;
    const QapiMember *members; /* with those of bases */
    const QapiBranch *branches;
    const char *tag;
    const QapiType *tag_type;
    size_t tag_offset;
    size_t u_offset;
    const char *const *lookup;                /* enum: names, NULL-terminated */
    const char *const *const *value_features; /* enum: by value; NULL: none */
    const QapiType *element;                  /* list */
    const char *const *features;
};

extern const QapiType qapi_type_str, qapi_type_bool, qapi_type_int8, qapi_type_int16,
    qapi_type_int32, qapi_type_int64, qapi_type_uint8, qapi_type_uint16, qapi_type_uint32,
    qapi_type_uint64, qapi_type_size, qapi_type_number, qapi_type_any, qapi_type_null,
    qapi_type_QType;

/* The language's built-in enumeration: kinds of JSON values. */
typedef enum QType {
    QTYPE_NONE,
    QTYPE_QNULL,
    QTYPE_QNUM,
    QTYPE_QSTRING,
    QTYPE_QDICT,
    QTYPE_QLIST,
    QTYPE_QBOOL,
    QTYPE__MAX,
} QType;

/* What values may look like. */
typedef enum QapiForm {
    QAPI_JSON, /* as QMP has them */
    QAPI_TEXT, /* from key=value lists: numbers, switches and sizes may be strings */
} QapiForm;

/* Objects: structs, unions, alternates and lists. name is what errors call the outermost value;
 * NULL for arguments, whose members stand for themselves. All (transfer full). */
void *qapi_from_json(const QapiType *type, JsonNode *node, const char *name, QapiForm form,
                     Error **errp);
JsonNode *qapi_to_json(const QapiType *type, const void *obj);
void *qapi_clone(const QapiType *type, const void *obj);
void qapi_free(const QapiType *type, void *obj);

/* Values of any type. value_clear leaves 0 or NULL. */
bool qapi_value_from_json(const QapiType *type, JsonNode *node, const char *name, QapiForm form,
                          void *ret_value, Error **errp);
JsonNode *qapi_value_to_json(const QapiType *type, const void *value);
void qapi_value_clear(const QapiType *type, void *value);

const char *qapi_enum_str(const QapiType *type, int value);
/* -1 with an error that lists what is accepted. */
int qapi_enum_parse(const QapiType *type, const char *text, Error **errp);

/* Every generated list has this shape. */
typedef struct QapiList {
    void *items;
    size_t n;
} QapiList;
/* Room for one more item of item_size bytes: doubles whenever n is a power of two. */
void qapi_list_grow(QapiList *list, size_t item_size);
/* Appends to a generated list (FooList *), which takes what value points to. */
#define QAPI_LIST_APPEND(list, value)                               \
    do {                                                            \
        qapi_list_grow((QapiList *)(list), sizeof(*(list)->items)); \
        (list)->items[(list)->n++] = (value);                       \
    } while (0)

/* Lists of built-in types; an array of the schema's 'int' is an int64List. */
#define QAPI_BUILTIN_LIST(name, type)                                         \
    typedef struct name##List {                                               \
        type *items;                                                          \
        size_t n;                                                             \
    } name##List;                                                             \
    extern const QapiType qapi_type_##name##List;                             \
    static inline void qapi_free_##name##List(name##List *list)               \
    {                                                                         \
        qapi_free(&qapi_type_##name##List, list);                             \
    }                                                                         \
    static inline name##List *qapi_clone_##name##List(const name##List *list) \
    {                                                                         \
        return qapi_clone(&qapi_type_##name##List, list);                     \
    }                                                                         \
    G_DEFINE_AUTOPTR_CLEANUP_FUNC(name##List, qapi_free_##name##List)
QAPI_BUILTIN_LIST(str, char *)
QAPI_BUILTIN_LIST(bool, bool)
QAPI_BUILTIN_LIST(int8, int8_t)
QAPI_BUILTIN_LIST(int16, int16_t)
QAPI_BUILTIN_LIST(int32, int32_t)
QAPI_BUILTIN_LIST(int64, int64_t)
QAPI_BUILTIN_LIST(uint8, uint8_t)
QAPI_BUILTIN_LIST(uint16, uint16_t)
QAPI_BUILTIN_LIST(uint32, uint32_t)
QAPI_BUILTIN_LIST(uint64, uint64_t)
QAPI_BUILTIN_LIST(size, uint64_t)
QAPI_BUILTIN_LIST(number, double)
QAPI_BUILTIN_LIST(any, JsonNode *)
QAPI_BUILTIN_LIST(null, JsonNode *)
QAPI_BUILTIN_LIST(QType, QType)

#endif
