/* SPDX-License-Identifier: MIT */
/* The command line becomes the configuration; what does not fit is an error that names it. */
#include "softmmu/options.h"

#include "gen/qapi-visit.h"
#include "softmmu/configuration.h"
#include "util/json.h"

#include "tests/lib/check-main.h"
#include "util/keyval.h"
#include <string.h>
#include <unistd.h>

static bool parse(CommandLine *cl, Error **errp, ...)
{
    char *argv[32] = {(char *)"poise-system-aarch64"};
    int argc = 1;
    va_list ap;

    va_start(ap, errp);
    for (char *word; (word = va_arg(ap, char *));) {
        argv[argc++] = word;
    }
    va_end(ap);
    return options_parse(argc, argv, cl, errp);
}

START_TEST(fields)
{
    g_auto(CommandLine) cl = {0};
    GError *err = NULL;

    ck_assert(parse(&cl, NULL, "-M", "virt,gic-version=3,accel=kvm:tcg,kernel=k", "-smp",
                    "4,sockets=2,cores=2", "-m", "1G", "-append", "a=b,c", "-name",
                    "guest=g,,1,debug-threads=on", "-uuid", "3C5E4F7E-1111-2222-3333-444455556666",
                    "-cpu", "max,+pmu,-aes,x=1", "-S", "-qmp", "stdio", "-serial", "null",
                    "-global", "pl011.x=1", "-device", "{\"driver\": \"d\", \"n\": 1}",
                    "-no-reboot", "-action", "panic=none", NULL));
    g_autoptr(Config) c = config_from_doc(cl.doc, &err);
    ck_assert_msg(c, "%s", err ? err->message : "");
    const MachineConfig *m = c->machine;
    ck_assert_str_eq(m->type, "virt");
    ck_assert_str_eq(keyval_get(json_node_get_object(m->props), "gic-version"), "3");
    ck_assert_uint_eq(c->accel->n, 2);
    ck_assert_str_eq(c->accel->items[1]->accel, "tcg");
    ck_assert(m->smp->cpus == 4 && m->smp->sockets == 2 && m->smp->cores == 2);
    ck_assert(!m->smp->has_threads);
    ck_assert_uint_eq(m->memory->size, 1ull << 30);
    ck_assert_str_eq(m->boot->kernel, "k");
    ck_assert_str_eq(m->boot->append, "a=b,c");
    ck_assert_str_eq(m->identity->name, "g,1");
    ck_assert_str_eq(m->identity->uuid, "3c5e4f7e-1111-2222-3333-444455556666");
    ck_assert_str_eq(m->cpu->model, "max");
    ck_assert_str_eq(keyval_get(json_node_get_object(m->cpu->features), "aes"), "off");
    ck_assert_str_eq(m->serials->items[0], "serial0");
    ck_assert(c->has_paused && c->paused && m->identity->debug_threads);
    ck_assert_uint_eq(c->chardevs->n, 2);
    ck_assert_uint_eq(c->monitors->n, 1);
    ck_assert_str_eq(c->monitors->items[0]->chardev, "compat_monitor0");
    ck_assert_str_eq(c->globals->items[0]->property, "x");
    ck_assert(c->action->reboot == REBOOT_ACTION_SHUTDOWN);
    ck_assert(c->action->panic == PANIC_ACTION_NONE && !c->action->has_watchdog);
    ck_assert_int_eq(json_object_get_int_member(json_node_get_object(c->devices->items[0]), "n"),
                     1);
}
END_TEST

START_TEST(later_options_win)
{
    g_auto(CommandLine) cl = {0};

    ck_assert(parse(&cl, NULL, "-kernel", "a", "-kernel", "b", "-m", "64", "-m", "128", "-cpu",
                    "max,x=1", "-cpu", "cortex-a53", NULL));
    g_autoptr(Config) c = config_from_doc(cl.doc, NULL);
    ck_assert_str_eq(c->machine->boot->kernel, "b");
    ck_assert_uint_eq(c->machine->memory->size, 128ull << 20);
    ck_assert_str_eq(c->machine->cpu->model, "cortex-a53");
    ck_assert_ptr_null(c->machine->cpu->features);
}
END_TEST

START_TEST(name_of_the_program)
{
    char *argv[] = {(char *)"/usr/bin/qemu-system-aarch64", NULL};
    g_auto(CommandLine) cl = {0};

    ck_assert(options_parse(1, argv, &cl, NULL));
    g_autoptr(Config) c = config_from_doc(cl.doc, NULL);
    ck_assert(c->has_paused && !c->paused);
}
END_TEST

/* What a file says is what the options would have said. */
START_TEST(files_say_the_same)
{
    g_autofree char *dir = g_dir_make_tmp("options-XXXXXX", NULL);
    g_autofree char *ini = g_build_filename(dir, "x.ini", NULL);
    g_autofree char *json = g_build_filename(dir, "x.json", NULL);
    g_auto(CommandLine) words = {0}, sections = {0}, document = {0};
    GError *err = NULL;

    ck_assert(parse(&words, NULL, "-M", "virt,gic-version=3", "-m", "1G", "-device", "d,id=x,a=1",
                    "-set", "device.x.b=2", NULL));
    g_autoptr(JsonNode) expected = json_new_object(json_object_ref(words.doc));
    g_autofree char *expected_text = json_write(expected, true);
    ck_assert(g_file_set_contents(ini,
                                  "# remark\n[machine]\n  type = \"virt\"\n gic-version=\"3\"\n"
                                  "[memory]\nsize = \"1G\"\n\n[device \"x\"]\r\n"
                                  "driver = \"d\"\na = \"1\"\nb = \"2\"\n",
                                  -1, NULL));
    ck_assert(g_file_set_contents(json, expected_text, -1, NULL));
    ck_assert_msg(parse(&sections, &err, "-readconfig", ini, NULL), "%s", err ? err->message : "");
    ck_assert_msg(parse(&document, &err, "--config", json, NULL), "%s", err ? err->message : "");
    g_autoptr(Config) a = config_from_doc(words.doc, NULL), b = config_from_doc(sections.doc, NULL);
    g_autoptr(JsonNode) na = qapi_Config_to_json(a), nb = qapi_Config_to_json(b);
    ck_assert(json_node_equal(na, nb));
    g_autoptr(JsonNode) doc = json_new_object(json_object_ref(document.doc));
    ck_assert(json_node_equal(expected, doc));
    unlink(ini);
    unlink(json);
    rmdir(dir);
}
END_TEST

START_TEST(dry_run_collects)
{
    g_auto(CommandLine) cl = {0};

    ck_assert(parse(&cl, NULL, "-smp", "x", "-foo", "-m", "abc", "--dry-run", "stray", NULL));
    ck_assert_uint_eq(cl.errors->len, 4);
    ck_assert_str_eq(error_path(cl.errors->pdata[0]), "/machine/smp/cpus");
    ck_assert_str_eq(error_path(cl.errors->pdata[2]), "/machine/memory");
}
END_TEST

static const struct {
    const char *option, *argument, *message;
} refused[] = {
    {"-nosuch", NULL, "-nosuch: invalid option"},
    {"stray", NULL, "stray: unexpected argument, not an option"},
    {"-kernel", NULL, "-kernel: requires an argument"},
    {"-m", "abc", "-m abc: Parameter 'size' expects a non-negative number below 2^64"},
    {"-m", "1,x=2", "-m 1,x=2: Invalid parameter 'x'"},
    {"-smp", "x", "-smp x: Parameter 'cpus' expects integer"},
    {"-action", "reboot=x", "-action reboot=x: Parameter 'reboot' does not accept value 'x'"},
    {"-readconfig", "/nope",
     "-readconfig /nope: Could not open '/nope': No such file or directory"},
    {"-set", "x", "-set x: can't parse: \"x\"; expected GROUP.ID.PROPERTY=VALUE"},
    {"-set", "device.x.y=1", "-set device.x.y=1: there is no device \"x\" defined"},
    {"-smp", "dies=2", "-smp dies=2: Invalid parameter 'dies'"},
    {"-uuid", "x", "-uuid x: failed to parse UUID string: wrong format"},
    {"-global", "x", "-global x: Expected '=' after parameter 'x'"},
};

START_TEST(refusals)
{
    g_autoptr(GError) err = NULL;
    g_auto(CommandLine) cl = {0};

    ck_assert(!parse(&cl, &err, refused[_i].option, refused[_i].argument, NULL));
    ck_assert_str_eq(err->message, refused[_i].message);
    ck_assert_int_ne(error_code(err), ERROR_CODE_UNSPECIFIED);
}
END_TEST

START_TEST(every_option_says_what_it_is)
{
    for (const OptionDef *o = option_table; o->name; o++) {
        ck_assert_msg(o->help && *o->help, "-%s has no help", o->name);
        ck_assert_msg((o->form == OPTION_FLAG) == !o->argument, "-%s", o->name);
        ck_assert_msg(o->apply || !o->path || config_type_at(o->path), "-%s", o->name);
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("options");
    TCase *tc = tcase_create("options");

    tcase_add_test(tc, fields);
    tcase_add_test(tc, later_options_win);
    tcase_add_test(tc, name_of_the_program);
    tcase_add_test(tc, files_say_the_same);
    tcase_add_test(tc, dry_run_collects);
    tcase_add_loop_test(tc, refusals, 0, (int)G_N_ELEMENTS(refused));
    tcase_add_test(tc, every_option_says_what_it_is);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
