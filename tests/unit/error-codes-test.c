/* SPDX-License-Identifier: MIT */
/* The schema documents exactly the error codes and classes that there are. */
#include "gen/qapi-types.h"

#include "tests/lib/check-main.h"

START_TEST(codes_are_documented)
{
    ck_assert_int_eq(QAPI_ERROR_CODE__MAX, ERROR_CODE__MAX);
    for (int i = 0; i < ERROR_CODE__MAX; i++) {
        ck_assert_str_eq(QapiErrorCode_str((QapiErrorCode)i), error_code_name((ErrorCode)i));
    }
}
END_TEST

START_TEST(classes_are_documented)
{
    for (int i = 0; i < QAPI_ERROR_CLASS__MAX; i++) {
        g_autoptr(GError) err = NULL;

        error_set_class(&err, (ErrorClass)i, "x");
        ck_assert_str_eq(error_class_name(err), QapiErrorClass_str((QapiErrorClass)i));
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("error-codes");
    TCase *tc = tcase_create("error-codes");

    tcase_add_test(tc, codes_are_documented);
    tcase_add_test(tc, classes_are_documented);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
