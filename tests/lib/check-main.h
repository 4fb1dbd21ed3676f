/* SPDX-License-Identifier: MIT */
/* main() of a unit test: runs the suites that make_suite() built and prints TAP. */
#ifndef TESTS_LIB_CHECK_MAIN_H
#define TESTS_LIB_CHECK_MAIN_H

#include <check.h>
#include <stdlib.h>

/* TEST_MAIN(make_suite); each test runs in a process of its own unless CK_FORK=no. */
#define TEST_MAIN(make_suite)                        \
    int main(void)                                   \
    {                                                \
        SRunner *sr = srunner_create(make_suite());  \
        srunner_set_tap(sr, "-");                    \
        srunner_run_all(sr, CK_SILENT);              \
        int failed = srunner_ntests_failed(sr);      \
        srunner_free(sr);                            \
        return failed ? EXIT_FAILURE : EXIT_SUCCESS; \
    }

#endif
