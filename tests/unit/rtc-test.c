/* SPDX-License-Identifier: MIT */
/* Where the guest's time of day starts, and what moves it. */
#include "softmmu/rtc.h"

#include "tests/lib/check-main.h"

#define NS_PER_S 1000000000ll

static bool configure(const char *base, bool has_clock, RtcClock clock, Error **errp)
{
    const RtcConfig c = {.base = (char *)base, .has_clock = has_clock, .clock = clock};

    return rtc_configure(&c, errp);
}

static int64_t now_s(void)
{
    return (clock_now_ns(rtc_clock()) + rtc_offset_ns()) / NS_PER_S;
}

START_TEST(utc)
{
    ck_assert(configure(NULL, false, 0, NULL));
    ck_assert_int_eq(rtc_clock(), CLOCK_TYPE_HOST);
    ck_assert_int_eq(rtc_offset_ns(), 0);
    ck_assert(configure("utc", true, RTC_CLOCK_RT, NULL));
    ck_assert_int_eq(rtc_clock(), CLOCK_TYPE_REALTIME);
    ck_assert_int_le(llabs(now_s() - g_get_real_time() / G_USEC_PER_SEC), 1);
}
END_TEST

START_TEST(local_time)
{
    g_setenv("TZ", "XYZ-3", TRUE);
    ck_assert(configure("localtime", false, 0, NULL));
    ck_assert_int_le(llabs(now_s() - 3 * 3600 - g_get_real_time() / G_USEC_PER_SEC), 1);
}
END_TEST

START_TEST(dates)
{
    static const struct {
        const char *base;
        int64_t s;
    } good[] = {{"1970-01-01", 0},
                {"2006-06-17", 1150502400},
                {"2006-06-17T16:01:21", 1150560081},
                {"2020-02-29T23:59:59", 1583020799},
                {"2038-01-19T03:14:08", 2147483648}};

    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        ck_assert(configure(good[i].base, true, RTC_CLOCK_VM, NULL));
        ck_assert_int_eq(rtc_clock(), CLOCK_TYPE_VIRTUAL);
        /* The clock stands still while nothing runs. */
        ck_assert_int_eq(now_s(), good[i].s);
    }
}
END_TEST

START_TEST(no_dates)
{
    static const char *const bad[] = {"",           "noon",        "2006",   "2006-13-01",
                                      "2021-02-29", "2006-06-17T", "99-1-1", "2006-06-17T25:00:00"};

    ck_assert(configure("2006-06-17", true, RTC_CLOCK_VM, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(Error) err = NULL;

        ck_assert_msg(!configure(bad[i], true, RTC_CLOCK_HOST, &err), "%s", bad[i]);
        ck_assert_int_eq(error_code(err), ERROR_CODE_PARAMETER_VALUE);
        ck_assert_str_eq(error_path(err), "/machine/rtc/base");
        ck_assert_int_eq(now_s(), 1150502400);
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("rtc");
    TCase *tc = tcase_create("rtc");

    tcase_add_test(tc, utc);
    tcase_add_test(tc, local_time);
    tcase_add_test(tc, dates);
    tcase_add_test(tc, no_dates);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
