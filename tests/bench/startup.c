/* SPDX-License-Identifier: MIT */
/* Start-up cost: CPU time and peak memory from exec to the answer of query-status, ours over the
 * peer's, runs alternating. Usage: startup POISE PEER [KERNEL [INITRD]] */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS 15

typedef struct Sample {
    double cpu_ms; /* of all threads */
    double peak_mb;
} Sample;

static char socket_path[64];

static int connect_qmp(pid_t child)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};

    strcpy(addr.sun_path, socket_path);
    for (int i = 0; i < 20000; i++) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);

        if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0) {
            return fd;
        }
        close(fd);
        if (waitpid(child, NULL, WNOHANG) == child) {
            fprintf(stderr, "the emulator ended before it answered\n");
            exit(EXIT_FAILURE);
        }
        usleep(500);
    }
    fprintf(stderr, "no QMP socket\n");
    exit(EXIT_FAILURE);
}

static void read_until(int fd, const char *text)
{
    char buf[65536];
    size_t len = 0;

    for (;;) {
        ssize_t n = read(fd, buf + len, sizeof(buf) - 1 - len);

        if (n <= 0) {
            fprintf(stderr, "QMP ended before: %s\n", text);
            exit(EXIT_FAILURE);
        }
        len += (size_t)n;
        buf[len] = 0;
        if (strstr(buf, text)) {
            return;
        }
    }
}

static void say(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) < 0) {
        perror("write");
        exit(EXIT_FAILURE);
    }
}

/* Nanoseconds on the CPU, summed over the threads. */
static double cpu_ms_of(pid_t pid)
{
    char path[300];
    double total = 0;

    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *dir = opendir(path);
    for (struct dirent *e; (e = readdir(dir));) {
        unsigned long long ns = 0;

        if (e->d_name[0] == '.') {
            continue;
        }
        snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", (int)pid, e->d_name);
        FILE *f = fopen(path, "r");
        if (f) {
            if (fscanf(f, "%llu", &ns) == 1) {
                total += (double)ns / 1e6;
            }
            fclose(f);
        }
    }
    closedir(dir);
    return total;
}

static double peak_mb_of(pid_t pid)
{
    char path[64], line[256];
    double kb = 0;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f)) {
        if (sscanf(line, "VmHWM: %lf", &kb) == 1) {
            break;
        }
    }
    if (f) {
        fclose(f);
    }
    return kb / 1024;
}

static Sample run_once(const char *emulator, const char *const *options)
{
    const char *argv[32] = {emulator};
    char qmp[96];
    int n = 1;

    snprintf(qmp, sizeof(qmp), "unix:%s,server=on,wait=off", socket_path);
    for (const char *const *o = options; *o; o++) {
        argv[n++] = *o;
    }
    const char *rest[] = {"-S", "-nodefaults", "-display", "none", "-qmp", qmp, NULL};
    memcpy(&argv[n], rest, sizeof(rest));
    pid_t pid;
    /* Spawned, not forked: what the child does before exec is not the emulator's. */
    if (posix_spawnp(&pid, emulator, NULL, NULL, (char **)argv, environ) != 0) {
        fprintf(stderr, "cannot run %s\n", emulator);
        exit(EXIT_FAILURE);
    }
    int fd = connect_qmp(pid);
    read_until(fd, "QMP");
    say(fd, "{\"execute\": \"qmp_capabilities\"}\n");
    read_until(fd, "return");
    say(fd, "{\"execute\": \"query-status\"}\n");
    read_until(fd, "prelaunch");
    Sample s = {cpu_ms_of(pid), peak_mb_of(pid)};
    say(fd, "{\"execute\": \"quit\"}\n");
    waitpid(pid, NULL, 0);
    close(fd);
    unlink(socket_path);
    return s;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof(*v), compare_doubles);
    return v[n / 2];
}

static void compare(const char *what, const char *poise, const char *peer,
                    const char *const *options)
{
    double cpu[2][RUNS], mem[2][RUNS];

    for (int i = 0; i < RUNS; i++) {
        for (int e = 0; e < 2; e++) {
            Sample s = run_once(e ? peer : poise, options);

            cpu[e][i] = s.cpu_ms;
            mem[e][i] = s.peak_mb;
        }
    }
    double c0 = median(cpu[0], RUNS), c1 = median(cpu[1], RUNS);
    double m0 = median(mem[0], RUNS), m1 = median(mem[1], RUNS);
    printf("%-22s CPU %7.2f ms of %7.2f ms (1/%.1f)   peak memory %6.1f MB of %6.1f MB (1/%.1f)\n",
           what, c0, c1, c1 / c0, m0, m1, m1 / m0);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s POISE PEER [KERNEL [INITRD]]\n", argv[0]);
        return EXIT_FAILURE;
    }
    snprintf(socket_path, sizeof(socket_path), "/tmp/startup-bench-%d", (int)getpid());
    signal(SIGPIPE, SIG_IGN);
    compare("-M none", argv[1], argv[2], (const char *const[]){"-M", "none", NULL});
    if (argc > 3) {
        const char *options[] = {"-M",
                                 "virt",
                                 "-cpu",
                                 "cortex-a57",
                                 "-kernel",
                                 argv[3],
                                 argc > 4 ? "-initrd" : NULL,
                                 argc > 4 ? argv[4] : NULL,
                                 NULL};

        compare("-M virt, kernel loaded", argv[1], argv[2], options);
    }
    return EXIT_SUCCESS;
}
