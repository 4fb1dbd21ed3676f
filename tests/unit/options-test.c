/* SPDX-License-Identifier: MIT */
/* The command line becomes the configuration; what does not fit is an error that names it. */
#include "softmmu/configuration.h"
#include "softmmu/options.h"

#include "tests/lib/check-main.h"
#include "util/keyval.h"
#include <string.h>

static bool parse(Config *cfg, Error **errp, ...)
{
    char *argv[32] = {(char *)"poise-system-aarch64"};
    int argc = 1;
    va_list ap;

    va_start(ap, errp);
    for (char *word; (word = va_arg(ap, char *));) {
        argv[argc++] = word;
    }
    va_end(ap);
    return options_parse(argc, argv, cfg, errp);
}

START_TEST(fields)
{
    Config cfg;

    ck_assert(parse(&cfg, NULL, "-M", "virt,gic-version=3,accel=kvm:tcg", "-smp",
                    "4,sockets=2,cores=2", "-m", "1G", "--kernel", "k", "-append", "a=b,c", "-name",
                    "guest=g,,1,debug-threads=on", "-uuid", "3C5E4F7E-1111-2222-3333-444455556666",
                    "-S", "-qmp", "stdio", "-serial", "null", "-global", "pl011.x=1", "-device",
                    "{\"driver\": \"d\", \"n\": 1}", NULL));
    ck_assert_str_eq(cfg.machine_type, "virt");
    ck_assert_str_eq(keyval_get(cfg.machine_props, "gic-version"), "3");
    ck_assert_uint_eq(cfg.accels->len, 2);
    ck_assert_str_eq(g_ptr_array_index(cfg.accels, 1), "tcg");
    ck_assert(cfg.smp.cpus == 4 && cfg.smp.sockets == 2 && cfg.smp.cores == 2);
    ck_assert_uint_eq(cfg.memory_bytes, 1ull << 30);
    ck_assert_str_eq(cfg.append, "a=b,c");
    ck_assert_str_eq(cfg.name, "g,1");
    ck_assert_str_eq(cfg.uuid, "3c5e4f7e-1111-2222-3333-444455556666");
    ck_assert(cfg.start_paused && !cfg.run && cfg.debug_threads);
    ck_assert_uint_eq(cfg.monitors->len, 1);
    const GlobalProperty *g = g_ptr_array_index(cfg.globals, 0);
    ck_assert(!strcmp(g->driver, "pl011") && !strcmp(g->property, "x") && !strcmp(g->value, "1"));
    const ConfigItem *dev = g_ptr_array_index(cfg.devices, 0);
    ck_assert_int_eq(json_object_get_int_member(dev->props, "n"), 1);
    config_clear(&cfg);
}
END_TEST

START_TEST(later_options_win)
{
    Config cfg;

    ck_assert(parse(&cfg, NULL, "-kernel", "a", "-kernel", "b", "-m", "64", "-m", "128", NULL));
    ck_assert_str_eq(cfg.kernel, "b");
    ck_assert_uint_eq(cfg.memory_bytes, 128ull << 20);
    config_clear(&cfg);
}
END_TEST

START_TEST(name_of_the_program)
{
    Config cfg;

    config_init(&cfg, "/usr/bin/qemu-system-aarch64");
    ck_assert(cfg.run);
    config_clear(&cfg);
    config_init(&cfg, "/usr/bin/poise-system-aarch64");
    ck_assert(!cfg.run);
    config_clear(&cfg);
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
    {"-smp", "-1", "-smp -1: Parameter 'cpus' expects a number"},
    {"-smp", "cores=0",
     "-smp cores=0: Invalid CPU topology: CPU topology parameters must be greater than zero"},
    {"-smp", "32768", "-smp 32768: Parameter 'cpus' expects a number up to 32767"},
    {"-smp", "dies=2", "-smp dies=2: Invalid parameter 'dies'"},
    {"-uuid", "x", "-uuid x: failed to parse UUID string: wrong format"},
    {"-monitor", "stdio", "-monitor stdio: only 'none' is supported"},
    {"-global", "x", "-global x: Expected '=' after parameter 'x'"},
};

START_TEST(refusals)
{
    g_autoptr(GError) err = NULL;
    Config cfg;

    ck_assert(!parse(&cfg, &err, refused[_i].option, refused[_i].argument, NULL));
    ck_assert_str_eq(err->message, refused[_i].message);
    config_clear(&cfg);
}
END_TEST

START_TEST(every_option_says_what_it_is)
{
    for (const OptionDef *o = option_table; o->name; o++) {
        ck_assert_msg(o->help && *o->help, "-%s has no help", o->name);
        ck_assert_msg((o->form == OPTION_FLAG) == !o->argument, "-%s", o->name);
        ck_assert_msg(o->apply != NULL, "-%s", o->name);
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
    tcase_add_loop_test(tc, refusals, 0, (int)G_N_ELEMENTS(refused));
    tcase_add_test(tc, every_option_says_what_it_is);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
