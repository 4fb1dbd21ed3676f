/* SPDX-License-Identifier: MIT */
/* Authorization: one identity (authz-simple), rules (authz-list), rules of a file
 * (authz-list-file). */
#include "backends/authz.h"

#include "backends/host-file.h"
#include "qom/user-creatable.h"
#include <string.h>
#include <sys/stat.h>

typedef struct AuthzClass {
    ObjectClass parent;
    bool (*check)(Object *obj, const char *identity);
} AuthzClass;

bool authz_check(Object *authz, const char *identity)
{
    g_assert(object_is_a(authz, TYPE_AUTHZ));
    return OBJECT_GET_CLASS(AuthzClass, authz)->check(authz, identity);
}

/* ---- rules */

static bool rule_matches(const QAuthZListRule *rule, const char *identity)
{
    return rule->has_format && rule->format == QAUTHZ_LIST_FORMAT_GLOB
               ? g_pattern_match_simple(rule->match, identity)
               : strcmp(rule->match, identity) == 0;
}

/* The first rule that matches decides. */
static bool rules_check(const QAuthZListRuleList *rules, int policy, const char *identity)
{
    for (size_t i = 0; rules && i < rules->n; i++) {
        if (rule_matches(rules->items[i], identity)) {
            return rules->items[i]->policy == QAUTHZ_LIST_POLICY_ALLOW;
        }
    }
    return policy == QAUTHZ_LIST_POLICY_ALLOW;
}

/* ---- authz-simple */

typedef struct AuthzSimple {
    Object parent;
    char *identity;
} AuthzSimple;

static bool simple_check(Object *obj, const char *identity)
{
    return g_strcmp0(((AuthzSimple *)obj)->identity, identity) == 0;
}

static const Property simple_props[] = {
    DEFINE_PROP_STRING("identity", AuthzSimple, identity),
    DEFINE_PROP_END(),
};

static void simple_class_init(ObjectClass *klass, const void *data)
{
    ((AuthzClass *)klass)->check = simple_check;
}

/* ---- authz-list */

typedef struct AuthzList {
    Object parent;
    int policy; /* QAuthZListPolicy */
    QAuthZListRuleList *rules;
} AuthzList;

static bool list_check(Object *obj, const char *identity)
{
    const AuthzList *l = (AuthzList *)obj;

    return rules_check(l->rules, l->policy, identity);
}

static JsonNode *get_rules(Object *obj, const Property *prop, Error **errp)
{
    const AuthzList *l = (AuthzList *)obj;

    return l->rules ? qapi_to_json(&qapi_type_QAuthZListRuleList, l->rules)
                    : json_new_array(json_array_new());
}

static bool set_rules(Object *obj, const Property *prop, JsonNode *value, Error **errp)
{
    AuthzList *l = (AuthzList *)obj;
    QAuthZListRuleList *rules =
        qapi_from_json(&qapi_type_QAuthZListRuleList, value, prop->name, QAPI_JSON, errp);

    if (!rules) {
        return false;
    }
    qapi_free_QAuthZListRuleList(l->rules);
    l->rules = rules;
    return true;
}

static void list_finalize(Object *obj)
{
    qapi_free_QAuthZListRuleList(((AuthzList *)obj)->rules);
}

static const Property list_props[] = {
    {.name = "policy",
     .kind = PROP_ENUM,
     .type_name = "QAuthZListPolicy",
     .enum_names = QAuthZListPolicy_lookup,
     .offset = offsetof(AuthzList, policy)},
    {.name = "rules",
     .kind = PROP_CUSTOM,
     .type_name = "QAuthZListRule",
     .get = get_rules,
     .set = set_rules},
    DEFINE_PROP_END(),
};

static void list_class_init(ObjectClass *klass, const void *data)
{
    ((AuthzClass *)klass)->check = list_check;
}

/* ---- authz-list-file */

typedef struct AuthzListFile {
    Object parent;
    char *filename;
    bool refresh;

    AuthZListProperties *list; /* what was read last */
    struct stat seen;          /* the file, when it was looked at last */
} AuthzListFile;

static AuthZListProperties *read_list(const char *filename, Error **errp)
{
    size_t len;
    g_autofree char *text = host_file_read(filename, &len, errp);
    g_autoptr(JsonNode) node = text ? json_parse(text, (gssize)len, errp) : NULL;
    AuthZListProperties *list =
        node ? qapi_from_json(&qapi_type_AuthZListProperties, node, NULL, QAPI_JSON, errp) : NULL;

    if (text && !list) {
        error_prefix(errp, "%s: ", filename);
        error_change_code(errp, ERROR_CODE_FORMAT_INVALID);
    }
    return list;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void refresh(AuthzListFile *f)
{
    g_autoptr(Error) err = NULL;
    struct stat now = {0};
    AuthZListProperties *list;

    (void)stat(f->filename, &now); /* all zero: it is gone, which is said once */
    if (same_file(&now, &f->seen)) {
        return;
    }
    f->seen = now;
    list = read_list(f->filename, &err);
    if (!list) {
        warn_report("authz-list-file '%s' keeps its rules: %s", f->parent.name, err->message);
        return;
    }
    qapi_free_AuthZListProperties(f->list);
    f->list = list;
}

static bool list_file_check(Object *obj, const char *identity)
{
    AuthzListFile *f = (AuthzListFile *)obj;

    if (f->refresh) {
        refresh(f);
    }
    return rules_check(f->list->rules,
                       f->list->has_policy ? (int)f->list->policy : QAUTHZ_LIST_POLICY_DENY,
                       identity);
}

static bool list_file_complete(Object *obj, Error **errp)
{
    AuthzListFile *f = (AuthzListFile *)obj;

    if (!f->filename) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                              "Parameter 'filename' is missing");
    }
    (void)stat(f->filename, &f->seen);
    f->list = read_list(f->filename, errp);
    return f->list != NULL;
}

static bool list_file_may_set(Object *obj, const Property *prop, Error **errp)
{
    return !((AuthzListFile *)obj)->list || prop->flags & PROP_SET_ANYTIME ||
           error_set_code(errp, ERROR_CODE_WRONG_STATE, "Property '%s' can no longer be set",
                          prop->name);
}

static void list_file_finalize(Object *obj)
{
    qapi_free_AuthZListProperties(((AuthzListFile *)obj)->list);
}

static const Property list_file_props[] = {
    DEFINE_PROP_STRING("filename", AuthzListFile, filename),
    {.name = "refresh",
     .kind = PROP_BOOL,
     .flags = PROP_SET_ANYTIME,
     .offset = offsetof(AuthzListFile, refresh),
     .has_default = true,
     .default_value = true},
    DEFINE_PROP_END(),
};

static void list_file_class_init(ObjectClass *klass, const void *data)
{
    static const UserCreatableClass creatable = {.complete = list_file_complete};

    ((AuthzClass *)klass)->check = list_file_check;
    klass->may_set = list_file_may_set;
    object_class_implement(klass, TYPE_USER_CREATABLE, &creatable);
}

/* ---- types */

static const char *const creatable_interface[] = {TYPE_USER_CREATABLE, NULL};
static const TypeInfo authz_types[] = {
    {.name = TYPE_AUTHZ,
     .abstract = true,
     .class_size = sizeof(AuthzClass),
     .interfaces = creatable_interface},
    {.name = TYPE_AUTHZ_SIMPLE,
     .parent = TYPE_AUTHZ,
     .instance_size = sizeof(AuthzSimple),
     .properties = simple_props,
     .class_init = simple_class_init},
    {.name = TYPE_AUTHZ_LIST,
     .parent = TYPE_AUTHZ,
     .instance_size = sizeof(AuthzList),
     .properties = list_props,
     .class_init = list_class_init,
     .instance_finalize = list_finalize},
    {.name = TYPE_AUTHZ_LIST_FILE,
     .parent = TYPE_AUTHZ,
     .instance_size = sizeof(AuthzListFile),
     .properties = list_file_props,
     .class_init = list_file_class_init,
     .instance_finalize = list_file_finalize},
};
DEFINE_TYPES(authz_types);
