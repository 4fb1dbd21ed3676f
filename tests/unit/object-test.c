/* SPDX-License-Identifier: MIT */
/* QOM: classes, properties of every kind, the tree, paths, user-creatable objects. */
#include "qom/user-creatable.h"

#include "tests/lib/check-main.h"
#include "util/module.h"
#include <string.h>

typedef struct Toy {
    Object parent;
    bool flag;
    uint8_t small;
    uint64_t size;
    char *text;
    int colour;
    Object *peer;
    PropArray numbers;
    Object part;
} Toy;

static int finalized;
static const char *const colours[] = {"red", "green", NULL};

static const Property toy_props[] = {
    DEFINE_PROP_BOOL("flag", Toy, flag, true),
    DEFINE_PROP_UINT8("small", Toy, small, 7),
    DEFINE_PROP_SIZE("size", Toy, size, 0),
    DEFINE_PROP_STRING("text", Toy, text),
    DEFINE_PROP_ENUM("colour", Toy, colour, colours, 1),
    DEFINE_PROP_LINK("peer", Toy, peer, "toy"),
    DEFINE_PROP_ARRAY("numbers", Toy, numbers, PROP_UINT32),
    DEFINE_PROP_END(),
};

static void toy_init(Object *obj)
{
    object_init_child(obj, "part", &((Toy *)obj)->part, sizeof(Object), "toy-part");
}

static void toy_finalize(Object *obj)
{
    finalized++;
}

static const char *const creatable[] = {TYPE_USER_CREATABLE, NULL};
static const TypeInfo toy_types[] = {
    {.name = "toy-part"},
    {.name = "toy",
     .instance_size = sizeof(Toy),
     .properties = toy_props,
     .instance_init = toy_init,
     .instance_finalize = toy_finalize,
     .interfaces = creatable},
    {.name = "toy-abstract", .parent = "toy", .abstract = true},
    {.name = "toy-child", .parent = "toy-abstract"},
};
DEFINE_TYPES(toy_types);

static void setup(void)
{
    module_call_init(MODULE_QOM);
    finalized = 0;
}

START_TEST(types)
{
    g_autoptr(GPtrArray) all = type_list("toy", true);
    g_autoptr(GPtrArray) concrete = type_list(TYPE_USER_CREATABLE, false);
    Error *err = NULL;

    ck_assert_uint_eq(all->len, 3);
    ck_assert_uint_eq(concrete->len, 2);
    ck_assert(type_is_a(type_find("toy-child"), TYPE_USER_CREATABLE));
    ck_assert_str_eq(type_parent_name(type_find("toy-part")), TYPE_OBJECT);
    ck_assert_ptr_null(object_try_new("toy-abstract", &err));
    ck_assert_str_eq(err->message, "object type 'toy-abstract' is abstract");
    g_clear_error(&err);
    ck_assert_ptr_null(object_try_new("nosuch", &err));
    g_clear_error(&err);
}
END_TEST

static void expect_error(Object *o, const char *name, const char *text, const char *message)
{
    Error *err = NULL;

    ck_assert(!object_set_text(o, name, text, &err));
    ck_assert_str_eq(err->message, message);
    g_error_free(err);
}

START_TEST(properties)
{
    g_autoptr(Object) o = object_new("toy-child");
    Toy *t = (Toy *)o;

    ck_assert(t->flag && t->small == 7 && t->colour == 1);
    ck_assert(object_set_text(o, "flag", "off", NULL) && !t->flag);
    ck_assert(object_set_text(o, "size", "3M", NULL));
    ck_assert_uint_eq(t->size, 3 << 20);
    ck_assert(object_set_str(o, "text", "hello", NULL));
    ck_assert_str_eq(t->text, "hello");
    ck_assert(object_set_text(o, "colour", "red", NULL) && t->colour == 0);
    expect_error(o, "colour", "blue", "Parameter 'colour' does not accept value 'blue'");
    expect_error(o, "small", "256", "Parameter 'small' expects uint8");
    expect_error(o, "nosuch", "1", "Property 'toy-child.nosuch' not found");
    expect_error(o, "flag", "maybe", "Parameter 'flag' expects 'on' or 'off'");
    expect_error(o, "peer", "/nowhere", "Device '/nowhere' not found");
    expect_error(o, "part", "x", "Property 'toy-child.part' is not writable");

    ck_assert(object_set_uint(o, "size", UINT64_MAX, NULL));
    ck_assert_uint_eq(object_get_uint(o, "size"), UINT64_MAX);
    g_autoptr(JsonNode) list = json_from_string("[1, 2, 3]", NULL);
    ck_assert(object_set(o, "numbers", list, NULL));
    ck_assert_uint_eq(((uint32_t *)t->numbers.items)[2], 3);
    g_autoptr(JsonNode) bad = json_from_string("[1, -2]", NULL);
    ck_assert(!object_set(o, "numbers", bad, NULL));
    ck_assert_uint_eq(t->numbers.n, 3);
    g_autoptr(JsonNode) back = object_get(o, "numbers", NULL);
    ck_assert_uint_eq(json_array_get_length(json_node_get_array(back)), 3);
}
END_TEST

START_TEST(tree)
{
    Object *box = object_container("/objects/box");
    Object *a = object_new("toy"), *b = object_new("toy");
    bool ambiguous;

    object_add_child(box, "toy[*]", a);
    object_add_child(box, "toy[*]", b);
    g_autofree char *path = object_path(b);
    ck_assert_str_eq(path, "/objects/box/toy[1]");
    ck_assert_ptr_eq(object_resolve(path, NULL), b);
    ck_assert_ptr_eq(object_resolve("toy[0]", &ambiguous), a);
    ck_assert_ptr_null(object_resolve("part", &ambiguous));
    ck_assert(ambiguous);
    ck_assert(object_set_link(a, "peer", b, NULL));
    g_autofree char *peer = object_get_str(a, "peer");
    ck_assert_str_eq(peer, path);
    ck_assert_ptr_eq(object_resolve("/objects/box/toy[0]/peer/part", NULL),
                     (Object *)&((Toy *)b)->part);
    object_add_alias(box, "size", a, "size");
    ck_assert(object_set_uint(box, "size", 5, NULL));
    ck_assert_uint_eq(((Toy *)a)->size, 5);
    object_unparent(b);
    object_unref(b);
    ck_assert_int_eq(finalized, 0); /* the link still holds it */
    object_set_link(a, "peer", NULL, NULL);
    ck_assert_int_eq(finalized, 1);
    object_unref(a);
    object_unparent(a);
    ck_assert_int_eq(finalized, 2);
}
END_TEST

START_TEST(user_creatable)
{
    Error *err = NULL;
    g_autoptr(JsonObject) props = json_object_new();

    json_object_set_string_member(props, "small", "9");
    Object *o = user_creatable_add("toy", "t1", props, NULL);
    ck_assert(o && ((Toy *)o)->small == 9);
    ck_assert_ptr_null(user_creatable_add("toy", "t1", NULL, &err));
    ck_assert_str_eq(err->message,
                     "attempt to add duplicate property 't1' to object (type 'container')");
    g_clear_error(&err);
    ck_assert_ptr_null(user_creatable_add("toy", "1x", NULL, &err));
    g_clear_error(&err);
    ck_assert_ptr_null(user_creatable_add("toy-part", "x", NULL, &err));
    g_clear_error(&err);
    ck_assert(user_creatable_del("t1", NULL));
    ck_assert(!user_creatable_del("t1", &err));
    g_clear_error(&err);
    ck_assert_int_eq(finalized, 2); /* t1, and the refused duplicate */
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("object");
    TCase *tc = tcase_create("object");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, types);
    tcase_add_test(tc, properties);
    tcase_add_test(tc, tree);
    tcase_add_test(tc, user_creatable);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
