/* SPDX-License-Identifier: MIT */
/* What QMP costs: operations for each second of CPU time of the emulator, ours over the peer's,
 * runs alternating. Usage: qmp POISE PEER */
#include "tests/lib/qmp-client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNS = 5, N_MONITORS = 32 };

typedef struct Bench {
    const char *name;
    const char *machine;
    int (*run)(QmpClient **clients); /* returns how many operations it did */
    int n_clients;
} Bench;

static void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(EXIT_FAILURE);
}

/* Nanoseconds on the CPU, summed over the threads. */
static double cpu_ns_of(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task", (int)pid);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *task;
    double total = 0;

    while (dir && (task = g_dir_read_name(dir))) {
        g_autofree char *file = g_strdup_printf("%s/%s/schedstat", path, task);
        g_autofree char *text = NULL;

        if (g_file_get_contents(file, &text, NULL, NULL)) {
            total += g_ascii_strtod(text, NULL);
        }
    }
    return total;
}

/* Sends n times `request`, `depth` at a time, and takes the answers. */
static void repeat(QmpClient *c, const char *request, int n, int depth)
{
    g_autoptr(GString) burst = g_string_new(NULL);

    for (int i = 0; i < depth; i++) {
        g_string_append(burst, request);
    }
    for (int i = 0; i < n; i += depth) {
        if (!qmp_client_send(c, burst->str, NULL)) {
            fail("a session ended");
        }
        for (int k = 0; k < depth; k++) {
            g_autofree char *line = qmp_client_read_line(c, QMP_CLIENT_TIMEOUT_MS, NULL);

            if (!line) {
                fail("no answer");
            }
        }
    }
}

/* ---- what is measured */

static int status_1(QmpClient **clients)
{
    repeat(clients[0], "{\"execute\": \"query-status\"}\n", 5000, 1);
    return 5000;
}

static int status_64(QmpClient **clients)
{
    repeat(clients[0], "{\"execute\": \"query-status\"}\n", 12800, 64);
    return 12800;
}

static int schema(QmpClient **clients)
{
    repeat(clients[0], "{\"execute\": \"query-qmp-schema\"}\n", 30, 1);
    return 30;
}

static int monitors_32(QmpClient **clients)
{
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < N_MONITORS; i++) {
            repeat(clients[i], "{\"execute\": \"query-status\"}\n", 1, 1);
        }
    }
    return 100 * N_MONITORS;
}

/* Everything below path; properties that cannot be read count too. */
static int walk(QmpClient *c, const char *path)
{
    g_autofree char *arguments = g_strdup_printf("{\"path\": \"%s\"}", path);
    g_autoptr(JsonNode) list = qmp_client_execute(c, "qom-list", arguments, NULL);
    JsonArray *all = list ? json_node_get_array(list) : NULL;
    int n = 1;

    for (guint i = 0; all && i < json_array_get_length(all); i++) {
        JsonObject *p = json_array_get_object_element(all, i);
        const char *name = json_object_get_string_member(p, "name");

        if (g_str_has_prefix(json_object_get_string_member(p, "type"), "child<")) {
            g_autofree char *sub = g_strdup_printf("%s/%s", strcmp(path, "/") ? path : "", name);

            n += walk(c, sub);
        } else {
            g_autofree char *get =
                g_strdup_printf("{\"path\": \"%s\", \"property\": \"%s\"}", path, name);
            g_autoptr(JsonNode) value = qmp_client_execute(c, "qom-get", get, NULL);

            n++;
        }
    }
    return n;
}

static int tree(QmpClient **clients)
{
    return walk(clients[0], "/");
}

static const Bench benches[] = {
    {"query-status, one at a time", "none", status_1, 1},
    {"query-status, 64 at a time", "none", status_64, 1},
    {"query-status on 32 monitors", "none", monitors_32, N_MONITORS},
    {"query-qmp-schema", "none", schema, 1},
    {"qom-list, qom-get of the tree", "virt", tree, 1},
};

/* ---- runs */

static QmpClient *start(const char *program, const Bench *b, QmpClient **clients)
{
    g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
    const char *const common[] = {"-machine", b->machine, "-S", "-nodefaults", "-display", "none"};
    g_autoptr(GError) err = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(common); i++) {
        g_ptr_array_add(args, g_strdup(common[i]));
    }
    if (!strcmp(b->machine, "virt")) {
        g_ptr_array_add(args, g_strdup("-cpu"));
        g_ptr_array_add(args, g_strdup("cortex-a57"));
    }
    for (int i = 0; i < b->n_clients; i++) {
        g_ptr_array_add(args, g_strdup("-qmp"));
        g_ptr_array_add(args, g_strdup_printf("unix:q%d.sock,server=on,wait=off", i));
    }
    g_ptr_array_add(args, NULL);
    QmpClient *process = qmp_client_start_bare(program, (const char *const *)args->pdata, &err);
    for (int i = 0; process && i < b->n_clients; i++) {
        g_autofree char *path = g_strdup_printf("q%d.sock", i);

        clients[i] = qmp_client_join(process, path, &err);
        if (!clients[i]) {
            break;
        }
    }
    if (err) {
        fail(err->message);
    }
    return process;
}

/* Operations for each second of the emulator's CPU time. */
static double measure(const char *program, const Bench *b)
{
    QmpClient *clients[N_MONITORS] = {NULL};
    QmpClient *process = start(program, b, clients);
    double before = cpu_ns_of(qmp_client_pid(process));
    int n = b->run(clients);
    double took = cpu_ns_of(qmp_client_pid(process)) - before;

    for (int i = 0; i < b->n_clients; i++) {
        qmp_client_free(clients[i]);
    }
    qmp_client_free(process);
    return n * 1e9 / took;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fail("usage: qmp POISE PEER");
    }
    printf("%-32s %12s %12s\n", "operations per CPU second", "ours", "the peer's");
    for (size_t i = 0; i < G_N_ELEMENTS(benches); i++) {
        double ours[RUNS], theirs[RUNS];

        for (int run = 0; run < RUNS; run++) {
            ours[run] = measure(argv[1], &benches[i]);
            theirs[run] = measure(argv[2], &benches[i]);
        }
        qsort(ours, RUNS, sizeof(double), by_value);
        qsort(theirs, RUNS, sizeof(double), by_value);
        printf("%-32s %12.0f %12.0f   x %.1f\n", benches[i].name, ours[RUNS / 2], theirs[RUNS / 2],
               ours[RUNS / 2] / theirs[RUNS / 2]);
        fflush(stdout);
    }
    return EXIT_SUCCESS;
}
