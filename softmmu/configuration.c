/* SPDX-License-Identifier: MIT */
/* The configuration: a document of JSON, typed by the schema's Config. */
#include "softmmu/configuration.h"

#include "gen/qapi-visit.h"
#include <string.h>

Config *config;
const char *config_target = "aarch64";

/* ---- paths */

static const QapiMember *member_of(const QapiType *type, const char *name, size_t len)
{
    for (unsigned i = 0; i < type->n_members; i++) {
        const char *candidate = type->members[i].name;

        if (strncmp(candidate, name, len) == 0 && !candidate[len]) {
            return &type->members[i];
        }
    }
    return NULL;
}

const QapiType *config_type_at(const char *path)
{
    const QapiType *type = &qapi_type_Config;

    while (*path) {
        size_t len = strcspn(path, ".");
        const QapiMember *m = member_of(type, path, len);

        if (!m) {
            return NULL;
        }
        type = m->type;
        path += len + (path[len] == '.');
    }
    return type;
}

/* The object that holds the last part of a path, made where missing; *ret_name is that part. */
static JsonObject *parent_of(JsonObject *doc, const char *path, const char **ret_name)
{
    for (const char *dot; (dot = strchr(path, '.')); path = dot + 1) {
        g_autofree char *name = g_strndup(path, (gsize)(dot - path));
        JsonNode *node = json_object_get_member(doc, name);

        if (!node) {
            JsonObject *made = json_object_new();

            json_object_set_object_member(doc, name, made);
            doc = made;
        } else {
            doc = json_node_get_object(node);
        }
    }
    *ret_name = path;
    return doc;
}

JsonNode *config_doc_get(JsonObject *doc, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, ".", -1);
    JsonNode *node = NULL;

    for (char **n = names; *n; n++) {
        node = doc ? json_object_get_member(doc, *n) : NULL;
        doc = node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    }
    return node;
}

/* ---- putting things in */

static void append_all(JsonArray *into, JsonArray *from)
{
    for (guint i = 0; i < json_array_get_length(from); i++) {
        json_array_add_element(into, json_node_copy(json_array_get_element(from, i)));
    }
}

static void merge_node(JsonObject *into, const char *name, JsonNode *from, bool replace_lists)
{
    JsonNode *old = json_object_get_member(into, name);

    if (old && JSON_NODE_HOLDS_OBJECT(old) && JSON_NODE_HOLDS_OBJECT(from)) {
        config_doc_merge(json_node_get_object(old), json_node_get_object(from), replace_lists);
    } else if (old && !replace_lists && JSON_NODE_HOLDS_ARRAY(old) && JSON_NODE_HOLDS_ARRAY(from)) {
        append_all(json_node_get_array(old), json_node_get_array(from));
    } else {
        json_object_set_member(into, name, json_node_copy(from));
    }
}

void config_doc_merge(JsonObject *into, JsonObject *from, bool replace_lists)
{
    JsonObjectIter it;
    const char *name;
    JsonNode *node;

    json_object_iter_init_ordered(&it, from);
    while (json_object_iter_next_ordered(&it, &name, &node)) {
        merge_node(into, name, node, replace_lists);
    }
}

/* The value in the form that the schema has it: numbers and switches are text no more. */
static JsonNode *typed(const QapiType *type, JsonNode *node, QapiForm form, Error **errp)
{
    union {
        void *pointer;
        uint64_t number;
        double real;
    } value = {0};
    /* Members of objects stand for themselves in errors. */
    const char *name = type->kind == QAPI_STRUCT ? NULL : "value";

    if (!qapi_value_from_json(type, node, name, form, &value, errp)) {
        return NULL;
    }
    JsonNode *result = qapi_value_to_json(type, &value);
    qapi_value_clear(type, &value);
    return result;
}

bool config_doc_store(JsonObject *doc, const char *path, JsonNode *node, QapiForm form,
                      Error **errp)
{
    const QapiType *type = config_type_at(path);
    bool is_list = type->kind == QAPI_LIST;
    const char *name;
    g_autoptr(JsonNode) value = typed(is_list ? type->element : type, node, form, errp);

    if (!value) {
        return false;
    }
    JsonObject *parent = parent_of(doc, path, &name);
    if (!is_list) {
        merge_node(parent, name, value, true);
        return true;
    }
    if (!json_object_has_member(parent, name)) {
        json_object_set_array_member(parent, name, json_array_new());
    }
    json_array_add_element(json_object_get_array_member(parent, name), g_steal_pointer(&value));
    return true;
}

bool config_doc_set_text(const char *path, JsonObject *element, const char *name, const char *text,
                         Error **errp)
{
    g_autoptr(JsonObject) changed = json_object_new();

    config_doc_merge(changed, element, true);
    json_object_set_string_member(changed, name, text);
    g_autoptr(JsonNode) node = json_new_object(json_object_ref(changed));
    g_autoptr(JsonNode) value = typed(config_type_at(path)->element, node, QAPI_TEXT, errp);
    if (!value) {
        return false;
    }
    config_doc_merge(element, json_node_get_object(value), true);
    return true;
}

/* ---- as start-up reads it */

static void complete_machine(MachineConfig *m)
{
    m->smp = m->smp ? m->smp : g_new0(SMPConfiguration, 1);
    m->memory = m->memory ? m->memory : g_new0(MemorySizeConfiguration, 1);
    m->numa = m->numa ? m->numa : g_new0(NumaOptionsList, 1);
    m->smbios = m->smbios ? m->smbios : g_new0(SmbiosConfigList, 1);
    m->boot = m->boot ? m->boot : g_new0(BootConfig, 1);
    m->boot->pflash = m->boot->pflash ? m->boot->pflash : g_new0(strList, 1);
    m->serials = m->serials ? m->serials : g_new0(strList, 1);
    m->identity = m->identity ? m->identity : g_new0(IdentityConfig, 1);
    m->rtc = m->rtc ? m->rtc : g_new0(RtcConfig, 1);
}

static void complete(Config *c)
{
    c->machine = c->machine ? c->machine : g_new0(MachineConfig, 1);
    complete_machine(c->machine);
    c->accel = c->accel ? c->accel : g_new0(AccelConfigList, 1);
    c->globals = c->globals ? c->globals : g_new0(GlobalConfigList, 1);
    c->chardevs = c->chardevs ? c->chardevs : g_new0(ChardevConfigList, 1);
    c->blockdevs = c->blockdevs ? c->blockdevs : g_new0(BlockdevOptionsList, 1);
    c->objects = c->objects ? c->objects : g_new0(ObjectOptionsList, 1);
    c->devices = c->devices ? c->devices : g_new0(anyList, 1);
    c->monitors = c->monitors ? c->monitors : g_new0(MonitorOptionsList, 1);
    c->fds = c->fds ? c->fds : g_new0(FdConfigList, 1);
    c->action = c->action ? c->action : g_new0(ActionConfig, 1);
    c->process = c->process ? c->process : g_new0(ProcessConfig, 1);
    c->overcommit = c->overcommit ? c->overcommit : g_new0(OvercommitConfig, 1);
    c->log = c->log ? c->log : g_new0(LogConfig, 1);
    c->msg = c->msg ? c->msg : g_new0(MessageConfig, 1);
}

Config *config_from_doc(JsonObject *doc, Error **errp)
{
    g_autoptr(JsonNode) node = json_new_object(json_object_ref(doc));
    Config *c = qapi_Config_from_json(node, NULL, errp);

    if (c) {
        complete(c);
    }
    return c;
}

void config_set(Config *c)
{
    qapi_free_Config(config);
    config = c;
}
