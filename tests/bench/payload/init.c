/* SPDX-License-Identifier: MIT */
/* The only program of a Linux guest: does what bench=NAME:COUNT,... on the kernel's command line
 * says, prints @boot and then @NAME after each, and turns the machine off. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, CHUNK = 65536, EXIT = 42 };
static uint8_t buffer[CHUNK];

static _Noreturn void end(void)
{
    reboot(RB_POWER_OFF);
    for (;;) {
        pause();
    }
}

static void need(bool ok, const char *what)
{
    if (!ok) {
        printf("not ok - %s\n", what);
        end();
    }
}

static pid_t child_new(void)
{
    pid_t pid = fork();

    need(pid >= 0, "fork");
    return pid;
}

static void child_end(pid_t pid, int code)
{
    int status;

    need(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == code,
         "a child's exit status");
}

static void do_syscall(long n)
{
    long sum = 0;

    for (long i = 0; i < n; i++) {
        sum += syscall(SYS_getppid);
    }
    need(sum == 0, "getppid of the first process");
}

static volatile long caught;

static void catch (int sig)
{
    caught++;
}

static void do_signal(long n)
{
    caught = 0;
    signal(SIGUSR1, catch);
    for (long i = 0; i < n; i++) {
        raise(SIGUSR1);
    }
    need(caught == n, "signals");
}

/* A byte there and back. */
static void do_pipe(long n)
{
    int there[2], back[2];
    uint8_t v = 0;

    need(pipe(there) == 0 && pipe(back) == 0, "pipe");
    pid_t pid = child_new();
    if (pid == 0) {
        close(there[1]);
        while (read(there[0], &v, 1) == 1) {
            v++;
            need(write(back[1], &v, 1) == 1, "write");
        }
        _exit(EXIT);
    }
    close(there[0]);
    for (long i = 0; i < n; i++) {
        need(write(there[1], &v, 1) == 1 && read(back[0], &v, 1) == 1, "ping-pong");
    }
    need(v == (uint8_t)n, "a byte that was counted up");
    close(there[1]);
    child_end(pid, EXIT);
    close(back[0]);
    close(back[1]);
}

/* 64 KiB after 64 KiB in one direction. */
static void do_stream(long n)
{
    int fds[2];

    need(pipe(fds) == 0, "pipe");
    pid_t pid = child_new();
    if (pid == 0) {
        for (long i = 0; i < n; i++) {
            memset(buffer, (int)(i & 255), sizeof(buffer));
            for (size_t at = 0; at < sizeof(buffer);) {
                ssize_t w = write(fds[1], buffer + at, sizeof(buffer) - at);
                need(w > 0, "write");
                at += (size_t)w;
            }
        }
        _exit(EXIT);
    }
    close(fds[1]);
    long total = 0;
    for (ssize_t r; (r = read(fds[0], buffer, sizeof(buffer))) > 0; total += r) {
        need(buffer[0] == (uint8_t)(total / CHUNK), "the stream's bytes");
    }
    need(total == n * CHUNK, "the stream's length");
    close(fds[0]);
    child_end(pid, EXIT);
}

/* Two processes on one CPU that give it to each other. */
static void do_yield(long n)
{
    volatile long *turn =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cpu_set_t first;

    CPU_ZERO(&first);
    CPU_SET(0, &first);
    need(turn != MAP_FAILED && sched_setaffinity(0, sizeof(first), &first) == 0, "affinity");
    pid_t pid = child_new();
    for (long i = pid == 0; i < n * 2; i += 2) {
        while (*turn != i) {
            sched_yield();
        }
        *turn = i + 1;
    }
    if (pid == 0) {
        _exit(EXIT);
    }
    child_end(pid, EXIT);
    need(*turn == n * 2, "turns");
    munmap((void *)turn, PAGE);
}

static void do_fork(long n)
{
    for (long i = 0; i < n; i++) {
        pid_t pid = child_new();
        if (pid == 0) {
            _exit((int)(i & 127));
        }
        child_end(pid, (int)(i & 127));
    }
}

static void do_exec(long n)
{
    for (long i = 0; i < n; i++) {
        pid_t pid = child_new();
        if (pid == 0) {
            execl("/init", "init", "child", NULL);
            _exit(1);
        }
        child_end(pid, EXIT);
    }
}

/* Page faults: 64 new pages, then none. */
static void do_mmap(long n)
{
    enum { PAGES = 64 };

    for (long i = 0; i < n; i++) {
        uint8_t *p =
            mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        need(p != MAP_FAILED, "mmap");
        for (int k = 0; k < PAGES; k++) {
            need(p[k * PAGE] == 0, "new memory is zero");
            p[k * PAGE + 9] = 1;
        }
        need(munmap(p, PAGES * PAGE) == 0, "munmap");
    }
}

static void do_file(long n)
{
    for (long i = 0; i < n; i++) {
        int fd = open("/file", O_RDWR | O_CREAT | O_TRUNC, 0600);
        memset(buffer, (int)(i & 255), CHUNK / 4);
        need(fd >= 0 && write(fd, buffer, CHUNK / 4) == CHUNK / 4, "writing a file");
        buffer[77] = 0;
        need(pread(fd, buffer, CHUNK / 4, 0) == CHUNK / 4 && buffer[77] == (uint8_t)i,
             "reading it");
        need(close(fd) == 0 && unlink("/file") == 0, "removing it");
    }
}

static const struct {
    const char *name;
    void (*run)(long n);
} phases[] = {
    {"syscall", do_syscall}, {"signal", do_signal}, {"pipe", do_pipe},
    {"stream", do_stream},   {"yield", do_yield},   {"fork", do_fork},
    {"exec", do_exec},       {"mmap", do_mmap},     {"file", do_file},
};

static void run(const char *name, long n)
{
    for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
        if (strcmp(phases[i].name, name) == 0) {
            phases[i].run(n);
            printf("@%s\n", name);
            return;
        }
    }
    need(false, name);
}

int main(int argc, char **argv)
{
    char *list = getenv("bench"), *rest;

    if (argc == 2 && strcmp(argv[1], "child") == 0) {
        _exit(EXIT);
    }
    mount("devtmpfs", "/dev", "devtmpfs", 0, "");
    dup2(open("/dev/console", O_RDWR), 1);
    setvbuf(stdout, NULL, _IONBF, 0);
    printf("@boot\n");
    for (char *item = strtok_r(list ? list : "", ",", &rest); item;
         item = strtok_r(NULL, ",", &rest)) {
        char *count = strchr(item, ':');
        if (count) {
            *count = 0;
            run(item, atol(count + 1));
        }
    }
    end();
}
