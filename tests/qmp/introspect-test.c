/* SPDX-License-Identifier: MIT */
/* What query-qmp-schema adds on request: names, documentation, who may use a command and when. */
#include "tests/lib/qmp-client.h"
#include "tests/lib/tap.h"

#include <stdlib.h>
#include <string.h>

static QmpClient *client;

static JsonNode *ask(const char *command, const char *arguments)
{
    g_autoptr(GError) err = NULL;
    JsonNode *answer = qmp_client_execute(client, command, arguments, &err);

    if (!answer) {
        tap_ok(false, err->message, "%s %s", command, arguments ? arguments : "");
        exit(tap_done());
    }
    return answer;
}

/* Members of the answer whose names begin with "x-", anywhere. */
static unsigned count_extras(JsonNode *node)
{
    g_autofree char *text = json_write(node, false);
    unsigned n = 0;

    for (const char *p = text; (p = strstr(p, ", \"x-")); p++) {
        n += g_str_has_prefix(p + 3 + strcspn(p + 3, "\""), "\": ");
    }
    return n;
}

static JsonObject *find(JsonNode *all, const char *name)
{
    JsonArray *array = json_node_get_array(all);

    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonObject *obj = json_array_get_object_element(array, i);

        if (!strcmp(json_object_get_string_member(obj, "name"), name)) {
            return obj;
        }
    }
    return NULL;
}

/* The first entry, or member of one, without documentation; built-in types and arrays have none. */
static char *undocumented(JsonNode *all)
{
    JsonArray *array = json_node_get_array(all);

    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonObject *obj = json_array_get_object_element(array, i);
        const char *name = json_object_get_string_member(obj, "name");
        const char *meta = json_object_get_string_member(obj, "meta-type");
        bool own = strcmp(meta, "builtin") && strcmp(meta, "array") &&
                   !g_str_has_prefix(name, "q_") && strcmp(name, "QType") != 0;

        if (own && !json_object_has_member(obj, "x-doc")) {
            return g_strdup(name);
        }
        JsonArray *members = json_object_has_member(obj, "members")
                                 ? json_object_get_array_member(obj, "members")
                                 : NULL;
        for (guint j = 0; members && j < json_array_get_length(members); j++) {
            if (!json_object_has_member(json_array_get_object_element(members, j), "x-doc")) {
                return g_strdup_printf("%s, member %u", name, j);
            }
        }
    }
    return NULL;
}

/* What the schema says of a command is what the monitors go by. */
static char *wrong_rights(JsonNode *all, JsonNode *commands)
{
    JsonArray *array = json_node_get_array(commands);

    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonObject *c = json_array_get_object_element(array, i);
        const char *name = json_object_get_string_member(c, "name");
        JsonObject *entry = find(all, name);
        g_autofree char *want = json_write(json_object_get_member(c, "phases"), false);

        if (!entry || !json_object_has_member(entry, "x-phases")) {
            return g_strdup(name);
        }
        g_autofree char *got = json_write(json_object_get_member(entry, "x-phases"), false);
        if (strcmp(want, got) != 0 || strcmp(json_object_get_string_member(entry, "x-role"),
                                             json_object_get_string_member(c, "role")) != 0) {
            return g_strdup(name);
        }
    }
    return NULL;
}

int main(void)
{
    const char *const args[] = {"-machine", "none", "-nodefaults", "-display", "none", NULL};
    g_autoptr(GError) err = NULL;

    client = qmp_client_start(getenv("POISE"), args, &err);
    if (!client || !qmp_client_negotiate(client, &err)) {
        tap_ok(false, err->message, "start");
        return tap_done();
    }
    g_autoptr(JsonNode) plain = ask("query-qmp-schema", NULL);
    g_autoptr(JsonNode) off = ask("query-qmp-schema", "{'x-docs': false, 'x-names': false}");
    g_autoptr(JsonNode) docs = ask("query-qmp-schema", "{'x-docs': true, 'x-names': true}");
    g_autoptr(JsonNode) commands = ask("x-query-commands", NULL);
    g_autofree char *plain_text = json_write(plain, false);
    g_autofree char *off_text = json_write(off, false);
    g_autofree char *bare = undocumented(docs);
    g_autofree char *wrong = wrong_rights(docs, commands);

    tap_ok(!strcmp(plain_text, off_text), NULL, "nothing is added unless it is asked for");
    tap_ok(!count_extras(plain) && count_extras(docs) > 500, NULL, "documentation on request");
    tap_ok(!bare, bare, "everything is documented");
    tap_ok(!wrong, wrong, "roles and phases are those of x-query-commands");
    tap_ok(find(docs, "RunState") && !find(plain, "RunState"), NULL, "names on request");
    g_clear_pointer(&client, qmp_client_free);
    return tap_done();
}
