/* SPDX-License-Identifier: MIT */
/* The QAPI runtime with a schema of its own (qapi-test-schema.json): values there and back, what is
 * refused and how it is called, marshallers, dispatch, events, introspection. */
#include "tests/unit/gen/test-qapi-commands.h"
#include "tests/unit/gen/test-qapi-events.h"
#include "tests/unit/gen/test-qapi-introspect.h"
#include "tests/unit/gen/test-qapi-visit.h"
#include "util/module.h"

#include "tests/lib/check-main.h"
#include <string.h>

/* ---- handlers */

int64_t qmp_get_int(int64_t a, bool has_b, int64_t b, Error **errp)
{
    return has_b ? a * b : a;
}

JsonNode *qmp_get_any(JsonNode *v, Error **errp)
{
    return json_node_copy(v);
}

char *qmp_get_str(Error **errp)
{
    return g_strdup("text");
}

ShapeList *qmp_get_shapes(int64_t n, Error **errp)
{
    ShapeList *list = g_new0(ShapeList, 1);

    for (int64_t i = 0; i < n; i++) {
        Shape *s = g_new0(Shape, 1);

        s->kind = SHAPE_KIND_SQUARE;
        s->u.square.side = i;
        QAPI_LIST_APPEND(list, s);
    }
    return list;
}

void qmp_do_nothing(Error **errp)
{
}

void qmp_fail_always(bool has_class, Colour q_class, Error **errp)
{
    if (has_class && q_class == COLOUR_RED) {
        error_set_class(errp, ERROR_CLASS_DEVICE_NOT_FOUND, "no %s", Colour_str(q_class));
    } else {
        error_set_code(errp, ERROR_CODE_UNSPECIFIED, "failed");
    }
}

void qmp_be_silent(Error **errp)
{
}

void qmp_take_boxed(Shape *arg, Error **errp)
{
    if (arg->kind == SHAPE_KIND_CIRCLE) {
        error_set_code(errp, ERROR_CODE_UNSPECIFIED, "radius %g of %s", arg->u.circle.radius,
                       arg->u.circle.centre->name);
    }
}

Base *qmp_take_base(const char *name, const char *note, Error **errp)
{
    Base *b = g_new0(Base, 1);

    b->name = g_strdup(note ? note : "none");
    b->note = g_strdup(name);
    return b;
}

void qmp_conditional(int64_t a, bool has_b, int64_t b, Error **errp)
{
    if (has_b) {
        error_set_code(errp, ERROR_CODE_UNSPECIFIED, "%" G_GINT64_FORMAT, a + b);
    }
}

bool qmp_take_kinds(JsonObject *args, JsonNode **ret, Error **errp)
{
    *ret = json_new_empty_object();
    return true;
}

bool qmp_hand_made(JsonObject *args, JsonNode **ret, Error **errp)
{
    *ret = json_new_int(args ? (int)json_object_get_size(args) : -1);
    return true;
}

/* ---- visitors */

static const QapiType *const types[] = {&qapi_type_Kinds, &qapi_type_Shape,  &qapi_type_Either,
                                        &qapi_type_Tree,  &qapi_type_Partly, &qapi_type_Scalar};
enum { KINDS, SHAPE, EITHER, TREE, PARTLY, SCALAR };

#define MUST "'name':'x','i8':1,'i64':2,'u8':3,'u16':4,'u64':5,'sz':6,'n':7.5,'b':true,'c':'red'"
#define REST ",'a':{},'z':null"

/* JSON, and what it is as C and JSON again (NULL: the same), or an error. */
static const struct {
    int type;
    const char *json;
    const char *result;
    const char *error;
} values[] = {
    {KINDS, "{" MUST REST "}", NULL, NULL},
    {KINDS,
     "{'name':'x','note':'','i8':-128,'i64':-9223372036854775808,'u8':255,'u16':65535,"
     "'u64':18446744073709551615,'sz':9223372036854775808,'n':1,'b':false,'c':'x-1','a':[1,"
     "18446744073709551615],'z':null,'oi':0,'ob':false,'oc':'red','inner':{'name':'y'},"
     "'strs':['a','b','c','d','e'],'ints':[],'sizes':[1],'colours':['red','dark-green'],"
     "'bases':[{'name':'1'},{'name':'2','note':'n'},{'name':'3'}],'anys':[null,1,{}]}",
     NULL, NULL},
    {KINDS, "{" MUST "}", NULL, "Parameter 'a' is missing"},
    {KINDS, "{" MUST REST ",'q':1}", NULL, "Parameter 'q' is unexpected"},
    {KINDS, "{" MUST REST ",'oi':1.0}", NULL, "Invalid parameter type for 'oi', expected: integer"},
    {KINDS, "{" MUST REST ",'oi':9223372036854775808}", NULL,
     "Invalid parameter type for 'oi', expected: integer"},
    {KINDS, "{" MUST REST ",'oi':null}", NULL,
     "Invalid parameter type for 'oi', expected: integer"},
    {KINDS, "{" MUST REST ",'ob':1}", NULL, "Invalid parameter type for 'ob', expected: boolean"},
    {KINDS, "{" MUST REST ",'oc':'blue'}", NULL, "Parameter 'oc' does not accept value 'blue'"},
    {KINDS, "{" MUST REST ",'oc':1}", NULL, "Invalid parameter type for 'oc', expected: string"},
    {KINDS, "{" MUST REST ",'inner':[]}", NULL,
     "Invalid parameter type for 'inner', expected: object"},
    {KINDS, "{" MUST REST ",'inner':{}}", NULL, "Parameter 'inner.name' is missing"},
    {KINDS, "{" MUST REST ",'inner':{'name':'a','z':1}}", NULL,
     "Parameter 'inner.z' is unexpected"},
    {KINDS, "{" MUST REST ",'strs':['a',1]}", NULL,
     "Invalid parameter type for 'strs[1]', expected: string"},
    {KINDS, "{" MUST REST ",'strs':{}}", NULL,
     "Invalid parameter type for 'strs', expected: array"},
    {KINDS, "{" MUST REST ",'bases':[{'name':'a'},{'name':1}]}", NULL,
     "Invalid parameter type for 'bases[1].name', expected: string"},
    {KINDS, "{" MUST ",'a':1,'z':0}", NULL, "Invalid parameter type for 'z', expected: null"},
    {KINDS, "{'name':'x','i8':128}", NULL, "Parameter 'i8' expects int8_t"},
    {KINDS, "{'name':'x','i8':1,'i64':2,'u8':-1}", NULL, "Parameter 'u8' expects uint8_t"},
    {KINDS, "{'name':'x','i8':1,'i64':2,'u8':256}", NULL, "Parameter 'u8' expects uint8_t"},
    {KINDS, "{'name':'x','i8':1,'i64':2,'u8':1,'u16':1,'u64':-1}", NULL,
     "Parameter 'u64' expects uint64"},
    {KINDS, "[]", NULL, "Invalid parameter type for 'v', expected: object"},
    {SHAPE, "{'kind':'square','side':3}", NULL, NULL},
    {SHAPE, "{'kind':'square','label':'l','side':3,'tags':['a']}", NULL, NULL},
    {SHAPE, "{'side':3,'kind':'square'}", "{'kind':'square','side':3}", NULL},
    {SHAPE, "{'kind':'circle','radius':1.5,'centre':{'name':'c'}}", NULL, NULL},
    {SHAPE, "{'kind':'empty'}", NULL, NULL},
    {SHAPE, "{'kind':'empty','side':1}", NULL, "Parameter 'side' is unexpected"},
    {SHAPE, "{'kind':'square'}", NULL, "Parameter 'side' is missing"},
    {SHAPE, "{'kind':'square','side':1,'radius':2}", NULL, "Parameter 'radius' is unexpected"},
    {SHAPE, "{'kind':'none'}", NULL, "Parameter 'kind' does not accept value 'none'"},
    {SHAPE, "{'side':1}", NULL, "Parameter 'kind' is missing"},
    {EITHER, "'x'", NULL, NULL},
    {EITHER, "null", NULL, NULL},
    {EITHER, "{'name':'x'}", NULL, NULL},
    {EITHER, "[{'name':'x'},{'name':'y'}]", NULL, NULL},
    {EITHER, "1.5", NULL, "Invalid parameter type for 'v', expected: Either"},
    {EITHER, "true", NULL, "Invalid parameter type for 'v', expected: Either"},
    {SCALAR, "-5", NULL, NULL},
    {SCALAR, "true", NULL, NULL},
    {SCALAR, "'red'", NULL, NULL},
    {SCALAR, "'blue'", NULL, "Parameter 'v' does not accept value 'blue'"},
    {SCALAR, "18446744073709551615", NULL, "Invalid parameter type for 'v', expected: integer"},
    {TREE, "{'left':{'right':{}},'either':{'name':'n'},'shapes':[{'kind':'empty'}]}", NULL, NULL},
    {TREE, "{'kind':'qnum'}", NULL, NULL},
    {TREE, "{'kind':'num'}", NULL, "Parameter 'kind' does not accept value 'num'"},
    {TREE, "{'either':1.5}", NULL, "Invalid parameter type for 'either', expected: Either"},
    {TREE, "{'left':{'left':{'left':{'q':1}}}}", NULL,
     "Parameter 'left.left.left.q' is unexpected"},
    {PARTLY, "{'always':1,'also':2,'old':3}", NULL, NULL},
    {PARTLY, "{'always':1,'also':2,'old':3,'never':4}", NULL, "Parameter 'never' is unexpected"},
};

/* Errors above are of members: those of the outermost value itself are called "v". */
START_TEST(value_table)
{
    const QapiType *type = types[values[_i].type];
    g_autoptr(JsonNode) in = json_parse(values[_i].json, -1, NULL);
    g_autoptr(GError) err = NULL;
    const char *name = strstr(values[_i].json, "{'") == values[_i].json ? NULL : "v";
    void *obj = qapi_from_json(type, in, name, QAPI_JSON, &err);

    ck_assert_msg(!obj == !!values[_i].error, "%s: %s", values[_i].json,
                  err ? err->message : "taken");
    if (!obj) {
        ck_assert_str_eq(err->message, values[_i].error);
        return;
    }
    g_autoptr(JsonNode) want =
        json_parse(values[_i].result ? values[_i].result : values[_i].json, -1, NULL);
    void *copy = qapi_clone(type, obj);
    qapi_free(type, obj);
    g_autoptr(JsonNode) back = qapi_to_json(type, copy);
    qapi_free(type, copy);
    g_autofree char *got_text = json_write(back, false);
    g_autofree char *want_text = json_write(want, false);
    ck_assert_str_eq(got_text, want_text);
}
END_TEST

START_TEST(text_form)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(JsonNode) in =
        json_parse("{'name':'x','i8':'-0x10','i64':'7','u8':'0xff','u16':'1','u64':"
                   "'18446744073709551615','sz':'1.5k','n':'2.5','b':'on','c':'red','a':'1',"
                   "'z':null,'sizes':['1M','0x10'],'ob':'false','strs':['1']}",
                   -1, NULL);
    g_autoptr(JsonNode) bad = json_parse("{'name':'x','i8':'1k'}", -1, NULL);
    g_autoptr(Kinds) k = qapi_Kinds_from_text(in, "k", &err);

    ck_assert_ptr_nonnull(k);
    ck_assert(k->i8 == -16 && k->i64 == 7 && k->u8 == 255 && k->u64 == UINT64_MAX);
    ck_assert(k->sz == 1536 && k->n == 2.5 && k->b && k->c == COLOUR_RED);
    ck_assert(k->sizes->n == 2 && k->sizes->items[0] == 1 << 20 && k->sizes->items[1] == 16);
    ck_assert(k->has_ob && !k->ob && !k->has_oi);
    ck_assert_str_eq(k->strs->items[0], "1");
    ck_assert_ptr_null(qapi_Kinds_from_text(bad, NULL, &err));
    ck_assert_str_eq(err->message, "Parameter 'i8' expects integer");
    g_clear_error(&err);
    ck_assert_ptr_null(qapi_Kinds_from_json(in, NULL, &err));
    ck_assert_str_eq(err->message, "Invalid parameter type for 'i8', expected: integer");
}
END_TEST

START_TEST(enums)
{
    g_autoptr(GError) err = NULL;
    Colour c;

    ck_assert_str_eq(Colour_str(COLOUR_DARK_GREEN), "dark-green");
    ck_assert(Colour_parse("x-1", &c, &err) && c == COLOUR_X_1);
    ck_assert(!Colour_parse("blue", &c, &err) && err);
    ck_assert_int_eq(COLOUR__MAX, 3);
    ck_assert_ptr_null(Colour_lookup[COLOUR__MAX]);
}
END_TEST

START_TEST(lists_grow)
{
    g_autoptr(int64List) list = g_new0(int64List, 1);

    for (int i = 0; i < 1000; i++) {
        QAPI_LIST_APPEND(list, i);
    }
    g_autoptr(int64List) copy = qapi_clone_int64List(list);
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(copy->items[i], i);
    }
    QAPI_LIST_APPEND(copy, 1000);
    ck_assert_int_eq(copy->n, 1001);
}
END_TEST

/* ---- dispatch */

#define NOT_FOUND "{'error': {'class': 'CommandNotFound', 'desc': '"
#define GENERIC   "{'error': {'class': 'GenericError', 'desc': '"
static const struct {
    const char *request;
    const char *reply; /* NULL: none */
} requests[] = {
    {"{'execute':'do-nothing'}", "{'return': {}}"},
    {"{'execute':'do-nothing','id':[1,{'a':null}]}", "{'return': {}, 'id': [1, {'a': null}]}"},
    {"{'execute':'do-nothing','arguments':{}}", "{'return': {}}"},
    {"{'execute':'do-nothing','arguments':{'x':1},'id':null}",
     "{'id': null, 'error': {'class': 'GenericError', 'desc': \"Parameter 'x' is unexpected\"}}"},
    {"{'execute':'get-int','arguments':{'a':6,'b':7}}", "{'return': 42}"},
    {"{'execute':'get-int','arguments':{'a':6}}", "{'return': 6}"},
    {"{'execute':'get-int'}",
     "{'error': {'class': 'GenericError', 'desc': \"Parameter 'a' is missing\"}}"},
    {"{'execute':'get-any','arguments':{'v':[18446744073709551615]}}",
     "{'return': [18446744073709551615]}"},
    {"{'execute':'get-any','arguments':{'v':null}}", "{'return': null}"},
    {"{'execute':'get-str'}", "{'return': 'text'}"},
    {"{'execute':'get-shapes','arguments':{'n':2}}",
     "{'return': [{'kind': 'square', 'side': 0}, {'kind': 'square', 'side': 1}]}"},
    {"{'execute':'get-shapes','arguments':{'n':0}}", "{'return': []}"},
    {"{'execute':'fail-always'}", GENERIC "failed'}}"},
    {"{'execute':'fail-always','arguments':{'class':'red'}}",
     "{'error': {'class': 'DeviceNotFound', 'desc': 'no red'}}"},
    {"{'execute':'be-silent','id':1}", NULL},
    {"{'execute':'take-boxed','arguments':{'kind':'circle','radius':2,'centre':{'name':'m'}}}",
     GENERIC "radius 2 of m'}}"},
    {"{'execute':'take-boxed','arguments':{'kind':'empty'}}", "{'return': {}}"},
    {"{'execute':'take-base','arguments':{'name':'n'}}",
     "{'return': {'name': 'none', 'note': 'n'}}"},
    {"{'execute':'hand-made','arguments':{'x':1,'y':2}}", "{'return': 2}"},
    {"{'execute':'hand-made'}", "{'return': -1}"},
    {"{'execute':'conditional','arguments':{'a':1,'b':2}}", GENERIC "3'}}"},
    {"{'execute':'conditional','arguments':{'a':1,'gone':2}}",
     "{'error': {'class': 'GenericError', 'desc': \"Parameter 'gone' is unexpected\"}}"},
    {"{'execute':'nosuch'}", NOT_FOUND "The command nosuch has not been found'}}"},
    {"{'execute':''}", NOT_FOUND "The command  has not been found'}}"},
    {"{}", "{'error': {'class': 'GenericError', 'desc': \"QMP input lacks member 'execute'\"}}"},
    {"{'id':5}", "{'id': 5, 'error': {'class': 'GenericError', 'desc': "
                 "\"QMP input lacks member 'execute'\"}}"},
    {"[]", GENERIC "QMP input must be a JSON object'}}"},
    {"5", GENERIC "QMP input must be a JSON object'}}"},
    {"{'execute':5}", "{'error': {'class': 'GenericError', 'desc': "
                      "\"QMP input member 'execute' must be a string\"}}"},
    {"{'execute':'do-nothing','arguments':[]}",
     "{'error': {'class': 'GenericError', 'desc': "
     "\"QMP input member 'arguments' must be an object\"}}"},
    {"{'execute':'do-nothing','control':{}}",
     "{'error': {'class': 'GenericError', 'desc': \"QMP input member 'control' is unexpected\"}}"},
    {"{'exec-oob':'take-boxed'}",
     "{'error': {'class': 'GenericError', 'desc': \"QMP input member 'exec-oob' is unexpected\"}}"},
};

static char *canonical(const char *json)
{
    g_autoptr(JsonNode) node = json_parse(json, -1, NULL);

    return json_write(node, false);
}

/* The reply as the protocol's own members show it; code and path ("" for none) apart from it. */
static char *dispatch_with(QmpCaller *caller, const char *request, char **ret_code)
{
    g_autoptr(JsonNode) in = json_parse(request, -1, NULL);
    g_autoptr(JsonNode) reply = NULL;

    ck_assert_int_eq(qmp_dispatch(caller, in, &reply), QMP_DONE);
    if (!reply) {
        return NULL;
    }
    JsonObject *obj = json_node_get_object(reply);
    if (json_object_has_member(obj, "error")) {
        JsonObject *e = json_object_get_object_member(obj, "error");

        if (ret_code) {
            *ret_code =
                g_strdup_printf("%s %s", json_object_get_string_member(e, "x-code"),
                                json_object_get_string_member_with_default(e, "x-path", "-"));
        }
        json_object_remove_member(e, "x-code");
        if (json_object_has_member(e, "x-path")) {
            json_object_remove_member(e, "x-path");
        }
    }
    return json_write(reply, false);
}

static char *dispatch(const char *request, bool oob, const char *only)
{
    QmpCaller caller = {.oob_enabled = oob, .only = only};

    return dispatch_with(&caller, request, NULL);
}

START_TEST(dispatch_table)
{
    module_call_init(MODULE_QMP);
    g_autofree char *got = dispatch(requests[_i].request, false, NULL);

    if (!requests[_i].reply) {
        ck_assert_ptr_null(got);
        return;
    }
    g_autofree char *want = canonical(requests[_i].reply);
    ck_assert_str_eq(got, want);
}
END_TEST

START_TEST(negotiation_and_oob)
{
    module_call_init(MODULE_QMP);
    g_autofree char *refused = dispatch("{'execute':'nosuch'}", false, "do-nothing");
    g_autofree char *taken = dispatch("{'execute':'do-nothing'}", false, "do-nothing");
    g_autofree char *oob = dispatch("{'exec-oob':'do-nothing'}", true, NULL);
    g_autofree char *oob_ok =
        dispatch("{'exec-oob':'take-boxed','arguments':{'kind':'empty'}}", true, NULL);
    g_autofree char *both =
        dispatch("{'execute':'do-nothing','exec-oob':'do-nothing'}", true, NULL);

    ck_assert(strstr(refused, "Expecting capabilities negotiation with 'do-nothing'"));
    ck_assert_str_eq(taken, "{\"return\": {}}");
    ck_assert(strstr(oob, "The command do-nothing does not support OOB"));
    ck_assert_str_eq(oob_ok, "{\"return\": {}}");
    ck_assert(strstr(both, "clashes"));
}
END_TEST

static const struct {
    const char *request, *code;
} coded[] = {
    {"[]", "request-invalid -"},
    {"{'execute':'nosuch'}", "command-not-found -"},
    {"{'execute':'get-int'}", "parameter-missing /a"},
    {"{'execute':'get-int','arguments':{'a':'x'}}", "parameter-type /a"},
    {"{'execute':'get-int','arguments':{'a':1,'c~/d':'x'}}", "parameter-unexpected /c~0~1d"},
    {"{'execute':'do-nothing','arguments':{'x':1}}", "parameter-unexpected /x"},
    {"{'execute':'fail-always','arguments':{'class':'blue'}}", "parameter-value /class"},
    {"{'execute':'fail-always','arguments':{'class':'red'}}", "not-found -"},
    {"{'execute':'fail-always'}", "unspecified -"},
    {"{'execute':'take-boxed','arguments':{'kind':'circle','radius':2,'centre':{}}}",
     "parameter-missing /centre/name"},
    {"{'execute':'take-boxed','arguments':{'kind':'square','side':2,'tags':['a','b',3]}}",
     "parameter-type /tags/2"},
};

START_TEST(codes_and_paths)
{
    QmpCaller caller = {0};
    g_autofree char *code = NULL;

    module_call_init(MODULE_QMP);
    g_autofree char *reply = dispatch_with(&caller, coded[_i].request, &code);
    ck_assert_ptr_nonnull(reply);
    ck_assert_str_eq(code, coded[_i].code);
}
END_TEST

/* ---- later replies */

typedef struct Replies {
    GString *text;
    int in_order;
} Replies;

static void take_reply(void *opaque, JsonNode *reply, bool in_order)
{
    Replies *r = opaque;
    g_autofree char *text = json_write(reply, false);

    g_string_append(r->text, text);
    r->in_order += in_order;
    json_node_unref(reply);
}

static bool refuse_all(void *opaque, const QmpCommand *cmd, Error **errp)
{
    return error_set_code(errp, ERROR_CODE_PERMISSION_DENIED, "not %s", cmd->name);
}

static QmpReply *deferred;
static int cancelled;

bool qmp_answer_later(JsonObject *args, JsonNode **ret, Error **errp)
{
    bool in_order = args && json_object_has_member(args, "in-order");

    deferred = qmp_defer(in_order);
    if (!deferred) {
        return error_set_code(errp, ERROR_CODE_UNSPECIFIED, "nobody to answer");
    }
    if (args && json_object_has_member(args, "at-once")) {
        qmp_reply_return(g_steal_pointer(&deferred), json_new_int(1));
    }
    return true;
}

static void on_cancel(void *opaque)
{
    cancelled++;
    qmp_reply_return(opaque, json_new_null());
}

static QmpOutcome start_later(QmpCaller *caller, const char *request)
{
    g_autoptr(JsonNode) in = json_parse(request, -1, NULL);
    g_autoptr(JsonNode) reply = NULL;
    QmpOutcome outcome = qmp_dispatch(caller, in, &reply);

    ck_assert(outcome == QMP_DONE || !reply);
    return outcome;
}

START_TEST(later_replies)
{
    Replies got = {.text = g_string_new(NULL)};
    QmpCaller caller = {.reply = take_reply, .opaque = &got};
    g_autoptr(GError) err = NULL;

    module_call_init(MODULE_QMP);
    ck_assert_int_eq(start_later(&caller, "{'execute':'answer-later','id':[1]}"), QMP_LATER);
    QmpReply *first = deferred;
    ck_assert_int_eq(
        start_later(&caller, "{'execute':'answer-later','id':2,'arguments':{'in-order':true}}"),
        QMP_LATER_IN_ORDER);
    qmp_reply_return(deferred, json_new_empty_object());
    ck_assert_str_eq(got.text->str, "{\"return\": {}, \"id\": 2}");
    ck_assert_int_eq(got.in_order, 1);
    g_string_truncate(got.text, 0);
    error_set_code(&err, ERROR_CODE_TIMEOUT, "late");
    qmp_reply_error(first, err);
    ck_assert_str_eq(got.text->str, "{\"id\": [1], \"error\": {\"class\": \"GenericError\", "
                                    "\"desc\": \"late\", \"x-code\": \"timeout\"}}");
    g_autofree char *now = dispatch_with(
        &caller, "{'execute':'answer-later','id':3,'arguments':{'at-once':true}}", NULL);
    ck_assert_str_eq(now, "{\"return\": 1, \"id\": 3}");
    ck_assert_ptr_null(caller.deferred);
    g_autofree char *nobody = dispatch("{'execute':'answer-later'}", false, NULL);
    ck_assert(strstr(nobody, "nobody to answer"));
    g_string_free(got.text, TRUE);
}
END_TEST

START_TEST(callers_leave)
{
    Replies got = {.text = g_string_new(NULL)};
    QmpCaller caller = {.reply = take_reply, .opaque = &got};

    module_call_init(MODULE_QMP);
    start_later(&caller, "{'execute':'answer-later'}");
    qmp_reply_on_cancel(deferred, on_cancel, deferred);
    start_later(&caller, "{'execute':'answer-later'}");
    QmpReply *orphan = deferred;
    qmp_caller_leave(&caller);
    ck_assert_int_eq(cancelled, 1);
    qmp_reply_return(orphan, json_new_empty_object());
    ck_assert_str_eq(got.text->str, "");
    g_string_free(got.text, TRUE);
}
END_TEST

START_TEST(callers_may_be_refused)
{
    QmpCaller caller = {.allow = refuse_all};
    g_autofree char *code = NULL;

    module_call_init(MODULE_QMP);
    g_autofree char *reply = dispatch_with(&caller, "{'execute':'do-nothing'}", &code);
    g_autofree char *unknown = dispatch_with(&caller, "{'execute':'nosuch'}", NULL);
    ck_assert_str_eq(code, "permission-denied -");
    ck_assert(strstr(reply, "not do-nothing") && strstr(unknown, "CommandNotFound"));
}
END_TEST

START_TEST(every_command_is_found)
{
    module_call_init(MODULE_QMP);
    ck_assert_int_eq(qmp_command_count(), 13);
    for (size_t i = 0; i < qmp_command_count(); i++) {
        ck_assert_ptr_eq(qmp_find_command(qmp_command_at(i)->name), qmp_command_at(i));
    }
    ck_assert_ptr_null(qmp_find_command("a"));
    ck_assert_ptr_null(qmp_find_command("zzz"));
    ck_assert_uint_eq(qmp_find_command("hand-made")->flags, QMP_ALLOW_PRECONFIG | QMP_FOR_OBSERVER);
    ck_assert_uint_eq(qmp_find_command("be-silent")->flags, QMP_NO_SUCCESS_RESPONSE);
}
END_TEST

/* ---- events */

static char *last_event;

static void sink(int id, const char *name, JsonNode *data)
{
    g_autofree char *text = data ? json_write(data, false) : g_strdup("-");

    g_free(last_event);
    last_event = g_strdup_printf("%d %s %s", id, name, text);
}

START_TEST(events)
{
    Base b = {.name = (char *)"n"};
    Shape s = {.kind = SHAPE_KIND_EMPTY};

    qapi_event_send_test_plain(); /* nobody listens */
    ck_assert_ptr_null(last_event);
    qapi_event_set_sink(sink);
    qapi_event_send_test_plain();
    ck_assert_str_eq(last_event, "0 TEST_PLAIN -");
    qapi_event_send_test_data("t", false, 9, NULL);
    ck_assert_str_eq(last_event, "1 TEST_DATA {\"text\": \"t\"}");
    qapi_event_send_test_data("t", true, 9, &s);
    ck_assert_str_eq(
        last_event,
        "1 TEST_DATA {\"text\": \"t\", \"count\": 9, \"shape\": {\"kind\": \"empty\"}}");
    qapi_event_send_test_boxed(&b);
    ck_assert_str_eq(last_event, "2 TEST_BOXED {\"name\": \"n\"}");
    qapi_event_send_test_first(1);
    ck_assert_str_eq(last_event, "3 TEST_FIRST {\"a\": 1}");
    qapi_event_send_test_last(2);
    ck_assert_str_eq(last_event, "4 TEST_LAST {\"a\": 2}");
    qapi_event_send_test_none();
    ck_assert_str_eq(last_event, "5 TEST_NONE {}");
    qapi_event_send_test_some(3, true, 4);
    ck_assert_str_eq(last_event, "6 TEST_SOME {\"x\": 3, \"y\": 4}");
    qapi_event_set_sink(NULL);
}
END_TEST

/* ---- introspection */

static JsonObject *entry(JsonNode *all, const char *name)
{
    JsonArray *array = json_node_get_array(all);

    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonObject *obj = json_array_get_object_element(array, i);

        if (!strcmp(json_object_get_string_member(obj, "name"), name)) {
            return obj;
        }
    }
    ck_abort_msg("no entry '%s'", name);
    return NULL;
}

static void check_entry(JsonNode *all, const char *name, const char *json)
{
    g_autoptr(JsonNode) node = json_new_object(json_object_ref(entry(all, name)));
    g_autofree char *got = json_write(node, false);
    g_autofree char *want = canonical(json);

    ck_assert_str_eq(got, want);
}

START_TEST(introspection)
{
    g_autoptr(JsonNode) all =
        qapi_introspect(&test_qapi_interface, (QapiIntrospectOptions){.names = true});

    check_entry(all, "get-int",
                "{'name':'get-int','meta-type':'command','arg-type':'q_get_int_arg',"
                "'ret-type':'int'}");
    check_entry(all, "take-boxed",
                "{'name':'take-boxed','meta-type':'command','arg-type':'Shape',"
                "'ret-type':'q_empty','allow-oob':true}");
    check_entry(all, "take-base",
                "{'name':'take-base','meta-type':'command','features':['unstable'],"
                "'arg-type':'Base','ret-type':'Base'}");
    check_entry(all, "Shape",
                "{'name':'Shape','meta-type':'object','members':[{'name':'kind','type':"
                "'ShapeKind'},{'name':'label','type':'str','default':null}],'tag':'kind',"
                "'variants':[{'case':'square','type':'Square'},{'case':'circle','type':'Circle'},"
                "{'case':'empty','type':'q_empty'}]}");
    check_entry(all, "Colour",
                "{'name':'Colour','meta-type':'enum','members':[{'name':'red'},{'name':"
                "'dark-green','features':['unstable']},{'name':'x-1'}],'values':['red',"
                "'dark-green','x-1']}");
    check_entry(all, "[Shape]", "{'name':'[Shape]','meta-type':'array','element-type':'Shape'}");
    check_entry(all, "int", "{'name':'int','meta-type':'builtin','json-type':'int'}");
    check_entry(all, "any", "{'name':'any','meta-type':'builtin','json-type':'value'}");
    check_entry(all, "TEST_BOXED",
                "{'name':'TEST_BOXED','meta-type':'event','features':['deprecated'],"
                "'arg-type':'Base'}");
}
END_TEST

START_TEST(introspection_with_docs)
{
    QapiIntrospectOptions docs = {.names = true, .docs = true};
    g_autoptr(JsonNode) all = qapi_introspect(&test_qapi_interface, docs);

    check_entry(all, "hand-made",
                "{'name':'hand-made','meta-type':'command','x-doc':'Counts.\\n\\nOnly that.',"
                "'x-since':'1.0','arg-type':'q_hand_made_arg','ret-type':'int','x-returns':"
                "'how many','x-role':'observer','x-phases':['preconfig','machine']}");
    check_entry(all, "q_hand_made_arg",
                "{'name':'q_hand_made_arg','meta-type':'object','members':[{'name':'x','type':"
                "'int','x-doc':'one \\u00e9\\nof them'}]}");
    check_entry(all, "take-boxed",
                "{'name':'take-boxed','meta-type':'command','arg-type':'Shape',"
                "'ret-type':'q_empty','allow-oob':true,'x-role':'admin','x-phases':['machine']}");
    check_entry(all, "ShapeKind",
                "{'name':'ShapeKind','meta-type':'enum','x-doc':'Kinds.','members':[{'name':"
                "'square','x-doc':'four'},{'name':'circle','x-doc':'none'},{'name':'empty'}],"
                "'values':['square','circle','empty']}");
    check_entry(all, "uint8", "{'name':'uint8','meta-type':'builtin','json-type':'int'}");
}
END_TEST

/* Every reference leads to an entry, and no name comes twice. */
START_TEST(introspection_is_closed)
{
    g_autoptr(JsonNode) all = qapi_introspect(&test_qapi_interface, (QapiIntrospectOptions){0});
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    JsonArray *array = json_node_get_array(all);
    static const char *const refs[] = {"arg-type", "ret-type", "element-type"};

    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonObject *obj = json_array_get_object_element(array, i);

        ck_assert(g_hash_table_add(names, (void *)json_object_get_string_member(obj, "name")));
    }
    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonObject *obj = json_array_get_object_element(array, i);

        for (size_t j = 0; j < G_N_ELEMENTS(refs); j++) {
            if (json_object_has_member(obj, refs[j])) {
                ck_assert(
                    g_hash_table_contains(names, json_object_get_string_member(obj, refs[j])));
            }
        }
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("qapi");
    TCase *tc = tcase_create("qapi");

    tcase_add_loop_test(tc, value_table, 0, G_N_ELEMENTS(values));
    tcase_add_test(tc, text_form);
    tcase_add_test(tc, enums);
    tcase_add_test(tc, lists_grow);
    tcase_add_loop_test(tc, dispatch_table, 0, G_N_ELEMENTS(requests));
    tcase_add_test(tc, negotiation_and_oob);
    tcase_add_loop_test(tc, codes_and_paths, 0, G_N_ELEMENTS(coded));
    tcase_add_test(tc, later_replies);
    tcase_add_test(tc, callers_leave);
    tcase_add_test(tc, callers_may_be_refused);
    tcase_add_test(tc, every_command_is_found);
    tcase_add_test(tc, events);
    tcase_add_test(tc, introspection);
    tcase_add_test(tc, introspection_with_docs);
    tcase_add_test(tc, introspection_is_closed);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
