/* SPDX-License-Identifier: MIT */
/* What the system-call filter does to a process that breaks its rules, each in a child. */
#include "softmmu/sandbox.h"

#include "config.h"
#include "tests/lib/check-main.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if CONFIG_HAVE_SECCOMP

enum { ENTERED = 40, REFUSED = 41, SKIPPED = 42 };

/* In a child: enters, then does `act`, whose result is the exit status. */
static int run_child(const SandboxConfig *c, int (*act)(void))
{
    pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        g_autoptr(Error) err = NULL;

        if (!sandbox_enter(c, &err)) {
            _exit(strstr(err->message, "libseccomp.so.2") ? SKIPPED : REFUSED);
        }
        _exit(act());
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return status;
}

static int do_nothing(void)
{
    return ENTERED;
}

static int do_fork(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        _exit(0);
    }
    return pid > 0 ? ENTERED : REFUSED;
}

static void *thread_main(void *opaque)
{
    return opaque;
}

static int do_thread(void)
{
    pthread_t t;

    return pthread_create(&t, NULL, thread_main, NULL) == 0 && pthread_join(t, NULL) == 0 ? ENTERED
                                                                                          : REFUSED;
}

static int do_setuid(void)
{
    return setuid(getuid()) == 0 ? ENTERED : REFUSED;
}

static int do_priority(void)
{
    return setpriority(PRIO_PROCESS, 0, 5) == 0 ? ENTERED : errno == EPERM ? REFUSED : 0;
}

static int do_ptrace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? ENTERED : REFUSED;
}

#define DENY(group)  .has_##group = true, .group = SANDBOX_SWITCH_DENY
#define ALLOW(group) .has_##group = true, .group = SANDBOX_SWITCH_ALLOW

static const struct {
    const char *name;
    SandboxConfig config;
    int (*act)(void);
    int status, signal; /* of the child; 0: none */
} cases[] = {
    {"nothing forbidden is done", {.enable = true}, do_nothing, ENTERED, 0},
    {"fork is allowed unless denied", {.enable = true}, do_fork, ENTERED, 0},
    {"fork is denied", {.enable = true, DENY(spawn)}, do_fork, 0, SIGSYS},
    {"threads are no processes", {.enable = true, DENY(spawn)}, do_thread, ENTERED, 0},
    {"setuid is allowed unless denied", {.enable = true}, do_setuid, ENTERED, 0},
    {"setuid is allowed", {.enable = true, ALLOW(elevateprivileges)}, do_setuid, ENTERED, 0},
    {"setuid is denied", {.enable = true, DENY(elevateprivileges)}, do_setuid, 0, SIGSYS},
    {"priorities are allowed unless denied", {.enable = true}, do_priority, ENTERED, 0},
    {"priorities are refused", {.enable = true, DENY(resourcecontrol)}, do_priority, REFUSED, 0},
    {"tracing is never allowed", {.enable = true}, do_ptrace, 0, SIGSYS},
};

START_TEST(rule)
{
    int status = run_child(&cases[_i].config, cases[_i].act);

    if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED) {
        return; /* the library is not installed here */
    }
    ck_assert_msg(WIFSIGNALED(status)
                      ? WTERMSIG(status) == cases[_i].signal
                      : WEXITSTATUS(status) == cases[_i].status && !cases[_i].signal,
                  "%s: wait status 0x%x", cases[_i].name, status);
}
END_TEST

#endif

START_TEST(children_only)
{
    const SandboxConfig c = {.enable = true, .has_spawn = true, .spawn = SANDBOX_SWITCH_CHILDREN};
    g_autoptr(Error) err = NULL;

    ck_assert(!sandbox_check(&c, &err));
    ck_assert_int_eq(error_code(err), ERROR_CODE_PARAMETER_VALUE);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("sandbox");
    TCase *tc = tcase_create("sandbox");

    tcase_add_test(tc, children_only);
#if CONFIG_HAVE_SECCOMP
    tcase_add_loop_test(tc, rule, 0, G_N_ELEMENTS(cases));
#endif
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
