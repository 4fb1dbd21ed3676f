/* SPDX-License-Identifier: MIT */
/* Sizes, integers and switches: what is taken, with which value, and what is refused. */
#include "util/size.h"

#include "tests/lib/check-main.h"

static const struct {
    const char *text;
    bool ok;
    uint64_t value;
} sizes[] = {
    {"0", true, 0},
    {"1", true, 1},
    {"1B", true, 1},
    {"1k", true, 1024},
    {"1K", true, 1024},
    {"1.5k", true, 1536},
    {"0.5M", true, 512 << 10},
    {"4g", true, 4ull << 30},
    {"2T", true, 2ull << 40},
    {"3P", true, 3ull << 50},
    {"15E", true, 15ull << 60},
    {"15.999999999999999999E", true, 18446744073709551614u},
    {"18446744073709551615", true, UINT64_MAX},
    {"0x10", true, 16},
    {"0Xffffffffffffffff", true, UINT64_MAX},
    {"1.k", true, 1024},
    {"18446744073709551616", false, 0},
    {"16E", false, 0},
    {"0x10000000000000000", false, 0},
    {"", false, 0},
    {"k", false, 0},
    {"-1", false, 0},
    {"+1", false, 0},
    {" 1", false, 0},
    {"1 ", false, 0},
    {"1Z", false, 0},
    {"1kk", false, 0},
    {"0x", false, 0},
    {"0x1k", false, 0},
    {"1.5", false, 0},
    {"1.5B", false, 0},
    {".5k", false, 0},
    {"1,5k", false, 0},
    {"0x-1", false, 0},
};

START_TEST(size_table)
{
    uint64_t v = 42;
    g_autoptr(GError) err = NULL;
    bool ok = parse_size(sizes[_i].text, &v, &err);

    ck_assert_msg(ok == sizes[_i].ok, "'%s': %s", sizes[_i].text, ok ? "taken" : err->message);
    if (ok) {
        ck_assert_msg(v == sizes[_i].value, "'%s' gave %" G_GUINT64_FORMAT, sizes[_i].text, v);
    } else {
        ck_assert_ptr_nonnull(strstr(err->message, sizes[_i].text));
    }
}
END_TEST

START_TEST(default_unit)
{
    uint64_t v;

    ck_assert(parse_size_unit("128", 'M', &v, NULL) && v == 128 << 20);
    ck_assert(parse_size_unit("1.5", 'M', &v, NULL) && v == 3 << 19);
    ck_assert(parse_size_unit("128k", 'M', &v, NULL) && v == 128 << 10);
    ck_assert(parse_size_unit("0x10", 'M', &v, NULL) && v == 16);
    ck_assert(!parse_size_unit("99999999999999999", 'M', &v, NULL));
}
END_TEST

START_TEST(integers)
{
    uint64_t u;
    int64_t i;

    ck_assert(parse_uint64("0x1f", &u, NULL) && u == 31);
    ck_assert(parse_uint64("18446744073709551615", &u, NULL) && u == UINT64_MAX);
    ck_assert(!parse_uint64("18446744073709551616", &u, NULL));
    ck_assert(!parse_uint64("-1", &u, NULL) && !parse_uint64("", &u, NULL));
    ck_assert(!parse_uint64("1x", &u, NULL) && !parse_uint64(" 1", &u, NULL));
    ck_assert(parse_int64("-9223372036854775808", &i, NULL) && i == INT64_MIN);
    ck_assert(!parse_int64("9223372036854775808", &i, NULL));
    ck_assert(!parse_int64("-", &i, NULL) && !parse_int64("--1", &i, NULL));
}
END_TEST

START_TEST(switches)
{
    bool b = true;

    ck_assert(parse_bool("off", &b, NULL) && !b);
    ck_assert(parse_bool("on", &b, NULL) && b);
    ck_assert(parse_bool("n", &b, NULL) && !b);
    ck_assert(parse_bool("true", &b, NULL) && b);
    ck_assert(!parse_bool("ON", &b, NULL) && !parse_bool("", &b, NULL));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("size");
    TCase *tc = tcase_create("size");

    tcase_add_loop_test(tc, size_table, 0, G_N_ELEMENTS(sizes));
    tcase_add_test(tc, default_unit);
    tcase_add_test(tc, integers);
    tcase_add_test(tc, switches);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
