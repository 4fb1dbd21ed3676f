/* SPDX-License-Identifier: MIT */
/* One burst of requests with out-of-band ones among them: our answers word for word and in their
 * order, and the same from the installed peer. POISE and PEER name the programs. */
#include "tests/lib/qmp-client.h"
#include "tests/lib/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const args[] = {"-machine",    "virt",     "-cpu", "cortex-a57", "-m", "128M",
                                   "-nodefaults", "-display", "none", "-S",         NULL};

static const char burst[] = "{'execute':'nosuch','id':2}"
                            "{'execute':'query-status','arguments':{'x':1},'id':[1,{'a':null}]}"
                            "{'execute':'device_add','arguments':{'driver':'nosuch'},'id':3}"
                            "{'execute':'device_del','arguments':{'id':'nosuch'},'id':5}"
                            "{'execute':bad}"
                            "{'execute':'query-status','id':6}"
                            "{'exec-oob':'query-status','id':7}"
                            "{'exec-oob':'query-yank','id':8}"
                            "{'execute':'system_reset','id':9}"
                            "{'execute':'cont','id':10}"
                            "{'execute':'x-exit-preconfig','id':11}"
                            "{'execute':'qmp_capabilities','id':12}"
                            "{'execute':'quit','id':14}";

/* Members sorted. The peer mixes out-of-band answers with the others as its threads happen to run,
 * so those, which stand first here, are compared on their own. */
static const char *const golden[] = {
    "{'error': {'class': 'GenericError', 'desc': 'The command query-status does not support OOB'}, "
    "'id': 7}",
    "{'id': 8, 'return': [{'id': 'test-qmp', 'type': 'chardev'}]}",
    "{'error': {'class': 'CommandNotFound', 'desc': 'The command nosuch has not been found'}, "
    "'id': 2}",
    "{'error': {'class': 'GenericError', 'desc': 'Parameter \\'x\\' is unexpected'}, "
    "'id': [1, {'a': null}]}",
    "{'error': {'class': 'GenericError', 'desc': '\\'nosuch\\' is not a valid device model name'}, "
    "'id': 3}",
    "{'error': {'class': 'DeviceNotFound', 'desc': 'Device \\'nosuch\\' not found'}, 'id': 5}",
    "{'error': {'class': 'GenericError', 'desc': 'JSON parse error, invalid keyword \\'bad\\''}}",
    "{'id': 6, 'return': {'running': false, 'singlestep': false, 'status': 'prelaunch'}}",
    "{'data': {'guest': false, 'reason': 'host-qmp-system-reset'}, 'event': 'RESET'}",
    "{'id': 9, 'return': {}}",
    "{'event': 'RESUME'}",
    "{'id': 10, 'return': {}}",
    "{'error': {'class': 'GenericError', 'desc': 'The command is permitted only before machine "
    "initialization'}, 'id': 11}",
    "{'error': {'class': 'CommandNotFound', 'desc': 'Capabilities negotiation is already complete, "
    "command ignored'}, 'id': 12}",
    "{'data': {'guest': false, 'reason': 'host-qmp-quit'}, 'event': 'SHUTDOWN'}",
    "{'id': 14, 'return': {}}",
};

/* ---- texts that can be compared */

static JsonNode *normalize(JsonNode *node);

/* Without what differs from run to run, and what is ours alone. */
static JsonNode *normalize_object(JsonObject *obj)
{
    g_autoptr(GList) names = g_list_sort(json_object_get_members(obj), (GCompareFunc)strcmp);
    JsonObject *copy = json_object_new();

    for (GList *l = names; l; l = l->next) {
        if (strcmp(l->data, "timestamp") != 0 && !g_str_has_prefix(l->data, "x-")) {
            json_object_set_member(copy, l->data, normalize(json_object_get_member(obj, l->data)));
        }
    }
    return json_new_object(copy);
}

static JsonNode *normalize(JsonNode *node)
{
    if (json_kind(node) == JSON_KIND_OBJECT) {
        return normalize_object(json_node_get_object(node));
    }
    if (json_kind(node) != JSON_KIND_ARRAY) {
        return json_node_copy(node);
    }
    JsonArray *copy = json_array_new();
    for (guint i = 0; i < json_array_get_length(json_node_get_array(node)); i++) {
        json_array_add_element(copy,
                               normalize(json_array_get_element(json_node_get_array(node), i)));
    }
    return json_new_array(copy);
}

static char *normal_text(const char *text)
{
    g_autoptr(JsonNode) node = json_parse(text, -1, NULL);
    g_autoptr(JsonNode) normal = node ? normalize(node) : NULL;

    return normal ? json_write(normal, false) : g_strdup(text);
}

/* ---- sessions */

/* All messages after the negotiation up to the end of the session. (transfer full) */
static GPtrArray *play(const char *program)
{
    GPtrArray *messages = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(QmpClient) c = qmp_client_start(program, args, NULL);
    g_autoptr(JsonObject) greeting = c ? qmp_client_receive(c, NULL) : NULL;

    if (!greeting) {
        return messages;
    }
    g_autoptr(JsonObject) agreed =
        qmp_client_ask(c, "{'execute':'qmp_capabilities','arguments':{'enable':['oob']},'id':1}");
    if (!agreed || !qmp_client_send(c, burst, NULL)) {
        return messages;
    }
    for (char *line; (line = qmp_client_read_line(c, QMP_CLIENT_TIMEOUT_MS, NULL));) {
        g_ptr_array_add(messages, normal_text(line));
        g_free(line);
    }
    if (qmp_client_wait_exit(c) != 0) {
        g_ptr_array_add(messages, g_strdup("exit status is not 0"));
    }
    return messages;
}

static bool is_oob(const char *text)
{
    return strstr(text, "\"id\": 7}") || strstr(text, "{\"id\": 8, ");
}

static gint oob_first(gconstpointer a, gconstpointer b)
{
    return is_oob(*(char *const *)b) - is_oob(*(char *const *)a);
}

static void compare(GPtrArray *messages, const char *who)
{
    for (guint i = 0; i < MAX(messages->len, G_N_ELEMENTS(golden)); i++) {
        g_autofree char *want = i < G_N_ELEMENTS(golden) ? normal_text(golden[i]) : NULL;
        const char *have = i < messages->len ? messages->pdata[i] : "(nothing)";

        tap_ok(!g_strcmp0(want, have), have, "%s: %s", who, want ? want : "(nothing)");
    }
    g_ptr_array_unref(messages);
}

int main(void)
{
    const char *poise = getenv("POISE"), *peer = getenv("PEER");

    if (!poise) {
        fprintf(stderr, "POISE names no program\n");
        return 1;
    }
    compare(play(poise), "ours");
    if (peer && *peer) {
        GPtrArray *messages = play(peer);

        g_ptr_array_sort(messages, oob_first); /* keeps the order otherwise */
        compare(messages, "the peer");
    } else {
        tap_skip("no peer emulator", "burst against the peer");
    }
    return tap_done();
}
