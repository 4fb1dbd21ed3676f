/* SPDX-License-Identifier: MIT */
/* Random requests that have the shape of the schema, more or less: members are left out or added,
 * values are of another type, integers stand at the ends of their ranges. */
#include "tests/fuzz/random-args.h"

#include <math.h>
#include <string.h>

enum { MAX_DEPTH = 6 };

struct RandomArgs {
    GRand *rand;
    GHashTable *entries; /* name -> JsonObject: of the schema */
    GPtrArray *commands; /* of JsonObject */
    bool about_objects;  /* the present one is qom-..., whose "path" is no file's */
    char **texts;
    char *long_text;
};

/* Names that mean something somewhere, those of what other requests made (a0 ...), and nonsense;
 * the empty one too. Many end up as names of files: none is absolute, but for some that cannot be
 * made, so that nothing outside of the process's own folder is touched, whoever runs this. */
static const char text_list[] =
    "a0 a1 a2 a3 a0 a1 a2 a3 type size realized id x-instructions virt none virt-7.2 cortex-a57 "
    "max "
    "host device object memory-backend-ram secret rng-random iothread authz-list chardev-socket "
    "memory-backend-file virtio-blk-device pl011 arm tcg qtest kvm gic-version f1 f2 a0/.. "
    "/nonexistent/f /dev/fdset/0 /dev/fdset/9 localhost 127.0.0.1 ::1 0 1 -1 65536 on off 1M 0x10 "
    "99999999999999999999 base64 utf8 AAEC = \xc3\xa9\xe2\x82\xac %s%n \n a,b=c STOP RESUME X_NO ";

static JsonNode *random_value(RandomArgs *ra, const char *type, int depth);

RandomArgs *random_args_new(JsonNode *schema, guint32 seed)
{
    RandomArgs *ra = g_new0(RandomArgs, 1);
    JsonArray *array = json_node_get_array(schema);

    ra->rand = g_rand_new_with_seed(seed);
    ra->entries = g_hash_table_new(g_str_hash, g_str_equal);
    ra->commands = g_ptr_array_new();
    ra->texts = g_strsplit(text_list, " ", -1);
    ra->long_text = g_strnfill(5000, 'x');
    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonObject *obj = json_array_get_object_element(array, i);

        g_hash_table_insert(ra->entries, (void *)json_object_get_string_member(obj, "name"), obj);
        if (!strcmp(json_object_get_string_member(obj, "meta-type"), "command")) {
            g_ptr_array_add(ra->commands, obj);
        }
    }
    return ra;
}

void random_args_free(RandomArgs *ra)
{
    g_rand_free(ra->rand);
    g_hash_table_unref(ra->entries);
    g_ptr_array_unref(ra->commands);
    g_strfreev(ra->texts);
    g_free(ra->long_text);
    g_free(ra);
}

guint random_args_below(RandomArgs *ra, guint n)
{
    return n ? g_rand_int(ra->rand) % n : 0;
}

static bool one_in(RandomArgs *ra, guint n)
{
    return random_args_below(ra, n) == 0;
}

/* ---- values of simple types */

static JsonNode *random_string(RandomArgs *ra)
{
    guint known = g_strv_length(ra->texts);
    guint n = random_args_below(ra, known + 2);

    if (n == known) {
        return json_new_string(ra->long_text);
    }
    if (n > known) {
        char text[8] = {0};

        for (guint i = 0; i < sizeof(text) - 1; i++) {
            text[i] = (char)(1 + random_args_below(ra, 127));
        }
        return json_new_string(g_strdelimit(text, "/", '.'));
    }
    return json_new_string(ra->texts[n]);
}

static JsonNode *random_object_path(RandomArgs *ra)
{
    static const char *const paths[] = {"/",
                                        "/machine",
                                        "/objects",
                                        "/objects/a0",
                                        "/chardevs",
                                        "/chardevs/a1",
                                        "/machine/unattached",
                                        "/machine/peripheral",
                                        "/machine/soc",
                                        "//",
                                        "a0",
                                        "/a0/..",
                                        ""};

    return json_new_string(paths[random_args_below(ra, G_N_ELEMENTS(paths))]);
}

/* Around the ends of every type, whatever type is asked for. */
static JsonNode *random_int(RandomArgs *ra)
{
    guint bits = random_args_below(ra, 65);
    uint64_t edge = bits == 64 ? UINT64_MAX : UINT64_C(1) << bits;
    uint64_t v = edge + random_args_below(ra, 3) - 1;

    if (one_in(ra, 2)) {
        return json_new_int(random_args_below(ra, 8));
    }
    return one_in(ra, 2) ? json_new_uint(v) : json_new_int((int64_t)(0 - v));
}

static JsonNode *random_number(RandomArgs *ra)
{
    static const double values[] = {0.0,
                                    -0.0,
                                    0.5,
                                    -1.5,
                                    1e308,
                                    -1e308,
                                    1e-308,
                                    4.9e-324,
                                    INFINITY,
                                    9.2233720368547758e18,
                                    1.8446744073709552e19,
                                    3.0};

    return json_new_double(values[random_args_below(ra, G_N_ELEMENTS(values))]);
}

static JsonNode *random_any(RandomArgs *ra, int depth)
{
    static const char *const types[] = {"str", "int", "number", "bool", "null"};
    guint n = random_args_below(ra, depth > 2 ? 5 : 7);

    if (n < 5) {
        return random_value(ra, types[n], depth + 1);
    }
    if (n == 5) {
        JsonArray *array = json_array_new();

        for (guint i = random_args_below(ra, 4); i; i--) {
            json_array_add_element(array, random_any(ra, depth + 1));
        }
        return json_new_array(array);
    }
    JsonObject *obj = json_object_new();
    for (guint i = random_args_below(ra, 4); i; i--) {
        g_autoptr(JsonNode) name = random_string(ra);

        json_object_set_member(obj, json_get_string(name), random_any(ra, depth + 1));
    }
    return json_new_object(obj);
}

static JsonNode *random_builtin(RandomArgs *ra, const char *json_type, int depth)
{
    if (!strcmp(json_type, "string")) {
        return random_string(ra);
    }
    if (!strcmp(json_type, "int")) {
        return random_int(ra);
    }
    if (!strcmp(json_type, "number")) {
        return one_in(ra, 3) ? random_int(ra) : random_number(ra);
    }
    if (!strcmp(json_type, "boolean")) {
        return json_new_bool(one_in(ra, 2));
    }
    return !strcmp(json_type, "null") ? json_new_null() : random_any(ra, depth);
}

/* ---- values of the schema's types */

static JsonNode *random_enum(RandomArgs *ra, JsonObject *entry)
{
    JsonArray *values = json_object_get_array_member(entry, "values");
    guint n = json_array_get_length(values);

    if (!n || one_in(ra, 50)) {
        return random_string(ra);
    }
    return json_new_string(json_array_get_string_element(values, random_args_below(ra, n)));
}

static JsonNode *random_list(RandomArgs *ra, JsonObject *entry, int depth)
{
    const char *element = json_object_get_string_member(entry, "element-type");
    JsonArray *array = json_array_new();

    for (guint i = random_args_below(ra, depth > MAX_DEPTH ? 1 : 4); i; i--) {
        json_array_add_element(array, random_value(ra, element, depth + 1));
    }
    return json_new_array(array);
}

static JsonNode *random_alternate(RandomArgs *ra, JsonObject *entry, int depth)
{
    JsonArray *members = json_object_get_array_member(entry, "members");
    guint n = random_args_below(ra, json_array_get_length(members));

    return random_value(
        ra, json_object_get_string_member(json_array_get_object_element(members, n), "type"),
        depth + 1);
}

static void add_members(RandomArgs *ra, JsonObject *to, JsonObject *entry, int depth);

static void add_variant(RandomArgs *ra, JsonObject *to, JsonObject *entry, int depth)
{
    JsonNode *tag_node = json_object_get_member(to, json_object_get_string_member(entry, "tag"));
    const char *tag = tag_node ? json_get_string(tag_node) : NULL;
    JsonArray *variants = json_object_get_array_member(entry, "variants");

    for (guint i = 0; i < json_array_get_length(variants); i++) {
        JsonObject *v = json_array_get_object_element(variants, i);

        if (!g_strcmp0(json_object_get_string_member(v, "case"), tag)) {
            add_members(ra, to,
                        g_hash_table_lookup(ra->entries, json_object_get_string_member(v, "type")),
                        depth);
        }
    }
}

static void add_members(RandomArgs *ra, JsonObject *to, JsonObject *entry, int depth)
{
    JsonArray *members = json_object_get_array_member(entry, "members");

    for (guint i = 0; i < json_array_get_length(members); i++) {
        JsonObject *m = json_array_get_object_element(members, i);
        bool optional = json_object_has_member(m, "default");

        if (optional ? depth > MAX_DEPTH || !one_in(ra, 3) : one_in(ra, 60)) {
            continue;
        }
        const char *name = json_object_get_string_member(m, "name");
        JsonNode *value =
            ra->about_objects && !strcmp(name, "path")
                ? random_object_path(ra)
                : random_value(ra, json_object_get_string_member(m, "type"), depth + 1);
        json_object_set_member(to, name, value);
    }
    if (json_object_has_member(entry, "tag")) {
        add_variant(ra, to, entry, depth);
    }
    if (one_in(ra, 100)) {
        json_object_set_member(to, "surplus", random_any(ra, depth));
    }
}

static JsonNode *random_value(RandomArgs *ra, const char *type, int depth)
{
    JsonObject *entry = g_hash_table_lookup(ra->entries, type);
    const char *meta = entry ? json_object_get_string_member(entry, "meta-type") : "";

    if (depth && one_in(ra, 80)) {
        return random_any(ra, 1); /* of any type */
    }
    if (!entry) {
        const char *json_type = !strcmp(type, "str")    ? "string"
                                : !strcmp(type, "bool") ? "boolean"
                                                        : type;

        return random_builtin(ra, json_type, depth);
    }
    if (!strcmp(meta, "builtin")) {
        return random_builtin(ra, json_object_get_string_member(entry, "json-type"), depth);
    }
    if (!strcmp(meta, "enum")) {
        return random_enum(ra, entry);
    }
    if (!strcmp(meta, "array")) {
        return random_list(ra, entry, depth);
    }
    if (!strcmp(meta, "alternate")) {
        return random_alternate(ra, entry, depth);
    }
    JsonObject *obj = json_object_new();
    add_members(ra, obj, entry, depth);
    return json_new_object(obj);
}

const char *random_args_command(RandomArgs *ra, bool (*skip)(const char *name),
                                JsonNode **ret_arguments)
{
    for (;;) {
        JsonObject *c = ra->commands->pdata[random_args_below(ra, ra->commands->len)];
        const char *name = json_object_get_string_member(c, "name");

        if (skip(name)) {
            continue;
        }
        ra->about_objects = g_str_has_prefix(name, "qom-");
        *ret_arguments = one_in(ra, 50)
                             ? NULL
                             : random_value(ra, json_object_get_string_member(c, "arg-type"), 0);
        return name;
    }
}
