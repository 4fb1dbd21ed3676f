/* SPDX-License-Identifier: MIT */
/* The process around the VM: background, pid file, signals. */
#include "softmmu/process.h"

#include "softmmu/run-state.h"
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static int ready_fd = -1; /* child: where the parent waits */
static char *pidfile;

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
    if (chdir("/") < 0) {
        return error_set_errno(errp, errno, "-daemonize: cannot change to /");
    }
    return true;
}

void process_daemon_ready(void)
{
    if (ready_fd < 0) {
        return;
    }
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
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

void process_set_name(const char *name)
{
    prctl(PR_SET_NAME, name);
}

static void pidfile_remove(Notifier *n, void *data)
{
    unlink(pidfile);
    g_clear_pointer(&pidfile, g_free);
}

bool process_write_pidfile(const char *path, Error **errp)
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
    g_autofree char *text = g_strdup_printf("%d\n", (int)getpid());
    if (ftruncate(fd, 0) < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
        error_set_errno(errp, errno, "cannot create PID file: Failed to write '%s'", path);
        close(fd);
        return false;
    }
    /* The descriptor stays open: it holds the lock. */
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
