/* SPDX-License-Identifier: MIT */
/* A program that runs to its end, with what it printed. */
#ifndef TESTS_LIB_RUN_H
#define TESTS_LIB_RUN_H

#include <glib.h>

typedef struct RunResult {
    int status; /* exit status; 128 and a signal; 124: it was ended after 20 seconds */
    char *out, *err;
} RunResult;

/* Runs program (a path) with args (NULL-terminated) in dir, without input. */
RunResult run_program(const char *dir, const char *program, const char *const *args);
void run_result_clear(RunResult *r);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RunResult, run_result_clear)

/* Files in a directory. */
unsigned run_count_files(const char *dir);
/* A new temporary directory, removed with everything in it. (transfer full) */
char *run_make_dir(void);
void run_remove_dir(char *dir);

#endif
