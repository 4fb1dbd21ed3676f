/* SPDX-License-Identifier: MIT */
/* Runs a command until marks have come in its output, and tells what CPU time it had used at each.
 *
 * meter SECONDS LOG MARK... -- COMMAND...
 *
 * For each mark, in their order: a line with the CPU time of the process (user and system, all its
 * threads) and the wall-clock time since its start, in seconds. The output is kept in LOG. After
 * the last mark the command has two seconds to end by itself. Exit status 1: a mark did not come
 * within SECONDS, or the command printed "not ok". */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t child;
static clockid_t child_clock;
static char output[1 << 16]; /* what was not searched yet, and may hold the start of a mark */
static size_t kept;

static double seconds(clockid_t clock)
{
    struct timespec ts;

    if (clock_gettime(clock, &ts) != 0) {
        return 0;
    }
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static int start(char **argv)
{
    int fds[2];

    if (pipe(fds) != 0 || (child = fork()) < 0) {
        perror("meter");
        exit(2);
    }
    if (child == 0) {
        int null = open("/dev/null", O_RDONLY);
        dup2(null, 0);
        dup2(fds[1], 1);
        dup2(fds[1], 2);
        close(fds[0]);
        execvp(argv[0], argv);
        perror(argv[0]);
        _exit(127);
    }
    close(fds[1]);
    if (clock_getcpuclockid(child, &child_clock) != 0) {
        fprintf(stderr, "meter: no CPU clock of the command\n");
        exit(2);
    }
    return fds[0];
}

/* Is `text` in what was kept? What lies before its end is forgotten. */
static bool take(const char *text)
{
    const char *at = memmem(output, kept, text, strlen(text));

    if (!at) {
        return false;
    }
    size_t used = (size_t)(at - output) + strlen(text);
    memmove(output, output + used, kept - used);
    kept -= used;
    return true;
}

/* More output, within the time that is left: 0 at its end, -1 when the time is over. */
static int more(int fd, FILE *log, double until)
{
    double left = until - seconds(CLOCK_MONOTONIC);
    struct pollfd p = {.fd = fd, .events = POLLIN};

    if (left <= 0 || poll(&p, 1, (int)(left * 1000) + 1) == 0) {
        return -1;
    }
    if (kept > sizeof(output) / 2) {
        /* No mark is as long as what stays. */
        memmove(output, output + kept - 4096, 4096);
        kept = 4096;
    }
    ssize_t n = read(fd, output + kept, sizeof(output) - kept);
    if (n < 0 && errno == EINTR) {
        return 1;
    }
    if (n <= 0) {
        return 0;
    }
    fwrite(output + kept, 1, (size_t)n, log);
    kept += (size_t)n;
    return 1;
}

static bool watch(int fd, FILE *log, double limit, char **marks, int count)
{
    double began = seconds(CLOCK_MONOTONIC);

    for (int i = 0; i < count;) {
        if (take(marks[i])) {
            printf("%.6f %.6f\n", seconds(child_clock), seconds(CLOCK_MONOTONIC) - began);
            i++;
            continue;
        }
        if (memmem(output, kept, "not ok", 6)) {
            fprintf(stderr, "meter: the guest reports a failure\n");
            return false;
        }
        int r = more(fd, log, began + limit);
        if (r <= 0) {
            fprintf(stderr, "meter: %s: no %s\n", r ? "time is over" : "the command ended",
                    marks[i]);
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    int command = 3;

    while (command < argc && strcmp(argv[command], "--") != 0) {
        command++;
    }
    if (command + 1 >= argc) {
        fprintf(stderr, "usage: meter SECONDS LOG MARK... -- COMMAND...\n");
        return 2;
    }
    FILE *log = fopen(argv[2], "w");
    if (!log) {
        perror(argv[2]);
        return 2;
    }
    int fd = start(argv + command + 1);
    bool ok = watch(fd, log, atof(argv[1]), argv + 3, command - 3);
    /* The end of the output is the end of the command. */
    double until = seconds(CLOCK_MONOTONIC) + (ok ? 2 : 0);
    while (more(fd, log, until) > 0) {
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    fclose(log);
    return ok ? 0 : 1;
}
