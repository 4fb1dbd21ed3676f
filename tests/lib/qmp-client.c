/* SPDX-License-Identifier: MIT */
/* A process with a QMP client at the other end of a socket pair. */
#include "tests/lib/qmp-client.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct QmpClient {
    pid_t pid; /* 0: of another client */
    char *dir; /* NULL: of another client */
    int fd;
    bool ended;
    int status;
    GString *in;   /* read, not yet taken */
    GQueue events; /* of JsonObject *: seen while a reply was awaited */
    unsigned next_id;
};

/* ---- processes */

static void run_child(const char *dir, char **argv, int keep_fd)
{
    int in = open("/dev/null", O_RDONLY);
    int err;

    if (chdir(dir) < 0) {
        _exit(126);
    }
    err = open("stderr", O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(in, STDIN_FILENO);
    dup2(err, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    if (keep_fd >= 0) {
        fcntl(keep_fd, F_SETFD, 0);
    }
    execvp(argv[0], argv);
    dprintf(STDERR_FILENO, "can't run %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

static QmpClient *start(const char *program, const char *const *args, bool monitor, Error **errp)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    QmpClient *c = g_new0(QmpClient, 1);
    g_autofree char *path = g_strdup(program);
    int fds[2] = {-1, -1};

    if (strchr(program, '/')) {
        g_free(path);
        path = g_canonicalize_filename(program, NULL);
    }
    g_ptr_array_add(argv, g_strdup(path));
    for (; *args; args++) {
        g_ptr_array_add(argv, g_strdup(*args));
    }
    c->in = g_string_new(NULL);
    c->fd = -1;
    c->dir = g_dir_make_tmp("poise-test-XXXXXX", errp);
    if (c->dir && monitor && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
        error_set_errno(errp, errno, "socketpair");
        g_clear_pointer(&c->dir, g_free);
    }
    if (!c->dir) {
        qmp_client_free(c);
        return NULL;
    }
    if (monitor) {
        g_ptr_array_add(argv, g_strdup("-chardev"));
        g_ptr_array_add(argv, g_strdup_printf("socket,id=test-qmp,fd=%d", fds[1]));
        g_ptr_array_add(argv, g_strdup("-mon"));
        g_ptr_array_add(argv, g_strdup("chardev=test-qmp,mode=control"));
    }
    g_ptr_array_add(argv, NULL);
    c->pid = fork();
    if (c->pid == 0) {
        run_child(c->dir, (char **)argv->pdata, fds[1]);
    }
    if (monitor) {
        close(fds[1]);
    }
    c->fd = fds[0];
    return c;
}

QmpClient *qmp_client_start(const char *program, const char *const *args, Error **errp)
{
    return start(program, args, true, errp);
}

QmpClient *qmp_client_start_bare(const char *program, const char *const *args, Error **errp)
{
    return start(program, args, false, errp);
}

static gint64 now_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

QmpClient *qmp_client_connect(QmpClient *process, const char *path, Error **errp)
{
    g_autofree char *full = g_build_filename(process->dir, path, NULL);
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    gint64 end = now_ms() + QMP_CLIENT_TIMEOUT_MS;

    g_strlcpy(sa.sun_path, full, sizeof(sa.sun_path));
    for (;;) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0) {
            QmpClient *c = g_new0(QmpClient, 1);

            c->fd = fd;
            c->in = g_string_new(NULL);
            return c;
        }
        close(fd);
        if (now_ms() > end || waitpid(process->pid, &process->status, WNOHANG) == process->pid) {
            error_set_code(errp, ERROR_CODE_UNSPECIFIED, "nobody listens on %s", path);
            return NULL;
        }
        g_usleep(
            1000); /* there is no event for a file that appears, short of watching the folder */
    }
}

static void remove_dir(const char *dir)
{
    GDir *d = g_dir_open(dir, 0, NULL);
    const char *name;

    while (d && (name = g_dir_read_name(d))) {
        g_autofree char *path = g_build_filename(dir, name, NULL);

        unlink(path);
    }
    if (d) {
        g_dir_close(d);
    }
    rmdir(dir);
}

void qmp_client_free(QmpClient *c)
{
    qmp_client_disconnect(c);
    if (c->pid > 0 && !c->ended) {
        kill(c->pid, SIGKILL);
        waitpid(c->pid, &c->status, 0);
    }
    if (c->dir) {
        remove_dir(c->dir);
    }
    g_queue_clear_full(&c->events, (GDestroyNotify)json_object_unref);
    g_string_free(c->in, TRUE);
    g_free(c->dir);
    g_free(c);
}

void qmp_client_disconnect(QmpClient *c)
{
    if (c->fd >= 0) {
        close(c->fd);
        c->fd = -1;
    }
}

int qmp_client_wait_exit(QmpClient *c)
{
    gint64 end = now_ms() + QMP_CLIENT_TIMEOUT_MS;

    while (!c->ended) {
        if (waitpid(c->pid, &c->status, WNOHANG) == c->pid) {
            c->ended = true;
        } else if (now_ms() > end) {
            return -1;
        } else {
            g_usleep(1000); /* waitpid has no limit of its own */
        }
    }
    return WIFEXITED(c->status) ? WEXITSTATUS(c->status) : 128 + WTERMSIG(c->status);
}

pid_t qmp_client_pid(const QmpClient *c)
{
    return c->pid;
}

const char *qmp_client_dir(const QmpClient *c)
{
    return c->dir;
}

int qmp_client_fd(const QmpClient *c)
{
    return c->fd;
}

char *qmp_client_stderr(const QmpClient *c)
{
    g_autofree char *path = g_build_filename(c->dir, "stderr", NULL);
    char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

/* ---- bytes */

bool qmp_client_send(QmpClient *c, const char *text, Error **errp)
{
    size_t len = strlen(text);

    while (len) {
        ssize_t n = send(c->fd, text, len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return error_set_errno(errp, errno, "send");
        }
        text += n;
        len -= (size_t)n;
    }
    return true;
}

bool qmp_client_send_fd(QmpClient *c, const char *text, int fd, Error **errp)
{
    union {
        struct cmsghdr header; /* for its alignment */
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec iov = {.iov_base = (char *)text, .iov_len = strlen(text)};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof(control)};
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

    cmsg->cmsg_level = SOL_SOCKET;
    cmsg->cmsg_type = SCM_RIGHTS;
    cmsg->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
    return sendmsg(c->fd, &msg, MSG_NOSIGNAL) == (ssize_t)iov.iov_len ||
           error_set_errno(errp, errno, "sendmsg");
}

/* Reads what there is; false at the end, or when nothing came in time. */
static bool read_more(QmpClient *c, gint64 end, Error **errp)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    char buf[65536];

    if (poll(&p, 1, (int)MAX(end - now_ms(), 0)) <= 0) {
        return error_set_code(errp, ERROR_CODE_UNSPECIFIED, "nothing came in time");
    }
    ssize_t n = read(c->fd, buf, sizeof(buf));
    if (n <= 0) {
        return error_set_code(errp, ERROR_CODE_UNSPECIFIED, "the session was closed");
    }
    g_string_append_len(c->in, buf, n);
    return true;
}

char *qmp_client_read_line(QmpClient *c, int timeout_ms, Error **errp)
{
    gint64 end = now_ms() + timeout_ms;
    size_t looked = 0;

    for (;;) {
        char *nl = memchr(c->in->str + looked, '\n', c->in->len - looked);

        if (nl) {
            size_t n = (size_t)(nl - c->in->str) + 1;
            char *line = g_strndup(c->in->str, n);

            g_string_erase(c->in, 0, (gssize)n);
            return line;
        }
        looked = c->in->len;
        if (!read_more(c, end, errp)) {
            return NULL;
        }
    }
}

/* ---- messages */

JsonObject *qmp_client_receive(QmpClient *c, Error **errp)
{
    g_autofree char *line = qmp_client_read_line(c, QMP_CLIENT_TIMEOUT_MS, errp);
    g_autoptr(JsonNode) node = line ? json_parse(line, -1, errp) : NULL;

    if (!node) {
        return NULL;
    }
    if (!JSON_NODE_HOLDS_OBJECT(node)) {
        error_set_code(errp, ERROR_CODE_UNSPECIFIED, "not an object: %s", line);
        return NULL;
    }
    return json_node_dup_object(node);
}

bool qmp_client_negotiate(QmpClient *c, Error **errp)
{
    g_autoptr(JsonObject) greeting = qmp_client_receive(c, errp);

    if (!greeting) {
        return false;
    }
    if (!json_object_has_member(greeting, "QMP")) {
        return error_set_code(errp, ERROR_CODE_UNSPECIFIED, "not a greeting");
    }
    g_autoptr(JsonNode) node = qmp_client_execute(c, "qmp_capabilities", NULL, errp);
    return node;
}

static void set_reply_error(JsonObject *reply, Error **errp)
{
    JsonObject *detail = json_object_get_object_member(reply, "error");

    error_set_code(errp, ERROR_CODE_UNSPECIFIED, "%s: %s",
                   json_object_get_string_member(detail, "class"),
                   json_object_get_string_member(detail, "desc"));
}

JsonNode *qmp_client_execute(QmpClient *c, const char *command, const char *arguments, Error **errp)
{
    unsigned id = ++c->next_id;
    g_autofree char *request =
        g_strdup_printf("{\"execute\": \"%s\", \"id\": %u%s%s}\n", command, id,
                        arguments ? ", \"arguments\": " : "", arguments ? arguments : "");

    if (!qmp_client_send(c, request, errp)) {
        return NULL;
    }
    for (;;) {
        JsonObject *msg = qmp_client_receive(c, errp);

        if (!msg) {
            return NULL;
        }
        if (json_object_has_member(msg, "event")) {
            g_queue_push_tail(&c->events, msg);
            continue;
        }
        g_autoptr(JsonObject) reply = msg;
        if (json_object_has_member(reply, "error")) {
            set_reply_error(reply, errp);
            return NULL;
        }
        if (json_object_get_int_member_with_default(reply, "id", -1) != id) {
            error_set_code(errp, ERROR_CODE_UNSPECIFIED, "a reply to another request");
            return NULL;
        }
        return json_node_copy(json_object_get_member(reply, "return"));
    }
}

JsonObject *qmp_client_wait_event(QmpClient *c, const char *name, Error **errp)
{
    for (;;) {
        JsonObject *msg = g_queue_pop_head(&c->events);

        if (!msg) {
            msg = qmp_client_receive(c, errp);
        }
        if (!msg) {
            return NULL;
        }
        if (json_object_has_member(msg, "event") &&
            (!name || !strcmp(name, json_object_get_string_member(msg, "event")))) {
            return msg;
        }
        json_object_unref(msg);
    }
}

/* ---- shorter ways */

QmpClient *qmp_client_join(QmpClient *process, const char *path, Error **errp)
{
    QmpClient *c = qmp_client_connect(process, path, errp);

    if (c && !qmp_client_negotiate(c, errp)) {
        g_clear_pointer(&c, qmp_client_free);
    }
    return c;
}

JsonObject *qmp_client_ask(QmpClient *c, const char *request)
{
    return qmp_client_send(c, request, NULL) ? qmp_client_receive(c, NULL) : NULL;
}

const char *qmp_reply_error(JsonObject *reply, const char *member)
{
    JsonObject *error = reply && json_object_has_member(reply, "error")
                            ? json_object_get_object_member(reply, "error")
                            : NULL;

    return error ? json_object_get_string_member(error, member) : "";
}

int qmp_client_count_fds(const QmpClient *c)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/fd", (int)c->pid);
    DIR *d = opendir(path);
    int n = 0;

    while (d && readdir(d)) {
        n++;
    }
    if (d) {
        closedir(d);
    }
    return n;
}

bool qmp_client_await_fds(const QmpClient *c, int n)
{
    for (int i = 0; i < QMP_CLIENT_TIMEOUT_MS; i++) {
        if (qmp_client_count_fds(c) == n) {
            return true;
        }
        g_usleep(1000);
    }
    return false;
}
