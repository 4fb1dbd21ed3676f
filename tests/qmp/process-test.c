/* SPDX-License-Identifier: MIT */
/* The process around the machine: readiness, inherited sockets, pid file, privileges, system-call
 * filter, messages and logs, and guest memory that fails. */
#include "tests/lib/qmp-client.h"
#include "tests/lib/run.h"
#include "tests/lib/tap.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The program is built as this test is. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#elif defined(__has_feature)
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SANITIZED false
#endif

static const char *poise;
static char *dir;

#define QMP_SOCKET "unix:qmp,server=on,wait=off"

/* ---- small tools */

/* A socket bound to `name` in the test's directory; -1: it cannot be. */
static int bound_socket(int type, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type, 0);

    g_strlcpy(sa.sun_path, path, sizeof(sa.sun_path));
    if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* A line of /proc/PID/FILE that begins with key, less the key and blanks. (transfer full) */
static char *proc_value(pid_t pid, const char *file, const char *key)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, file);
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return g_strdup("");
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **l = lines; *l; l++) {
        if (g_str_has_prefix(*l, key)) {
            return g_strstrip(g_strdup(*l + strlen(key)));
        }
    }
    return g_strdup("");
}

static bool answers(QmpClient *process, const char *path)
{
    g_autoptr(QmpClient) c = qmp_client_connect(process, path, NULL);
    g_autoptr(JsonNode) reply = c && qmp_client_negotiate(c, NULL)
                                    ? qmp_client_execute(c, "query-status", NULL, NULL)
                                    : NULL;

    return reply;
}

/* "status" of query-status. (transfer full) */
static char *status_of(QmpClient *c)
{
    g_autoptr(JsonNode) reply = qmp_client_execute(c, "query-status", NULL, NULL);

    return reply ? g_strdup(json_object_get_string_member(json_node_get_object(reply), "status"))
                 : g_strdup("no answer");
}

/* ---- readiness */

static void test_notify(void)
{
    const char *const args[] = {"-M", "none", "-qmp", QMP_SOCKET, NULL};
    g_autofree char *path = g_build_filename(dir, "notify", NULL);
    int fd = bound_socket(SOCK_DGRAM, "notify");
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char text[256] = "";

    g_setenv("NOTIFY_SOCKET", path, TRUE);
    g_autoptr(QmpClient) c = qmp_client_start_bare(poise, args, NULL);
    g_unsetenv("NOTIFY_SOCKET");
    bool came = poll(&p, 1, QMP_CLIENT_TIMEOUT_MS) == 1 && recv(fd, text, sizeof(text) - 1, 0) > 0;
    g_autofree char *pid = g_strdup_printf("MAINPID=%d\n", (int)qmp_client_pid(c));
    g_autofree char *sock = g_build_filename(qmp_client_dir(c), "qmp", NULL);
    bool listens = g_file_test(sock, G_FILE_TEST_EXISTS);
    tap_ok(came && strstr(text, "READY=1\n") && strstr(text, pid), text,
           "NOTIFY_SOCKET gets READY=1 and the process number");
    tap_ok(came && listens && answers(c, "qmp"), NULL, "QMP answers when READY=1 came");
    close(fd);
    unlink(path);
}

/* The shell sets LISTEN_PID: it becomes the program. */
static QmpClient *start_activated(const char *names, const char *fd_name)
{
    g_autofree char *path = g_canonicalize_filename(poise, NULL);
    g_autofree char *script =
        g_strdup_printf("LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=%s exec '%s' -M none "
                        "-chardev socket,id=c,fd=%s,server=on,wait=off -mon c,mode=control "
                        "3</dev/null 4<&9",
                        names, path, fd_name);
    const char *const args[] = {"-c", script, NULL};

    return qmp_client_start_bare("sh", args, NULL);
}

static void test_listen_fds(void)
{
    g_autofree char *path = g_build_filename(dir, "listen", NULL);
    int fd = bound_socket(SOCK_STREAM, "listen");

    listen(fd, 5);
    dup2(fd, 9);
    close(fd);
    {
        g_autoptr(QmpClient) c = start_activated("other:control", "control");
        g_autofree char *there = g_build_filename(qmp_client_dir(c), "listen", NULL);
        bool linked = symlink(path, there) == 0;

        tap_ok(linked && answers(c, "listen") && answers(c, "listen"), NULL,
               "a socket of the service manager by its name");
    }
    {
        g_autoptr(QmpClient) c = start_activated("other:control", "nosuch");

        tap_ok(qmp_client_wait_exit(c) == 1, NULL, "a name that the service manager did not give");
    }
    close(9);
    unlink(path);
}

/* ---- background, pid file */

static void test_daemonize(void)
{
    const char *args[] = {"-M", "none",       "-qmp",
                          NULL, "-daemonize", "-pidfile",
                          NULL, "-name",      "x,process=daemon-test",
                          NULL};
    g_autofree char *sock = g_strdup_printf("unix:%s/qmp,server=on,wait=off", dir);
    g_autofree char *path = g_build_filename(dir, "pid", NULL);
    g_autofree char *text = NULL, *after = NULL;
    gsize len = 0;

    args[3] = sock;
    args[6] = path;
    g_auto(RunResult) r = run_program(dir, poise, args);
    bool complete = g_file_get_contents(path, &text, &len, NULL) && len && text[len - 1] == '\n';
    pid_t pid = complete ? (pid_t)strtol(text, NULL, 10) : 0;
    g_autofree char *name = proc_value(pid, "status", "Name:");
    tap_ok(r.status == 0 && complete && strcmp(name, "daemon-test") == 0, r.err,
           "-daemonize returns with the pid file complete");
    args[3] = "null";
    args[4] = "-no-shutdown";
    g_auto(RunResult) second = run_program(dir, poise, args);
    g_file_get_contents(path, &after, NULL, NULL);
    tap_ok(second.status == 1 && strstr(second.err, "is in use") && g_strcmp0(after, text) == 0,
           second.err, "the pid file is locked against a second process");
    if (pid > 1) {
        kill(pid, SIGTERM);
        for (int i = 0; i < 20000 && kill(pid, 0) == 0; i++) {
            g_usleep(1000); /* it is no child of ours */
        }
    }
    tap_ok(pid > 1 && run_count_files(dir) == 0, NULL, "and it goes with the process");
}

/* Whoever connects as early as it is possible gets a greeting and an answer. */
static void test_early_clients(void)
{
    const char *const args[] = {"-M", "none", "-qmp", QMP_SOCKET, NULL};
    int failures = 0, starts = g_getenv("STARTS") ? atoi(g_getenv("STARTS")) : 200;

    for (int i = 0; i < starts; i++) {
        g_autoptr(QmpClient) c = qmp_client_start_bare(poise, args, NULL);

        failures += !answers(c, "qmp");
    }
    tap_ok(failures == 0, NULL, "%d starts with a client that connects at once", starts);
}

/* ---- privileges */

static void test_users(void)
{
    const char *const runas[] = {"-M", "none", "-runas", "nobody", NULL};
    const char *const numbers[] = {"-M", "none", "-runas", "1234:4321", "-chroot", ".", NULL};

    if (geteuid() != 0) {
        tap_skip("only root can change user", "-runas");
        tap_skip("only root can change root", "-chroot");
        return;
    }
    {
        g_autoptr(QmpClient) c = qmp_client_start(poise, runas, NULL);
        bool ready = qmp_client_negotiate(c, NULL);
        g_autofree char *uid = proc_value(qmp_client_pid(c), "status", "Uid:");

        tap_ok(ready && strcmp(uid, "65534\t65534\t65534\t65534") == 0, uid, "-runas nobody");
    }
    g_autoptr(QmpClient) c = qmp_client_start(poise, numbers, NULL);
    bool ready = qmp_client_negotiate(c, NULL);
    g_autofree char *uid = proc_value(qmp_client_pid(c), "status", "Uid:");
    g_autofree char *gid = proc_value(qmp_client_pid(c), "status", "Gid:");
    g_autofree char *groups = proc_value(qmp_client_pid(c), "status", "Groups:");
    g_autofree char *link = g_strdup_printf("/proc/%d/root", (int)qmp_client_pid(c));
    g_autofree char *root = g_file_read_link(link, NULL);
    tap_ok(ready && strcmp(uid, "1234\t1234\t1234\t1234") == 0 &&
               strcmp(gid, "4321\t4321\t4321\t4321") == 0 && strcmp(groups, "4321") == 0,
           groups, "-runas by numbers: user, group, and no other groups");
    tap_ok(g_strcmp0(root, qmp_client_dir(c)) == 0, root, "-chroot");
}

/* Threads of a process whose value of `key` in /proc is not `want`; *ret_n is how many there are.
 */
static int threads_without(pid_t pid, const char *key, const char *want, int *ret_n)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task", (int)pid);
    g_autoptr(GDir) d = g_dir_open(path, 0, NULL);
    const char *name;
    int bad = 0;

    *ret_n = 0;
    while (d && (name = g_dir_read_name(d))) {
        g_autofree char *file = g_strdup_printf("task/%s/status", name);
        g_autofree char *value = proc_value(pid, file, key);

        bad += strcmp(value, want) != 0;
        ++*ret_n;
    }
    return bad;
}

/* An arm64 Image that reads the same word of RAM for ever. */
static void write_guest(const char *path)
{
    enum { WORDS = 19 };
    uint32_t image[WORDS] = {
        [0] = 0x14000010,               /* b #0x40 */
        [4] = sizeof(image), [6] = 0xa, /* little-endian, 4K pages, anywhere */
        [14] = 0x644d5241,              /* "ARM\x64" */
        [16] = 0xd2a82001,              /* mov x1, #0x41000000 */
        [17] = 0xb9400020,              /* ldr w0, [x1] */
        [18] = 0x17ffffff,              /* b .-4 */
    };

    g_assert_true(g_file_set_contents(path, (char *)image, sizeof(image), NULL));
}

static uint64_t instructions(QmpClient *c)
{
    g_autoptr(JsonNode) n = qmp_client_execute(
        c, "qom-get",
        "{\"path\":\"/machine/unattached/device[0]\",\"property\":\"x-instructions\"}", NULL);
    uint64_t value = 0;

    return n && json_get_uint64(n, &value) ? value : 0;
}

/* It gets on: the counter is read until it moves. */
static bool guest_runs(QmpClient *c)
{
    uint64_t first = instructions(c);
    gint64 end = g_get_monotonic_time() + QMP_CLIENT_TIMEOUT_MS * 1000ll;

    while (g_get_monotonic_time() < end) {
        if (instructions(c) > first) {
            return true;
        }
    }
    return false;
}

static void test_sandbox(const char *kernel)
{
    const char *const args[] = {
        "-M",       "virt",
        "-smp",     "2",
        "-kernel",  kernel,
        "-object",  "iothread,id=io",
        "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
        NULL};
    g_autoptr(QmpClient) c = qmp_client_start(poise, args, NULL);
    bool ready = qmp_client_negotiate(c, NULL);
    int n = 0;

    if (!ready) {
        g_autofree char *text = qmp_client_stderr(c);

        if (strstr(text, "libseccomp")) {
            tap_skip("no libseccomp", "-sandbox");
            return;
        }
        tap_ok(false, text, "-sandbox");
        return;
    }
    int bad = threads_without(qmp_client_pid(c), "Seccomp:", "2", &n);
    int privileged = threads_without(qmp_client_pid(c), "NoNewPrivs:", "1", &n);
    tap_ok(n >= 4 && bad == 0 && privileged == 0, NULL,
           "-sandbox: every one of %d threads is filtered", n);
    g_autoptr(JsonNode) cont = qmp_client_execute(c, "cont", NULL, NULL);
    tap_ok(cont && guest_runs(c), NULL, "and the guest runs");
    g_autoptr(JsonNode) late =
        qmp_client_execute(c, "object-add", "{\"qom-type\":\"iothread\",\"id\":\"late\"}", NULL);
    bad = threads_without(qmp_client_pid(c), "Seccomp:", "2", &n);
    tap_ok(late && n >= 5 && bad == 0, NULL, "and a later thread too");
}

static void test_memory_lock(void)
{
    const char *const args[] = {"-M", "none", "-overcommit", "mem-lock=on", NULL};
    g_autoptr(QmpClient) c = qmp_client_start(poise, args, NULL);
    bool ready = qmp_client_negotiate(c, NULL);
    g_autofree char *locked = proc_value(qmp_client_pid(c), "status", "VmLck:");
    g_autofree char *text = qmp_client_stderr(c);

    if (!ready && geteuid() != 0 && strstr(text, "locking memory failed")) {
        tap_skip("this user may not lock so much", "-overcommit mem-lock=on");
        return;
    }
    if (SANITIZED) {
        tap_skip("sanitizers ignore mlockall", "-overcommit mem-lock=on");
        return;
    }
    tap_ok(ready && strtol(locked, NULL, 10) > 1000, locked, "-overcommit mem-lock=on");
}

/* ---- messages and logs */

static void test_messages(void)
{
    const char *const args[] = {"-msg",    "timestamp=on,guest-name=on",
                                "-name",   "guest=g7",
                                "-M",      "none",
                                "-accel",  "kvm",
                                "-accel",  "tcg",
                                "-qmp",    "null",
                                "-kernel", "x",
                                NULL};
    g_auto(RunResult) r = run_program(dir, poise, args);
    g_autoptr(GRegex) form = g_regex_new(
        "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+Z g7 poise\\S*: ", 0, 0, NULL);

    tap_ok(r.status == 1 && g_regex_match(form, r.err, 0, NULL), r.err,
           "-msg timestamp=on,guest-name=on");
}

static void test_log(const char *kernel)
{
    const char *const args[] = {"-M",  "virt", "-kernel",   kernel, "-D",
                                "log", "-d",   "cpu_reset", NULL};
    g_autoptr(QmpClient) c = qmp_client_start(poise, args, NULL);
    bool ready = qmp_client_negotiate(c, NULL);
    g_autofree char *path = g_build_filename(qmp_client_dir(c), "log", NULL);
    g_autofree char *text = NULL, *err = qmp_client_stderr(c);

    g_file_get_contents(path, &text, NULL, NULL);
    tap_ok(ready && text && strstr(text, "CPU 0 reset") && !*err, text, "-D and -d");
}

/* ---- failing memory */

static void test_failing_memory(const char *kernel)
{
    g_autofree char *ram = g_build_filename(dir, "ram", NULL);
    g_autofree char *object =
        g_strdup_printf("memory-backend-file,id=mem,size=32M,share=on,mem-path=%s", ram);
    const char *const args[] = {
        "-M", "virt,memory-backend=mem", "-object", object, "-kernel", kernel, NULL};
    g_autoptr(QmpClient) c = qmp_client_start(poise, args, NULL);
    bool ready = qmp_client_negotiate(c, NULL);
    g_autoptr(JsonNode) cont = ready ? qmp_client_execute(c, "cont", NULL, NULL) : NULL;
    g_autoptr(Error) err = NULL;

    tap_ok(cont && guest_runs(c), NULL, "a guest in a file of memory");
    bool cut = truncate(ram, 0) == 0;
    g_autoptr(JsonObject) event = cut ? qmp_client_wait_event(c, "MEMORY_FAILURE", NULL) : NULL;
    JsonObject *data = event ? json_object_get_object_member(event, "data") : NULL;
    tap_ok(data && strcmp(json_object_get_string_member(data, "recipient"), "hypervisor") == 0 &&
               strcmp(json_object_get_string_member(data, "action"), "fatal") == 0,
           NULL, "MEMORY_FAILURE when the file becomes shorter");
    g_autoptr(JsonObject) stop = event ? qmp_client_wait_event(c, "STOP", NULL) : NULL;
    g_autofree char *status = status_of(c);
    tap_ok(stop && strcmp(status, "internal-error") == 0, status, "the VM is stopped");
    g_autoptr(JsonNode) refused = qmp_client_execute(c, "cont", NULL, &err);
    tap_ok(!refused && err && strstr(err->message, "Resetting the Virtual Machine is required"),
           err ? err->message : "", "cont is refused");
    bool whole = truncate(ram, 32 << 20) == 0;
    g_autoptr(JsonNode) reset = qmp_client_execute(c, "system_reset", NULL, NULL);
    g_autoptr(JsonObject) done = reset ? qmp_client_wait_event(c, "RESET", NULL) : NULL;
    g_autoptr(JsonNode) again = done ? qmp_client_execute(c, "cont", NULL, NULL) : NULL;
    tap_ok(whole && again && guest_runs(c), NULL, "until it was reset");
    unlink(ram);
}

static void test_foreign_sigbus(void)
{
    const char *const args[] = {"-M", "none", NULL};
    g_autoptr(QmpClient) c = qmp_client_start(poise, args, NULL);
    bool ready = qmp_client_negotiate(c, NULL);

    kill(qmp_client_pid(c), SIGBUS);
    tap_ok(ready && qmp_client_wait_exit(c) == 128 + SIGBUS, NULL,
           "SIGBUS from elsewhere ends the process");
}

int main(void)
{
    g_autofree char *kernel = NULL;

    poise = g_getenv("POISE") ? g_getenv("POISE") : "./poise-system-aarch64";
    dir = run_make_dir();
    test_notify();
    test_listen_fds();
    test_daemonize();
    test_early_clients();
    test_users();
    kernel = g_build_filename(dir, "guest.img", NULL);
    write_guest(kernel);
    test_sandbox(kernel);
    test_memory_lock();
    test_messages();
    test_log(kernel);
    test_failing_memory(kernel);
    test_foreign_sigbus();
    run_remove_dir(dir);
    return tap_done();
}
