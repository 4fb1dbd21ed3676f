/* SPDX-License-Identifier: MIT */
/* Character device "stdio": standard input and output. A terminal is set to raw input while it is
 * in use, and put back at the end however the process ends by itself. */
#include "backends/chardev/chardev-impl.h"

#include "util/module.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static struct {
    const Chardev *user;
    bool saved, registered;
    struct termios terminal;
    int flags[2]; /* of descriptors 0 and 1: shared with whoever started us */
    bool raw_signals;
} stdio_state;

static void restore_terminal(void)
{
    if (!stdio_state.saved) {
        return;
    }
    if (isatty(STDIN_FILENO)) {
        tcsetattr(STDIN_FILENO, TCSANOW, &stdio_state.terminal);
    }
    fcntl(STDIN_FILENO, F_SETFL, stdio_state.flags[0]);
    fcntl(STDOUT_FILENO, F_SETFL, stdio_state.flags[1]);
    stdio_state.saved = false;
}

static void set_raw(bool signals)
{
    struct termios t;

    if (tcgetattr(STDIN_FILENO, &t) < 0) {
        return;
    }
    t.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    t.c_oflag |= OPOST;
    t.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN);
    if (!signals) {
        t.c_lflag &= ~(tcflag_t)ISIG;
    }
    t.c_cflag &= ~(tcflag_t)(CSIZE | PARENB);
    t.c_cflag |= CS8;
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

/* The shell takes the terminal back when we are stopped; we want it raw again after that. */
static void continued(int sig)
{
    set_raw(stdio_state.raw_signals);
}

static void save_terminal(bool signals)
{
    stdio_state.flags[0] = fcntl(STDIN_FILENO, F_GETFL);
    stdio_state.flags[1] = fcntl(STDOUT_FILENO, F_GETFL);
    stdio_state.saved = true;
    stdio_state.raw_signals = signals;
    if (!stdio_state.registered) {
        atexit(restore_terminal);
        stdio_state.registered = true;
    }
    if (isatty(STDIN_FILENO)) {
        struct sigaction act = {.sa_handler = continued, .sa_flags = SA_RESTART};

        tcgetattr(STDIN_FILENO, &stdio_state.terminal);
        sigaction(SIGCONT, &act, NULL);
        set_raw(signals);
    }
}

static bool stdio_open(Chardev *chr, const ChardevBackend *backend, Error **errp)
{
    const ChardevStdio *options = backend->u.stdio.data;

    if (stdio_state.user) {
        return error_set_code(errp, ERROR_CODE_IN_USE,
                              "cannot use stdio by multiple character devices");
    }
    if (fcntl(STDIN_FILENO, F_GETFD) < 0 || fcntl(STDOUT_FILENO, F_GETFD) < 0) {
        return error_set_code(errp, ERROR_CODE_HOST_FAILURE, "standard input or output is closed");
    }
    stdio_state.user = chr;
    save_terminal(!options->has_signal || options->signal);
    /* Copies, so that 0 and 1 stay open whatever becomes of the device. */
    chardev_connect(chr, fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3),
                    fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
    return true;
}

static void stdio_close(Chardev *chr)
{
    if (stdio_state.user == chr) {
        restore_terminal();
        stdio_state.user = NULL;
    }
}

static char *stdio_filename(const Chardev *chr)
{
    return g_strdup("stdio");
}

static void stdio_class_init(ObjectClass *klass, const void *data)
{
    ChardevClass *k = (ChardevClass *)klass;

    k->separate_directions = true;
    k->open = stdio_open;
    k->close = stdio_close;
    k->describe = stdio_filename;
}

static const TypeInfo stdio_types[] = {{
    .name = "chardev-stdio",
    .parent = TYPE_CHARDEV,
    .class_init = stdio_class_init,
}};
DEFINE_TYPES(stdio_types);
