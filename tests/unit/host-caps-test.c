/* SPDX-License-Identifier: MIT */
/* What the host can do, compared with what its kernel says, and levels that hide some of it. */
#include "accel/tcg/host-caps.h"

#include "tests/lib/check-main.h"
#include <stdio.h>
#include <string.h>

static const struct {
    uint32_t cap;
    const char *flags; /* of /proc/cpuinfo: all of them */
    HostLevel lowest;  /* that it is used with */
} caps[] = {
    {HOST_PCLMUL, "pclmulqdq", HOST_LEVEL_SSE4},
    {HOST_SSE42, "sse4_2", HOST_LEVEL_SSE4},
    {HOST_POPCNT, "popcnt", HOST_LEVEL_SSE4},
    {HOST_AES, "aes", HOST_LEVEL_SSE4},
    {HOST_SHA, "sha_ni", HOST_LEVEL_SSE4},
    {HOST_FMA, "fma avx", HOST_LEVEL_AVX2},
    {HOST_AVX, "avx", HOST_LEVEL_AVX2},
    {HOST_AVX2, "avx2", HOST_LEVEL_AVX2},
    {HOST_BMI1, "bmi1", HOST_LEVEL_AVX2},
    {HOST_BMI2, "bmi2", HOST_LEVEL_AVX2},
    {HOST_LZCNT, "abm", HOST_LEVEL_AVX2},
    {HOST_F16C, "f16c", HOST_LEVEL_AVX2},
    {HOST_GFNI, "gfni", HOST_LEVEL_AVX2},
    {HOST_VPCLMUL, "vpclmulqdq", HOST_LEVEL_AVX2},
    {HOST_AVX512, "avx512f avx512vl avx512dq avx512bw", HOST_LEVEL_AVX512},
};

#ifdef __x86_64__
/* The words of the kernel's line, with a blank around each. */
static char *kernel_flags(void)
{
    FILE *f = fopen("/proc/cpuinfo", "re");
    char *line = NULL;
    size_t size = 0;
    ssize_t n = 0;

    ck_assert_ptr_nonnull(f);
    while (n >= 0 && !(line && g_str_has_prefix(line, "flags"))) {
        n = getline(&line, &size, f);
    }
    fclose(f);
    ck_assert_int_gt(n, 0);
    line[n - 1] = ' ';
    return line;
}

static bool has_all(const char *flags, const char *wanted)
{
    g_auto(GStrv) words = g_strsplit(wanted, " ", -1);
    bool all = true;

    for (char **w = words; *w; w++) {
        g_autofree char *word = g_strconcat(" ", *w, " ", NULL);

        all = all && strstr(flags, word);
    }
    return all;
}

START_TEST(as_the_kernel_says)
{
    char *flags = kernel_flags();

    for (size_t i = 0; i < G_N_ELEMENTS(caps); i++) {
        ck_assert_msg(host_has(caps[i].cap) == has_all(flags, caps[i].flags), "%s", caps[i].flags);
    }
    free(flags);
}
END_TEST
#else
START_TEST(as_the_kernel_says)
{
    for (size_t i = 0; i < G_N_ELEMENTS(caps); i++) {
        ck_assert(!host_has(caps[i].cap));
    }
}
END_TEST
#endif

START_TEST(levels_hide)
{
    uint32_t all = host_caps_find();

    for (HostLevel level = HOST_LEVEL_SSE4; level <= HOST_LEVEL_AVX512; level++) {
        Error *err = NULL;
        bool there = true;

        for (size_t i = 0; i < G_N_ELEMENTS(caps); i++) {
            uint32_t optional = HOST_PCLMUL | HOST_AES | HOST_SHA | HOST_GFNI | HOST_VPCLMUL;

            there = there && (caps[i].lowest > level || caps[i].cap & (all | optional));
        }
        ck_assert(host_level_check(level, &err) == there);
        if (err) {
            ck_assert_ptr_nonnull(strstr(err->message, "This host's CPU is not of level "));
            g_error_free(err);
            continue;
        }
        host_level_set(level);
        for (size_t i = 0; i < G_N_ELEMENTS(caps); i++) {
            ck_assert(host_has(caps[i].cap) ==
                      (caps[i].lowest <= level && (all & caps[i].cap) != 0));
        }
    }
    ck_assert(host_level_check(HOST_LEVEL_AUTO, NULL));
    host_level_set(HOST_LEVEL_AUTO);
    ck_assert_uint_eq(host_caps_cache, all);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("host-caps");
    TCase *tc = tcase_create("host-caps");

    tcase_add_test(tc, as_the_kernel_says);
    tcase_add_test(tc, levels_hide);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
