/* SPDX-License-Identifier: MIT */
/* Objects that clients make, RAM of memory backends, and the machine's queries: the same requests
 * to our program and to the installed peer, then what only ours promises. */
#include "tests/lib/qmp-client.h"
#include "tests/lib/tap.h"
#include "tests/qmp/shape.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *poise, *peer;

/* ---- requests that both get */

/* What the peer says too. SAME: success or the same error. LIKE: an error of the same class with
 * other words. OURS: it is not asked. */
typedef enum { SAME, LIKE, OURS } Peer;

typedef struct Step {
    Peer peer;
    const char *command, *arguments;
    const char *error; /* what ours has to contain; NULL: it succeeds */
} Step;

#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define IV  "8PHy8/T19vf4+fr7/P3+/w=="

/* Made by object-add: "id" and what follows. */
#define ADD(how, type, rest, err)                                  \
    {                                                              \
        how, "object-add", "{'qom-type':'" type "'," rest "}", err \
    }
#define DEL(how, id, err)                         \
    {                                             \
        how, "object-del", "{'id':'" id "'}", err \
    }
#define GET(how, path, prop, err)                                        \
    {                                                                    \
        how, "qom-get", "{'path':'" path "','property':'" prop "'}", err \
    }
#define SET(how, path, prop, v, err)                                                   \
    {                                                                                  \
        how, "qom-set", "{'path':'" path "','property':'" prop "','value':" v "}", err \
    }

static const Step object_steps[] = {
    {SAME, "object-add", "{}", "Parameter 'qom-type' is missing"},
    {SAME, "object-add", "{'qom-type':'secret','data':'x'}", "Parameter 'id' is missing"},
    ADD(SAME, "nosuch", "'id':'x'", "Parameter 'qom-type' does not accept value 'nosuch'"),
    ADD(SAME, "container", "'id':'x'", "Parameter 'qom-type' does not accept value 'container'"),
    ADD(SAME, "iothread", "'id':'1x'", "Parameter 'id' expects an identifier"),
    ADD(SAME, "iothread", "'id':''", "Parameter 'id' expects an identifier"),
    ADD(SAME, "iothread", "'id':'x','no':1", "Parameter 'no' is unexpected"),
    /* secrets */
    ADD(SAME, "secret", "'id':'s'", "Either 'file' or 'data' must be provided"),
    ADD(SAME, "secret", "'id':'s','data':'x','file':'y'", "mutually exclusive"),
    ADD(SAME, "secret", "'id':'s','data':5", "Invalid parameter type for 'data'"),
    ADD(SAME, "secret", "'id':'s','data':'x','format':'hex'", "does not accept value 'hex'"),
    ADD(SAME, "secret", "'id':'s','data':'!','format':'base64'", "invalid characters"),
    ADD(LIKE, "secret", "'id':'s','file':'/nonexistent'", "Unable to read /nonexistent: "),
    ADD(LIKE, "secret", "'id':'s','data':'x','loaded':true", "'loaded' is unexpected"),
    ADD(SAME, "secret", "'id':'s','data':'x'", NULL),
    ADD(SAME, "secret", "'id':'s','data':'x'", "attempt to add duplicate property 's'"),
    ADD(SAME, "secret", "'id':'key','data':'" KEY "','format':'base64'", NULL),
    ADD(SAME, "secret", "'id':'e','data':'x','keyid':'s'", "Key should be 32 bytes in length"),
    ADD(SAME, "secret", "'id':'e','data':'x','keyid':'no'", "No secret with id 'no'"),
    ADD(SAME, "secret", "'id':'e','data':'x','keyid':'key'", "IV is required"),
    ADD(SAME, "secret", "'id':'e','data':'x','keyid':'key','iv':'AAAA'", "not 3"),
    ADD(SAME, "secret", "'id':'e','data':'x','keyid':'key','iv':'" IV "'", "multiple of block"),
    GET(SAME, "/objects/s", "format", NULL),
    GET(SAME, "/objects/s", "loaded", NULL),
    GET(SAME, "/objects/s", "type", NULL),
    GET(SAME, "/objects/s", "nosuch", "Property 'secret.nosuch' not found"),
    {SAME, "qom-list", "{'path':'/objects/s'}", NULL},
    GET(OURS, "/objects/s", "data", "Property 'secret.data' is not readable"),
    SET(OURS, "/objects/s", "data", "'z'", "cannot be changed"),
    DEL(SAME, "s", NULL),
    DEL(SAME, "s", "object 's' not found"),
    {SAME, "object-del", "{}", "Parameter 'id' is missing"},
    {SAME, "object-del", "{'id':5}", "Invalid parameter type for 'id'"},
    /* memory */
    ADD(SAME, "memory-backend-ram", "'id':'m'", "Parameter 'size' is missing"),
    ADD(SAME, "memory-backend-ram", "'id':'m','size':0", "doesn't take value '0'"),
    ADD(SAME, "memory-backend-ram", "'id':'m','size':'1M'", "Parameter 'size' expects uint64"),
    ADD(SAME, "memory-backend-ram", "'id':'m','size':9223372036854775807", "Cannot allocate"),
    ADD(SAME, "memory-backend-ram", "'id':'m','size':4096,'prealloc-threads':0", "value '0'"),
    ADD(SAME, "memory-backend-ram", "'id':'m','size':4096,'prealloc':true,'reserve':false",
        "'prealloc=on' and 'reserve=off' are incompatible"),
    ADD(SAME, "memory-backend-ram", "'id':'m','size':4096,'host-nodes':[0]", "must be empty"),
    ADD(SAME, "memory-backend-ram", "'id':'m','size':4096,'policy':'bind'", "must be set for"),
    ADD(SAME, "memory-backend-ram", "'id':'m','size':4096,'policy':'bind','host-nodes':[1000]",
        "Invalid host-nodes value: 1000"),
    ADD(LIKE, "memory-backend-ram", "'id':'m','size':4096,'policy':'bind','host-nodes':[-1]",
        "'host-nodes[0]' expects uint16_t"),
    ADD(SAME, "memory-backend-ram", "'id':'m','size':1", NULL),
    ADD(SAME, "memory-backend-ram",
        "'id':'m2','size':65536,'share':true,'merge':false,'dump':false,'prealloc':true,"
        "'prealloc-threads':4",
        NULL),
    SET(LIKE, "/objects/m", "size", "8192", "cannot change property 'size'"),
    SET(LIKE, "/objects/m", "share", "true", "cannot change property 'share'"),
    SET(SAME, "/objects/m", "merge", "false", NULL),
    SET(SAME, "/objects/m", "dump", "false", NULL),
    SET(SAME, "/objects/m", "prealloc", "true", NULL),
    GET(SAME, "/objects/m", "policy", NULL),
    GET(SAME, "/objects/m", "host-nodes", NULL),
    GET(SAME, "/objects/m2", "prealloc-threads", NULL),
    ADD(SAME, "memory-backend-file", "'id':'f','size':4096", "Parameter 'mem-path' is missing"),
    ADD(LIKE, "memory-backend-file", "'id':'f','size':4096,'mem-path':'no/such'", "'no/such'"),
    ADD(SAME, "memory-backend-file", "'id':'f','size':8192,'mem-path':'ram','share':true", NULL),
    ADD(SAME, "memory-backend-file", "'id':'g','size':16384,'mem-path':'ram'",
        "backing store size 0x2000 does not match 'size' option 0x4000"),
    ADD(LIKE, "memory-backend-file", "'id':'g','size':4096,'mem-path':'ram','align':3",
        "alignment 0x3 must be"),
    SET(SAME, "/objects/f", "mem-path", "'x'", "cannot change property 'mem-path'"),
    GET(SAME, "/objects/f", "mem-path", NULL),
    GET(SAME, "/objects/f", "align", NULL),
    ADD(SAME, "memory-backend-memfd", "'id':'d','size':4096", NULL),
    GET(SAME, "/objects/d", "seal", NULL),
    GET(SAME, "/objects/d", "share", NULL),
    {SAME, "query-memdev", NULL, NULL},
    {SAME, "query-memdev", "{'x':1}", "Parameter 'x' is unexpected"},
    DEL(SAME, "ram", "object 'ram' is in use, can not be deleted"),
    GET(SAME, "/machine", "memory-backend", NULL),
    DEL(SAME, "m", NULL),
    DEL(SAME, "f", NULL),
    /* random bytes */
    ADD(SAME, "rng-random", "'id':'r'", NULL),
    ADD(SAME, "rng-random", "'id':'r2','filename':'/nonexistent'",
        "Could not open '/nonexistent': No such file or directory"),
    ADD(SAME, "rng-builtin", "'id':'b'", NULL),
    ADD(SAME, "rng-builtin", "'id':'b2','filename':'x'", "Parameter 'filename' is unexpected"),
    GET(SAME, "/objects/r", "filename", NULL),
    GET(SAME, "/objects/r", "opened", NULL),
    SET(SAME, "/objects/r", "filename", "'x'", "Property 'filename' can no longer be set"),
    DEL(SAME, "r", NULL),
    /* threads */
    ADD(SAME, "iothread", "'id':'t1'", NULL),
    ADD(SAME, "iothread", "'id':'t2','poll-max-ns':-1", "must be in range [0, "),
    ADD(SAME, "iothread",
        "'id':'t2','poll-max-ns':5,'poll-grow':2,'poll-shrink':3,'aio-max-batch':4", NULL),
    {SAME, "query-iothreads", NULL, NULL},
    {SAME, "query-iothreads", "{'x':1}", "Parameter 'x' is unexpected"},
    SET(SAME, "/objects/t1", "poll-max-ns", "100", NULL),
    SET(SAME, "/objects/t1", "poll-max-ns", "-1", "must be in range [0, "),
    GET(SAME, "/objects/t1", "poll-max-ns", NULL),
    DEL(SAME, "t1", NULL),
    /* authorization */
    ADD(SAME, "authz-simple", "'id':'a'", "Parameter 'identity' is missing"),
    ADD(SAME, "authz-simple", "'id':'a','identity':'fred'", NULL),
    ADD(SAME, "authz-list", "'id':'l','policy':'x'", "'policy' does not accept value 'x'"),
    ADD(SAME, "authz-list", "'id':'l','rules':[{'match':'x'}]",
        "Parameter 'rules[0].policy' is missing"),
    ADD(SAME, "authz-list",
        "'id':'l','policy':'allow','rules':[{'match':'x*','policy':'deny','format':'glob'}]", NULL),
    GET(SAME, "/objects/l", "rules", NULL),
    ADD(OURS, "authz-list-file", "'id':'lf','filename':'/nonexistent'", "/nonexistent"),
    {SAME, "qom-list", "{'path':'/objects'}", NULL},
};

static const Step machine_steps[] = {
    {SAME, "query-migrate-capabilities", NULL, NULL},
    {SAME, "migrate-set-capabilities", "{'capabilities':[]}", NULL},
    {SAME, "migrate-set-capabilities", NULL, "Parameter 'capabilities' is missing"},
    {LIKE, "migrate-set-capabilities", "{'capabilities':[{'capability':'x','state':true}]}",
     "does not accept value 'x'"},
    {SAME, "query-tpm-models", NULL, NULL},
    {SAME, "query-tpm-types", NULL, NULL},
    {SAME, "query-tpm-types", "{'x':1}", "Parameter 'x' is unexpected"},
    {SAME, "query-gic-capabilities", NULL, NULL},
    {SAME, "query-gic-capabilities", "{'x':1}", "Parameter 'x' is unexpected"},
    {SAME, "query-block", NULL, NULL},
    {SAME, "query-block", "{'x':1}", "Parameter 'x' is unexpected"},
    {SAME, "query-named-block-nodes", "{'flat':true}", NULL},
    {SAME, "query-named-block-nodes", "{'flat':1}", "Invalid parameter type for 'flat'"},
    {SAME, "query-blockstats", NULL, NULL},
    {SAME, "query-blockstats", "{'query-nodes':true}", NULL},
    {SAME, "query-balloon", NULL, "No balloon device has been activated"},
    {SAME, "balloon", "{'value':1}", "No balloon device has been activated"},
    {SAME, "balloon", "{'value':'x'}", "Invalid parameter type for 'value'"},
    {SAME, "query-memory-devices", NULL, NULL},
    {SAME, "query-hotpluggable-cpus", NULL, "is not enabled"},
    {SAME, "query-current-machine", NULL, NULL},
    {SAME, "system_wakeup", NULL, "wake-up from suspend is not supported by this guest"},
    {SAME, "inject-nmi", NULL, "this feature or command is not currently supported"},
    {OURS, "query-stats", "{'target':'vcpu'}", NULL}, /* the peer has them for KVM alone */
    {SAME, "query-stats", "{'target':'vm'}", NULL},
    {SAME, "query-stats", "{'target':'vm','vcpus':['x']}", "Parameter 'vcpus' is unexpected"},
    {SAME, "query-stats", "{'target':'x'}", "Parameter 'target' does not accept value 'x'"},
    {OURS, "query-stats",
     "{'target':'vcpu','vcpus':['/machine/unattached/device[0]'],"
     "'providers':[{'provider':'tcg','names':['instructions']}]}",
     NULL},
    {OURS, "query-stats-schemas", NULL, NULL},
    {LIKE, "query-stats-schemas", "{'provider':'x'}", "does not accept value 'x'"},
    {SAME, "memsave", "{'val':0,'size':10,'filename':'v'}", NULL},
    {SAME, "memsave", "{'val':0,'size':0,'filename':'v','cpu-index':1}", NULL},
    {SAME, "memsave", "{'val':0,'size':10,'filename':'v','cpu-index':2}", "expects a CPU number"},
    {SAME, "memsave", "{'val':0,'size':10,'filename':'v','cpu-index':-1}", "expects a CPU number"},
    {SAME, "memsave", "{'val':9223372036854775800,'size':10,'filename':'v'}",
     "Invalid addr 0x7ffffffffffffff8/size 10 specified"},
    {SAME, "memsave", "{'val':0,'size':10,'filename':'no/such'}", "Could not open 'no/such'"},
    {OURS, "memsave", "{'val':0,'size':-1,'filename':'v'}", "'size' expects a number of bytes"},
    {OURS, "memsave", "{'val':0,'size':9223372036854775807,'filename':'v'}", "more than the"},
    {SAME, "pmemsave", "{'val':1073741824,'size':10000,'filename':'p'}", NULL},
    {SAME, "pmemsave", "{'val':-5,'size':10,'filename':'p'}", NULL},
    {SAME, "pmemsave", "{'val':0,'size':10,'filename':'no/such'}", "Could not open 'no/such'"},
    {OURS, "pmemsave", "{'val':0,'size':-1,'filename':'p'}", "'size' expects a number of bytes"},
    {OURS, "pmemsave", "{'val':0,'size':9223372036854775807,'filename':'p'}", "more than the"},
    {SAME, "device_add", NULL, "Parameter 'driver' is missing"},
    {SAME, "device_add", "{'driver':'nosuch'}", "'nosuch' is not a valid device model name"},
    {SAME, "device_add", "{'driver':'iothread'}", "'iothread' is not a valid device model name"},
    {SAME, "device_add", "{'driver':'pl011','id':'x'}", "expects a pluggable device type"},
    {SAME, "device_add", "{'driver':'sys-bus-device'}", "expects a non-abstract device type"},
    {LIKE, "device_add", "{'driver':5}", "Invalid parameter type for 'driver'"},
    {SAME, "device_del", "{'id':'nosuch'}", "Device 'nosuch' not found"},
    {SAME, "device_del", "{'id':'/machine/peripheral'}", "is not a hotpluggable device"},
    {OURS, "device_del", "{'id':'/machine/unattached/device[0]'}",
     "Device 'cortex-a57-arm-cpu' does not support hotplugging"}, /* the peer aborts */
    {SAME, "qom-list-properties", "{'typename':'user-creatable'}", "expects a QOM type"},
    {OURS, "qom-list-properties", "{'typename':'memory-backend'}", NULL}, /* with defaults */
    {SAME, "device-list-properties", "{'typename':'iothread'}", "non-abstract device type"},
#define EXPAND(how, model, err)                                                      \
    {                                                                                \
        how, "query-cpu-model-expansion", "{'type':'full','model':{" model "}}", err \
    }
    EXPAND(SAME, "'name':'cortex-a57'", NULL),
    EXPAND(SAME, "'name':'max'", NULL),
    EXPAND(SAME, "'name':'max','props':{'pmu':false}", NULL),
    EXPAND(SAME, "'name':'max','props':{'nosuch':false}", "Parameter 'nosuch' is unexpected"),
    EXPAND(SAME, "'name':'max','props':{'cntfrq':5}", "Parameter 'cntfrq' is unexpected"),
    EXPAND(SAME, "'name':'max','props':{'pmu':'x'}", "Invalid parameter type for 'pmu'"),
    EXPAND(SAME, "'name':'max','props':5", "Invalid parameter type for 'props', expected: dict"),
    EXPAND(SAME, "'name':'host'", "The CPU type 'host' requires KVM"),
    EXPAND(SAME, "'name':'nosuch'", "is not a recognized ARM CPU type"),
    EXPAND(SAME, "'name':'cortex-a57','props':{'aarch64':false}", "cannot be disabled"),
    {SAME, "query-cpu-model-expansion", "{'type':'static','model':{'name':'max'}}",
     "The requested expansion type is not supported"},
    {SAME, "query-cpu-model-expansion", "{'type':'full'}", "Parameter 'model' is missing"},
};

static bool ours_as_expected(const Step *s, JsonNode *ret, const Error *err)
{
    return s->error ? err && strstr(err->message, s->error) : ret != NULL;
}

static bool same_as_peer(const Step *s, QmpClient *theirs, JsonNode *ret, const Error *err,
                         char **ret_detail)
{
    g_autoptr(Error) their_err = NULL;
    g_autoptr(JsonNode) their_ret =
        qmp_client_execute(theirs, s->command, s->arguments, &their_err);

    if (!ret != !their_ret) {
        *ret_detail = g_strdup(their_ret ? "the peer succeeds" : their_err->message);
        return false;
    }
    if (ret) {
        return shape_is_part_of(ret, their_ret, ret_detail);
    }
    *ret_detail = g_strdup(their_err->message);
    /* "Class: description" */
    size_t len = s->peer == LIKE ? strcspn(err->message, ":") + 1 : strlen(err->message) + 1;
    return strncmp(err->message, their_err->message, len) == 0;
}

static void play_step(const Step *s, QmpClient *ours, QmpClient *theirs)
{
    g_autoptr(Error) err = NULL;
    g_autoptr(JsonNode) ret = qmp_client_execute(ours, s->command, s->arguments, &err);
    g_autofree char *text = ret ? json_write(ret, false) : NULL;
    const char *args = s->arguments ? s->arguments : "";
    g_autofree char *detail = NULL;

    tap_ok(ours_as_expected(s, ret, err), err ? err->message : text, "%s %s", s->command, args);
    if (theirs && s->peer != OURS) {
        bool ok = same_as_peer(s, theirs, ret, err, &detail);

        tap_ok(ok, detail, "like the peer: %s %s", s->command, args);
    }
}

static QmpClient *start(const char *program, const char *const *args)
{
    g_autoptr(Error) err = NULL;
    QmpClient *c = qmp_client_start(program, args, &err);

    if (!c || !qmp_client_negotiate(c, &err)) {
        tap_ok(false, err->message, "start %s", program);
        exit(tap_done());
    }
    return c;
}

static void test_like_peer(void)
{
    const char *const args[] = {
        "-machine",    "virt,memory-backend=ram,usb=off,gic-version=2,dump-guest-core=off",
        "-object",     "{\"qom-type\":\"memory-backend-ram\",\"id\":\"ram\",\"size\":134217728}",
        "-cpu",        "cortex-a57",
        "-smp",        "2",
        "-m",          "128",
        "-nodefaults", "-display",
        "none",        "-S",
        NULL};
    g_autoptr(QmpClient) ours = start(poise, args);
    g_autoptr(QmpClient) theirs = peer && *peer ? start(peer, args) : NULL;

    if (!theirs) {
        tap_skip("no peer emulator", "like the peer: objects and the machine's queries");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(object_steps); i++) {
        play_step(&object_steps[i], ours, theirs);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(machine_steps); i++) {
        play_step(&machine_steps[i], ours, theirs);
    }
}

/* ---- every number at its limits: an answer, whatever it is, and the process goes on */

static void test_limits(void)
{
    static const char *const limits[] = {
        "-9223372036854775808", "-1",    "0",    "1",    "4095", "9223372036854775807",
        "18446744073709551615", "1e300", "true", "null", "''"};
    static const struct {
        const char *type, *fixed, *member;
    } numbers[] = {
        {"memory-backend-ram", "'size':4096,", "size"},
        {"memory-backend-ram", "'size':4096,", "prealloc-threads"},
        {"memory-backend-ram", "'size':4096,'policy':'bind',", "host-nodes"},
        {"memory-backend-file", "'mem-path':'f',", "size"},
        {"memory-backend-file", "'mem-path':'.','size':4096,", "align"},
        {"memory-backend-memfd", "", "size"},
        {"memory-backend-memfd", "'size':4096,'hugetlb':true,", "hugetlbsize"},
        {"iothread", "", "poll-max-ns"},
        {"iothread", "", "poll-grow"},
        {"iothread", "", "poll-shrink"},
        {"iothread", "", "aio-max-batch"},
    };
    const char *const args[] = {"-machine", "none", "-nodefaults", "-display", "none", "-S", NULL};
    g_autoptr(QmpClient) c = start(poise, args);

    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(limits); j++) {
            bool list = strcmp(numbers[i].member, "host-nodes") == 0;
            g_autofree char *text = g_strdup_printf(
                "{'qom-type':'%s','id':'x',%s'%s':%s%s%s}", numbers[i].type,
                strcmp(numbers[i].member, "size") == 0 && strstr(numbers[i].fixed, "size")
                    ? ""
                    : numbers[i].fixed,
                numbers[i].member, list ? "[" : "", limits[j], list ? "]" : "");
            g_autoptr(Error) err = NULL, after = NULL;
            g_autoptr(JsonNode) added = qmp_client_execute(c, "object-add", text, &err);
            g_autoptr(JsonNode) gone =
                added ? qmp_client_execute(c, "object-del", "{'id':'x'}", &after) : NULL;
            g_autoptr(JsonNode) alive = qmp_client_execute(c, "query-status", NULL, NULL);

            tap_ok(alive && (added ? gone != NULL : err != NULL), err ? err->message : NULL, "%s",
                   text);
        }
    }
}

/* ---- what libvirt asks of an emulator */

static bool list_has(JsonNode *list, const char *name)
{
    JsonArray *a = json_node_get_array(list);

    for (guint i = 0; i < json_array_get_length(a); i++) {
        JsonObject *o = json_array_get_object_element(a, i);

        if (strcmp(json_object_get_string_member(o, "name"), name) == 0) {
            return true;
        }
    }
    return false;
}

static void test_probe(void)
{
    static const char *const types[] = {
        "tcg-accel",  "qtest-accel", "pl011",  "max-arm-cpu",          "iothread",
        "rng-random", "rng-builtin", "secret", "memory-backend-memfd", "memory-backend-file"};
    static const struct {
        const char *type, *property;
    } properties[] = {{"memory-backend-file", "reserve"},
                      {"memory-backend-file", "prealloc-threads"},
                      {"memory-backend-file", "x-use-canonical-path-for-ramblock-id"},
                      {"memory-backend-memfd", "hugetlb"},
                      {"max-arm-cpu", "pmu"},
                      {"virt-7.2-machine", "memory-backend"},
                      {"none-machine", "memory-backend"}};
    const char *const args[] = {"-machine", "none", "-nodefaults", "-display", "none", "-S", NULL};
    g_autoptr(QmpClient) c = start(poise, args);
    g_autoptr(JsonNode) all = qmp_client_execute(c, "qom-list-types", NULL, NULL);
    g_autoptr(JsonNode) creatable =
        qmp_client_execute(c, "qom-list-types", "{'implements':'user-creatable'}", NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        tap_ok(list_has(all, types[i]), NULL, "qom-list-types has %s", types[i]);
    }
    tap_ok(list_has(creatable, "secret") && !list_has(creatable, "memory-backend") &&
               !list_has(creatable, "pl011"),
           NULL, "qom-list-types has the concrete user-creatable ones");
    for (size_t i = 0; i < G_N_ELEMENTS(properties); i++) {
        g_autofree char *a = g_strdup_printf("{'typename':'%s'}", properties[i].type);
        g_autoptr(JsonNode) list = qmp_client_execute(c, "qom-list-properties", a, NULL);

        tap_ok(list && list_has(list, properties[i].property), NULL, "%s has %s",
               properties[i].type, properties[i].property);
    }
    g_autoptr(Error) err = NULL;
    g_autoptr(JsonNode) none =
        qmp_client_execute(c, "device-list-properties", "{'typename':'virtio-blk-pci'}", &err);
    tap_ok(!none && strstr(err->message, "not found"), NULL, "a device that is not there");
}

/* ---- RAM of a memory backend holds the images, also after a reset */

/* An Image of Linux's protocol for arm64: its header, and content that tells where it belongs. */
static void fill_image(char *image, size_t len)
{
    uint64_t size = len;

    for (size_t i = 0; i < len; i++) {
        image[i] = (char)(i * 7 + i / 4096);
    }
    memset(image, 0, 64);
    memcpy(image + 16, &size, 8);
    memcpy(image + 56, "ARM\x64", 4);
}

static bool save(QmpClient *c, const char *command, char **ret, gsize *ret_len)
{
    g_autofree char *path = g_build_filename(qmp_client_dir(c), "dump", NULL);
    g_autofree char *a =
        g_strdup_printf("{'val':%u,'size':%u,'filename':'dump'}", 0x40000000u, 16u << 20);
    g_autoptr(JsonNode) r = qmp_client_execute(c, command, a, NULL);

    return r && g_file_get_contents(path, ret, ret_len, NULL);
}

static void test_ram(const char *what, const char *object)
{
    enum { IMAGE_LEN = 100000 };
    g_autofree char *dir = g_dir_make_tmp("objects-test.XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "kernel", NULL);
    g_autofree char *image = g_malloc(IMAGE_LEN);
    const char *const args[] = {"-machine",
                                object ? "virt,memory-backend=ram" : "virt",
                                "-m",
                                "16",
                                "-nodefaults",
                                "-display",
                                "none",
                                "-S",
                                "-kernel",
                                path,
                                object ? "-object" : NULL,
                                object,
                                NULL};
    g_autofree char *physical = NULL, *virtual = NULL, *again = NULL;
    gsize len = 0, len_virtual = 0, len_again = 0;

    fill_image(image, IMAGE_LEN);
    g_file_set_contents(path, image, IMAGE_LEN, NULL);
    g_autoptr(QmpClient) c = start(poise, args);
    bool ok = save(c, "pmemsave", &physical, &len) && len == 16u << 20 &&
              memmem(physical, len, image, IMAGE_LEN);
    tap_ok(ok, NULL, "%s holds the kernel", what);
    tap_ok(save(c, "memsave", &virtual, &len_virtual) && len == len_virtual &&
               memcmp(virtual, physical, len) == 0,
           NULL, "%s by virtual address", what);
    g_autoptr(JsonNode) reset = qmp_client_execute(c, "system_reset", NULL, NULL);
    g_autoptr(JsonObject) event = qmp_client_wait_event(c, "RESET", NULL);
    tap_ok(reset && event && save(c, "pmemsave", &again, &len_again) && len_again == len &&
               memmem(again, len, image, IMAGE_LEN),
           NULL, "%s after a reset", what);
    unlink(path);
    rmdir(dir);
}

static void test_rams(void)
{
    test_ram("RAM", NULL);
    test_ram("RAM of memory-backend-ram", "memory-backend-ram,id=ram,size=16M");
    test_ram("RAM of memory-backend-memfd", "memory-backend-memfd,id=ram,size=16M");
    test_ram("RAM of memory-backend-file", "memory-backend-file,id=ram,size=16M,mem-path=.");
}

/* ---- the command line */

/* Runs until the end; what it printed, errors behind. (transfer full) */
static char *run(const char *arguments, int *ret_status)
{
    g_autofree char *line = g_strdup_printf("%s %s", poise, arguments);
    g_auto(GStrv) argv = NULL;
    g_autofree char *out = NULL, *err = NULL;

    *ret_status = -1;
    if (!g_shell_parse_argv(line, NULL, &argv, NULL) ||
        !g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, ret_status,
                      NULL)) {
        return g_strdup("cannot run it");
    }
    return g_strconcat(out, err, NULL);
}

static void test_command_line(void)
{
    static const struct {
        int status;
        const char *arguments, *text;
    } lines[] = {
        {0, "-object help", "  memory-backend-ram\n"},
        {0, "-object secret,help", "  format=<QCryptoSecretFormat>\n"},
        {0, "-object memory-backend-file,help", "  mem-path=<string>\n"},
        {0, "-object iothread,help", "  poll-max-ns=<int> "},
        {1, "-M none -qmp null -object secret,id=x", "Either 'file' or 'data' must be"},
        {1, "-M none -qmp null -object iothread,id=x -object iothread,id=x", "duplicate"},
        {1, "-M none -qmp null -object memory-backend-ram,id=x,size=zz", "expects a size value"},
        {1, "-M none -qmp null -object nosuch,id=x", "does not accept value 'nosuch'"},
        {1, "-M none -qmp null -object '{\"qom-type\":\"iothread\"}'", "'id' is missing"},
        {1, "-M virt,memory-backend=x -qmp null", "Memory backend 'x' not found"},
        {1, "-M virt,memory-backend=x -qmp null -object secret,id=x,data=y",
         "Memory backend 'x' not found"},
        {1, "-M virt,memory-backend=x -m 64 -qmp null -object memory-backend-ram,id=x,size=128M",
         "Machine memory size does not match the size of the memory backend"},
        {1, "-M none,memory-backend=x -qmp null -object memory-backend-ram,id=x,size=1M",
         "has no RAM"},
        {1, "-M virt,usb=on -qmp null", "has no USB"},
        {1, "-M virt,usb=x -qmp null", "'usb' expects 'on' or 'off'"},
        {1, "-M virt,acpi=x -qmp null", "does not accept value 'x'"},
        {1, "-M virt -cpu cortex-a57,aarch64=off -qmp null", "'aarch64' feature cannot be"},
    };
    static const char secret[] = "-M none -qmp null -object secret,id=x,data=hunter2,format=x";
    int status;

    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *text = run(lines[i].arguments, &status);

        tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == lines[i].status &&
                   strstr(text, lines[i].text),
               text, "%s", lines[i].arguments);
    }
    g_autofree char *text = run(secret, &status);
    tap_ok(strstr(text, "-object secret") && !strstr(text, "hunter2"), text,
           "an error names the object and keeps its secret");
}

int main(void)
{
    poise = getenv("POISE");
    peer = getenv("PEER");
    if (!poise) {
        tap_ok(false, NULL, "POISE names the program");
        return tap_done();
    }
    g_autofree char *full = g_canonicalize_filename(poise, NULL);
    poise = full;
    test_like_peer();
    test_limits();
    test_probe();
    test_rams();
    test_command_line();
    return tap_done();
}
