/* SPDX-License-Identifier: MIT */
/* The interface's own description: walks the tables from commands and events to types. */
#include "qapi/introspect.h"

#include "qapi/dispatch.h"

#include <string.h>

typedef struct Introspection {
    JsonArray *out;
    GHashTable *names; /* QapiType -> name */
    GPtrArray *queue;  /* types in the order of first use */
    bool named;
    GHashTable *docs; /* see read_docs(); NULL: not asked for */
} Introspection;

/* ---- documentation */

/* "Tname", "Sname", "Rname" and "Dname.member" -> text. */
static GHashTable *read_docs(const char *p)
{
    GHashTable *docs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const char *name = NULL, *member = NULL;

    for (; *p; p += strlen(p) + 1) {
        if (*p == 'N') {
            name = p + 1;
        } else if (*p == 'M') {
            member = p + 1;
        } else if (*p == 'D') {
            g_hash_table_insert(docs, g_strdup_printf("D%s.%s", name, member), (void *)(p + 1));
        } else {
            g_hash_table_insert(docs, g_strdup_printf("%c%s", *p, name), (void *)(p + 1));
        }
    }
    return docs;
}

static void set_doc(const Introspection *in, JsonObject *obj, const char *as, char kind,
                    const char *name)
{
    g_autofree char *key = g_strdup_printf("%c%s", kind, name);
    const char *text = in->docs && name ? g_hash_table_lookup(in->docs, key) : NULL;

    if (text) {
        json_object_set_string_member(obj, as, text);
    }
}

static void set_member_doc(const Introspection *in, JsonObject *obj, const char *owner,
                           const char *member)
{
    g_autofree char *name = in->docs ? g_strdup_printf("%s.%s", owner, member) : NULL;

    set_doc(in, obj, "x-doc", 'D', name);
}

/* Role and phases, as the enumerations MonitorRole and MachinePhase name them. */
static void set_rights(const Introspection *in, JsonObject *obj, unsigned flags)
{
    JsonArray *phases;

    if (!in->docs) {
        return;
    }
    json_object_set_string_member(obj, "x-role",
                                  flags & QMP_FOR_OBSERVER   ? "observer"
                                  : flags & QMP_FOR_OPERATOR ? "operator"
                                                             : "admin");
    phases = json_array_new();
    if (flags & (QMP_ALLOW_PRECONFIG | QMP_PRECONFIG_ONLY)) {
        json_array_add_string_element(phases, "preconfig");
    }
    if (!(flags & QMP_PRECONFIG_ONLY)) {
        json_array_add_string_element(phases, "machine");
    }
    json_object_set_array_member(obj, "x-phases", phases);
}

/* ---- types */

static const QapiType empty_type = {.name = "q_empty", .kind = QAPI_STRUCT};

/* Names and JSON types of the built-in kinds. */
static const char *builtin_name(const QapiType *t)
{
    switch (t->kind) {
    case QAPI_STRING:
        return "str";
    case QAPI_BOOL:
        return "bool";
    case QAPI_INT:
    case QAPI_UINT:
    case QAPI_SIZE:
        return "int";
    case QAPI_NUMBER:
        return "number";
    case QAPI_ANY:
        return "any";
    case QAPI_NULL:
        return "null";
    default:
        return NULL;
    }
}

static const char *builtin_json_type(const QapiType *t)
{
    switch (t->kind) {
    case QAPI_STRING:
        return "string";
    case QAPI_BOOL:
        return "boolean";
    case QAPI_NUMBER:
        return "number";
    case QAPI_ANY:
        return "value";
    case QAPI_NULL:
        return "null";
    default:
        return "int";
    }
}

/* All integers are one type to a client, unless it asks for names. */
static const QapiType *canonical(const Introspection *in, const QapiType *t)
{
    if (!t) {
        return &empty_type;
    }
    if (in->named) {
        return t;
    }
    return t->kind == QAPI_INT || t->kind == QAPI_UINT || t->kind == QAPI_SIZE ? &qapi_type_int64
                                                                               : t;
}

/* The name of a type in the answer; a new one is queued for description. (borrowed) */
static const char *type_name(Introspection *in, const QapiType *type)
{
    const QapiType *t = canonical(in, type);
    char *name = g_hash_table_lookup(in->names, t);

    if (name) {
        return name;
    }
    if (builtin_name(t)) {
        name = g_strdup(in->named ? t->name : builtin_name(t));
    } else if (t->kind == QAPI_LIST) {
        name = g_strdup_printf("[%s]", type_name(in, t->element));
    } else if (in->named) {
        name = g_strdup(t->name);
    } else {
        name = g_strdup_printf("%u", in->queue->len);
    }
    g_hash_table_insert(in->names, (void *)t, name);
    /* Lists of equal elements share a name, so one description will do. */
    for (guint i = 0; t->kind == QAPI_LIST && i < in->queue->len; i++) {
        if (!g_strcmp0(g_hash_table_lookup(in->names, in->queue->pdata[i]), name)) {
            return name;
        }
    }
    g_ptr_array_add(in->queue, (void *)t);
    return name;
}

static void set_features(JsonObject *obj, const char *const *features)
{
    if (!features || !*features) {
        return;
    }
    JsonArray *array = json_array_new();
    for (; *features; features++) {
        json_array_add_string_element(array, *features);
    }
    json_object_set_array_member(obj, "features", array);
}

/* name: in the answer; doc_name: what the schema calls it. */
static JsonObject *begin(Introspection *in, const char *name, const char *meta,
                         const char *const *features, const char *doc_name)
{
    JsonObject *obj = json_object_new();

    json_object_set_string_member(obj, "name", name);
    json_object_set_string_member(obj, "meta-type", meta);
    set_features(obj, features);
    set_doc(in, obj, "x-doc", 'T', doc_name);
    set_doc(in, obj, "x-since", 'S', doc_name);
    json_array_add_object_element(in->out, obj);
    return obj;
}

static void describe_enum(Introspection *in, JsonObject *obj, const QapiType *t)
{
    JsonArray *members = json_array_new();
    JsonArray *values = json_array_new();

    for (int i = 0; t->lookup[i]; i++) {
        JsonObject *m = json_object_new();

        json_object_set_string_member(m, "name", t->lookup[i]);
        set_features(m, t->value_features ? t->value_features[i] : NULL);
        set_member_doc(in, m, t->name, t->lookup[i]);
        json_array_add_object_element(members, m);
        json_array_add_string_element(values, t->lookup[i]);
    }
    json_object_set_array_member(obj, "members", members);
    json_object_set_array_member(obj, "values", values);
}

/* Every value of the tag is a case; those without a branch add nothing. */
static void describe_variants(Introspection *in, JsonObject *obj, const QapiType *t)
{
    JsonArray *variants = json_array_new();

    for (int i = 0; t->tag_type->lookup[i]; i++) {
        const QapiType *type = NULL;
        JsonObject *v = json_object_new();

        for (unsigned j = 0; j < t->n_branches; j++) {
            if (t->branches[j].value == i) {
                type = t->branches[j].type;
            }
        }
        json_object_set_string_member(v, "case", t->tag_type->lookup[i]);
        json_object_set_string_member(v, "type", type_name(in, type));
        json_array_add_object_element(variants, v);
    }
    json_object_set_string_member(obj, "tag", t->tag);
    json_object_set_array_member(obj, "variants", variants);
}

static void describe_object(Introspection *in, JsonObject *obj, const QapiType *t)
{
    JsonArray *members = json_array_new();

    for (unsigned i = 0; i < t->n_members; i++) {
        const QapiMember *m = &t->members[i];
        JsonObject *o = json_object_new();

        json_object_set_string_member(o, "name", m->name);
        json_object_set_string_member(o, "type", type_name(in, m->type));
        if (m->optional) {
            json_object_set_null_member(o, "default");
        }
        set_features(o, m->features);
        set_member_doc(in, o, t->name, m->name);
        json_array_add_object_element(members, o);
    }
    json_object_set_array_member(obj, "members", members);
    if (t->n_branches) {
        describe_variants(in, obj, t);
    }
}

static void describe_alternate(Introspection *in, JsonObject *obj, const QapiType *t)
{
    JsonArray *members = json_array_new();

    for (unsigned i = 0; i < t->n_branches; i++) {
        JsonObject *o = json_object_new();

        json_object_set_string_member(o, "type", type_name(in, t->branches[i].type));
        set_member_doc(in, o, t->name, t->branches[i].name);
        json_array_add_object_element(members, o);
    }
    json_object_set_array_member(obj, "members", members);
}

static void describe_type(Introspection *in, const QapiType *t)
{
    const char *name = type_name(in, t);

    switch (t->kind) {
    case QAPI_ENUM:
        describe_enum(in, begin(in, name, "enum", t->features, t->name), t);
        break;
    case QAPI_STRUCT:
        describe_object(in, begin(in, name, "object", t->features, t->name), t);
        break;
    case QAPI_ALTERNATE:
        describe_alternate(in, begin(in, name, "alternate", t->features, t->name), t);
        break;
    case QAPI_LIST:
        json_object_set_string_member(begin(in, name, "array", NULL, NULL), "element-type",
                                      type_name(in, t->element));
        break;
    default:
        json_object_set_string_member(begin(in, name, "builtin", NULL, NULL), "json-type",
                                      builtin_json_type(t));
    }
}

static void describe_command(Introspection *in, const QapiCommandInfo *c)
{
    JsonObject *obj = begin(in, c->name, "command", c->features, c->name);

    json_object_set_string_member(obj, "arg-type", type_name(in, c->arg));
    json_object_set_string_member(obj, "ret-type", type_name(in, c->ret));
    if (c->flags & QMP_ALLOW_OOB) {
        json_object_set_boolean_member(obj, "allow-oob", TRUE);
    }
    set_doc(in, obj, "x-returns", 'R', c->name);
    set_rights(in, obj, c->flags);
}

JsonNode *qapi_introspect(const QapiInterface *iface, QapiIntrospectOptions options)
{
    Introspection in = {.named = options.names};

    in.out = json_array_new();
    in.names = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    in.queue = g_ptr_array_new();
    in.docs = options.docs ? read_docs(iface->docs) : NULL;
    type_name(&in, NULL);
    for (size_t i = 0; i < iface->n_commands; i++) {
        describe_command(&in, &iface->commands[i]);
    }
    for (size_t i = 0; i < iface->n_events; i++) {
        const QapiEventInfo *e = &iface->events[i];

        json_object_set_string_member(begin(&in, e->name, "event", e->features, e->name),
                                      "arg-type", type_name(&in, e->arg));
    }
    for (guint i = 0; i < in.queue->len; i++) {
        describe_type(&in, in.queue->pdata[i]);
    }
    g_hash_table_unref(in.names);
    g_ptr_array_unref(in.queue);
    g_clear_pointer(&in.docs, g_hash_table_unref);
    return json_new_array(in.out);
}
