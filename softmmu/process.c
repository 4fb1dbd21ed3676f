/* SPDX-License-Identifier: MIT */
/* The process around the VM: background, readiness, privileges, signals. */
#include "softmmu/process.h"

#include "softmmu/run-state.h"
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int ready_fd = -1; /* child: where the parent waits */
static char *pidfile;
static int pid_fd = -1;

G_NORETURN static void parent_wait(int fd, pid_t child)
{
    char status;

    if (read(fd, &status, 1) == 1) {
        _exit(EXIT_SUCCESS);
    }
    waitpid(child, NULL, 0);
    _exit(EXIT_FAILURE);
}

bool process_daemonize(Error **errp)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0) {
        return error_set_errno(errp, errno, "-daemonize: cannot create a pipe");
    }
    pid_t child = fork();
    if (child < 0) {
        close(fds[0]);
        close(fds[1]);
        return error_set_errno(errp, errno, "-daemonize: cannot fork");
    }
    if (child) {
        close(fds[1]);
        parent_wait(fds[0], child);
    }
    close(fds[0]);
    ready_fd = fds[1];
    setsid();
    return true;
}

/* ---- readiness */

/* To the service manager, as sd_notify(3) defines it. */
static void notify_manager(const char *text)
{
    const char *path = g_getenv("NOTIFY_SOCKET");
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    size_t len = path ? strlen(path) : 0;

    if (len < 2 || len >= sizeof(addr.sun_path) || (*path != '/' && *path != '@')) {
        return;
    }
    memcpy(addr.sun_path, path, len);
    if (*path == '@') {
        addr.sun_path[0] = '\0';
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 ||
        sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&addr,
               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0) {
        warn_report("cannot tell NOTIFY_SOCKET: %s", g_strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
}

/* Only now, so that relative paths of the command line mean what they did for whoever wrote them.
 */
static void release_parent(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (chdir("/") < 0) {
        warn_report("cannot change to /: %s", g_strerror(errno));
    }
    for (int fd = 0; fd <= 2 && null >= 0; fd++) {
        dup2(null, fd);
    }
    if (null > 2) {
        close(null);
    }
    if (write(ready_fd, "", 1) != 1) {
        warn_report("the parent process did not wait");
    }
    close(ready_fd);
    ready_fd = -1;
}

bool process_ready(Error **errp)
{
    static bool done;
    g_autofree char *pid = g_strdup_printf("%d\n", (int)getpid());
    g_autofree char *state = g_strdup_printf("READY=1\nMAINPID=%d\n", (int)getpid());

    if (done) {
        return true;
    }
    if (pid_fd >= 0 &&
        (ftruncate(pid_fd, 0) < 0 || pwrite(pid_fd, pid, strlen(pid), 0) != (ssize_t)strlen(pid))) {
        return error_set_errno(errp, errno, "cannot create PID file: Failed to write '%s'",
                               pidfile);
    }
    done = true;
    notify_manager(state);
    if (ready_fd >= 0) {
        release_parent();
    }
    return true;
}

int process_listen_fd(const char *name)
{
    enum { FIRST_FD = 3 };
    const char *pid = g_getenv("LISTEN_PID"), *count = g_getenv("LISTEN_FDS");
    const char *names = g_getenv("LISTEN_FDNAMES");
    g_auto(GStrv) list = g_strsplit(names ? names : "", ":", -1);

    if (!pid || !count || strtol(pid, NULL, 10) != (long)getpid()) {
        return -1;
    }
    for (int i = 0; list[i] && i < strtol(count, NULL, 10); i++) {
        if (strcmp(list[i], name) == 0) {
            return FIRST_FD + i;
        }
    }
    return -1;
}

/* ---- privileges */

static bool user_known;
static uid_t user_uid;
static gid_t user_gid;
static char *user_name; /* NULL: given by numbers */

bool process_find_user(const char *name, Error **errp)
{
    const struct passwd *pw = getpwnam(name);
    unsigned uid, gid;
    char end;

    if (pw) {
        user_uid = pw->pw_uid;
        user_gid = pw->pw_gid;
        user_name = g_strdup(name);
    } else if (sscanf(name, "%u:%u%c", &uid, &gid, &end) == 2) {
        user_uid = uid;
        user_gid = gid;
    } else {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "User \"%s\" doesn't exist (and is not <uid>:<gid>)", name);
    }
    user_known = true;
    return true;
}

static bool become_user(Error **errp)
{
    int r = user_name ? initgroups(user_name, user_gid) : setgroups(1, &user_gid);

    if (r < 0 || setgid(user_gid) < 0 || setuid(user_uid) < 0) {
        return error_set_errno(errp, errno, "cannot become user %u, group %u", (unsigned)user_uid,
                               (unsigned)user_gid);
    }
    /* What cannot be given up was not given up. */
    if (user_uid && setuid(0) == 0) {
        return error_set_code(errp, ERROR_CODE_HOST_FAILURE, "Dropping privileges failed");
    }
    return true;
}

bool process_drop_privileges(const char *root, Error **errp)
{
    if (root && (chroot(root) < 0 || chdir("/") < 0)) {
        return error_set_errno(errp, errno, "chroot failed: '%s'", root);
    }
    return !user_known || become_user(errp);
}

bool process_lock_memory(Error **errp)
{
    return mlockall(MCL_CURRENT | MCL_FUTURE) == 0 ||
           error_set_errno(errp, errno, "locking memory failed");
}

/* ---- identity of the process */

void process_set_name(const char *name)
{
    prctl(PR_SET_NAME, name);
}

static void pidfile_remove(Notifier *n, void *data)
{
    struct stat ours, there;

    /* Only what this process has locked. */
    if (fstat(pid_fd, &ours) == 0 && stat(pidfile, &there) == 0 && S_ISREG(there.st_mode) &&
        ours.st_ino == there.st_ino && ours.st_dev == there.st_dev) {
        unlink(pidfile);
    }
    g_clear_pointer(&pidfile, g_free);
}

bool process_open_pidfile(const char *path, Error **errp)
{
    static Notifier at_exit = {.notify = pidfile_remove};
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    if (fd < 0) {
        return error_set_errno(errp, errno, "cannot create PID file: Cannot open pid file '%s'",
                               path);
    }
    if (fcntl(fd, F_SETLK, &lock) < 0) {
        error_set_errno(errp, errno, "cannot create PID file: '%s' is in use", path);
        close(fd);
        return false;
    }
    pid_fd = fd; /* stays open: it holds the lock */
    pidfile = realpath(path, NULL);
    exit_add_notifier(&at_exit);
    return true;
}

static gboolean signal_arrived(gint fd, GIOCondition condition, gpointer opaque)
{
    struct signalfd_siginfo info;

    while (read(fd, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_pid) {
            error_report("terminating on signal %u from pid %u", info.ssi_signo, info.ssi_pid);
        } else {
            error_report("terminating on signal %u", info.ssi_signo);
        }
        vm_request_shutdown(SHUTDOWN_CAUSE_HOST_SIGNAL);
    }
    return G_SOURCE_CONTINUE;
}

bool process_handle_signals(Error **errp)
{
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    /* Threads made later inherit the mask, so the main loop alone hears them. */
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) {
        return error_set_errno(errp, errno, "cannot watch for signals");
    }
    g_unix_fd_add(fd, G_IO_IN, signal_arrived, NULL);
    return true;
}
