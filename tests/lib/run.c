/* SPDX-License-Identifier: MIT */
/* A program that runs to its end, with what it printed. */
#include "tests/lib/run.h"

#include <glib/gstdio.h>
#include <sys/wait.h>

RunResult run_program(const char *dir, const char *program, const char *const *args)
{
    g_autoptr(GStrvBuilder) b = g_strv_builder_new();
    g_autofree char *path = g_canonicalize_filename(program, NULL);
    g_autoptr(GError) err = NULL;
    RunResult r = {0};
    int status = 0;

    g_strv_builder_add_many(b, "timeout", "-k", "1", "20", path, NULL);
    g_strv_builder_addv(b, (const char **)args);
    g_auto(GStrv) argv = g_strv_builder_end(b);
    if (!g_spawn_sync(dir, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &r.out, &r.err, &status,
                      &err)) {
        return (RunResult){-1, g_strdup(""), g_strdup(err->message)};
    }
    r.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return r;
}

void run_result_clear(RunResult *r)
{
    g_clear_pointer(&r->out, g_free);
    g_clear_pointer(&r->err, g_free);
}

unsigned run_count_files(const char *dir)
{
    g_autoptr(GDir) d = g_dir_open(dir, 0, NULL);
    unsigned n = 0;

    while (d && g_dir_read_name(d)) {
        n++;
    }
    return n;
}

char *run_make_dir(void)
{
    return g_dir_make_tmp("poise-test-XXXXXX", NULL);
}

static void empty_dir(const char *dir)
{
    g_autoptr(GDir) d = g_dir_open(dir, 0, NULL);
    const char *name;

    while (d && (name = g_dir_read_name(d))) {
        g_autofree char *path = g_build_filename(dir, name, NULL);

        if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK)) {
            empty_dir(path);
        }
        (void)g_remove(path);
    }
}

void run_remove_dir(char *dir)
{
    empty_dir(dir);
    (void)g_remove(dir);
    g_free(dir);
}
