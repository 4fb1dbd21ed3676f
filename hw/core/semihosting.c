/* SPDX-License-Identifier: MIT */
/* Semihosting operations: parameter blocks, the console, time, exit. Files are in
 * semihosting-files.c. */
#include "hw/core/semihosting.h"

#include "backends/chardev/chardev.h"
#include "hw/core/semihosting-files.h"
#include "softmmu/clock.h"
#include "softmmu/run-state.h"
#include "util/bits.h"
#include "util/lock.h"
#include "util/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITEC = 0x03,
    SYS_WRITE0 = 0x04,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_READC = 0x07,
    SYS_ISERROR = 0x08,
    SYS_ISTTY = 0x09,
    SYS_SEEK = 0x0a,
    SYS_FLEN = 0x0c,
    SYS_TMPNAM = 0x0d,
    SYS_REMOVE = 0x0e,
    SYS_RENAME = 0x0f,
    SYS_CLOCK = 0x10,
    SYS_TIME = 0x11,
    SYS_SYSTEM = 0x12,
    SYS_ERRNO = 0x13,
    SYS_GET_CMDLINE = 0x15,
    SYS_HEAPINFO = 0x16,
    SYS_EXIT = 0x18,
    SYS_EXIT_EXTENDED = 0x20,
    SYS_ELAPSED = 0x30,
    SYS_TICKFREQ = 0x31,

    STOPPED_APPLICATION_EXIT = 0x20026,
    MAX_TEXT = 4096,   /* of a string the guest gives */
    CHUNK = 64 * 1024, /* bytes of a transfer at a time */
    INPUT_SIZE = 256,
    NS_PER_CS = 10000000,
};

static bool enabled, user_may;
static char *command_line;
static uint64_t heap_base, heap_limit;
static int last_errno; /* of the last failed call, by any vCPU */

/* ---- the console: the character device, or standard output */

static Chardev *console;
static Mutex input_lock;
static Cond input_came;
static uint8_t input[INPUT_SIZE];
static size_t input_len;

static size_t console_can_receive(void *opaque)
{
    mutex_lock(&input_lock);
    size_t room = sizeof(input) - input_len;
    mutex_unlock(&input_lock);
    return room;
}

static void console_receive(void *opaque, const uint8_t *buf, size_t len)
{
    mutex_lock(&input_lock);
    memcpy(input + input_len, buf, len);
    input_len += len;
    cond_signal(&input_came);
    mutex_unlock(&input_lock);
}

static const ChardevHandlers console_handlers = {
    .can_receive = console_can_receive,
    .receive = console_receive,
};

bool semihosting_console_write(int host_fd, const void *buf, size_t len) NO_THREAD_SAFETY
{
    if (console) {
        vm_lock_acquire();
        chardev_write(console, buf, len);
        vm_lock_release();
        return true;
    }
    while (len) {
        ssize_t n = write(host_fd, buf, len);

        if (n < 0 && errno != EINTR) {
            return false;
        }
        buf = (const char *)buf + MAX(n, 0);
        len -= (size_t)MAX(n, 0);
    }
    return true;
}

/* Waits a moment, not for ever: the vCPU may be asked to stop. */
ssize_t semihosting_console_read(void *buf, size_t len) NO_THREAD_SAFETY
{
    if (!console) {
        return 0; /* standard input may be somebody else's: it is at its end */
    }
    mutex_lock(&input_lock);
    if (!input_len) {
        cond_wait_until(&input_came, &input_lock, clock_now_ns(CLOCK_TYPE_REALTIME) + NS_PER_CS);
    }
    size_t n = MIN(len, input_len);
    memcpy(buf, input, n);
    memmove(input, input + n, input_len - n);
    input_len -= n;
    mutex_unlock(&input_lock);
    if (!n) {
        errno = EAGAIN;
        return -1;
    }
    vm_lock_acquire();
    chardev_accept_input(console);
    vm_lock_release();
    return (ssize_t)n;
}

/* ---- parameter blocks */

typedef struct Call {
    const SemihostingGuest *g;
    uint64_t block;
    uint64_t word[4];
} Call;

/* The first n words of the block; false: the guest cannot read it itself. */
static bool get_words(Call *c, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint8_t buf[8] = {0};

        if (!c->g->read(c->g->opaque, c->block + i * c->g->word_bytes, buf, c->g->word_bytes)) {
            errno = EFAULT;
            return false;
        }
        c->word[i] = ld_le(buf, c->g->word_bytes);
    }
    return true;
}

static bool put_words(const Call *c, uint64_t addr, const uint64_t *word, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint8_t buf[8];

        st_le(buf, c->g->word_bytes, word[i]);
        if (!c->g->write(c->g->opaque, addr + i * c->g->word_bytes, buf, c->g->word_bytes)) {
            errno = EFAULT;
            return false;
        }
    }
    return true;
}

/* A string of known length; NULL with errno. (transfer full) */
static char *get_text(const Call *c, uint64_t addr, uint64_t len)
{
    g_autofree char *text = NULL;

    if (len > MAX_TEXT) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    text = g_malloc0(len + 1);
    if (!c->g->read(c->g->opaque, addr, text, len)) {
        errno = EFAULT;
        return NULL;
    }
    return g_steal_pointer(&text);
}

/* ---- operations: the result, or -1 with errno */

static int64_t sys_open(Call *c)
{
    if (!get_words(c, 3)) {
        return -1;
    }
    g_autofree char *name = get_text(c, c->word[0], c->word[2]);

    return name ? semihosting_open(name, (unsigned)c->word[1]) : -1;
}

static int64_t sys_write0(Call *c)
{
    char buf[64];
    size_t n = 0;

    for (uint64_t at = c->block;; at++) {
        if (!c->g->read(c->g->opaque, at, &buf[n], 1)) {
            errno = EFAULT;
            return -1;
        }
        if (!buf[n] || ++n == sizeof(buf)) {
            semihosting_console_write(STDERR_FILENO, buf, n);
            if (n < sizeof(buf)) {
                return 0;
            }
            n = 0;
        }
    }
}

static int64_t sys_writec(Call *c)
{
    char ch;

    if (!c->g->read(c->g->opaque, c->block, &ch, 1)) {
        errno = EFAULT;
        return -1;
    }
    semihosting_console_write(STDERR_FILENO, &ch, 1);
    return 0;
}

/* Both give the number of bytes that were not transferred. */
static int64_t transfer(Call *c, bool to_host)
{
    g_autofree uint8_t *buf = NULL;
    uint64_t done = 0;

    if (!get_words(c, 3)) {
        return -1;
    }
    uint64_t len = c->word[2];
    buf = g_malloc(MAX(MIN(len, CHUNK), 1));
    while (done < len) {
        size_t n = MIN(len - done, CHUNK);
        ssize_t r;

        if (to_host && !c->g->read(c->g->opaque, c->word[1] + done, buf, n)) {
            errno = EFAULT;
            break;
        }
        r = to_host ? semihosting_write((int64_t)c->word[0], buf, n)
                    : semihosting_read((int64_t)c->word[0], buf, n);
        if (r < 0 && done == 0) {
            return -1;
        }
        if (!to_host && r > 0 && !c->g->write(c->g->opaque, c->word[1] + done, buf, (size_t)r)) {
            errno = EFAULT;
            break;
        }
        done += (uint64_t)MAX(r, 0);
        if (r < (ssize_t)n) {
            break;
        }
    }
    return (int64_t)(len - done);
}

static int64_t sys_tmpnam(Call *c)
{
    if (!get_words(c, 3) || c->word[1] > 255) {
        return -1;
    }
    g_autofree char *name =
        g_strdup_printf("%s/poise-%d-%02x", g_get_tmp_dir(), (int)getpid(), (unsigned)c->word[1]);
    size_t size = strlen(name) + 1;

    return size <= c->word[2] && c->g->write(c->g->opaque, c->word[0], name, size) ? 0 : -1;
}

static int64_t sys_remove(Call *c)
{
    g_autofree char *name = get_words(c, 2) ? get_text(c, c->word[0], c->word[1]) : NULL;

    return name ? remove(name) : -1;
}

static int64_t sys_rename(Call *c)
{
    g_autofree char *from = get_words(c, 4) ? get_text(c, c->word[0], c->word[1]) : NULL;
    g_autofree char *to = from ? get_text(c, c->word[2], c->word[3]) : NULL;

    return to ? rename(from, to) : -1;
}

static int64_t sys_system(Call *c)
{
    g_autofree char *command = get_words(c, 2) ? get_text(c, c->word[0], c->word[1]) : NULL;

    return command ? system(command) : -1;
}

static int64_t sys_get_cmdline(Call *c)
{
    size_t len = strlen(command_line);

    if (!get_words(c, 2)) {
        return -1;
    }
    if (len + 1 > c->word[1] || !c->g->write(c->g->opaque, c->word[0], command_line, len + 1)) {
        errno = len + 1 > c->word[1] ? E2BIG : EFAULT;
        return -1;
    }
    const uint64_t ret[] = {c->word[0], len};
    return put_words(c, c->block, ret, 2) ? 0 : -1;
}

static int64_t sys_heapinfo(Call *c)
{
    /* Heap upwards, stack downwards. */
    const uint64_t info[] = {heap_base, heap_limit, heap_limit, heap_base};

    return get_words(c, 1) && put_words(c, c->word[0], info, 4) ? 0 : -1;
}

static int64_t sys_elapsed(Call *c)
{
    const uint64_t now = (uint64_t)clock_now_ns(CLOCK_TYPE_VIRTUAL);
    const uint64_t words[] = {c->g->word_bytes == 8 ? now : (uint32_t)now, now >> 32};

    return put_words(c, c->block, words, c->g->word_bytes == 8 ? 1 : 2) ? 0 : -1;
}

/* AArch64, and the extended form, say why and with which status; SYS_EXIT of AArch32 why. */
static void sys_exit(Call *c, bool has_status)
{
    uint64_t reason = c->block, status = 0;

    if (has_status) {
        bool ok = get_words(c, 2);

        reason = ok ? c->word[0] : 0;
        status = ok ? c->word[1] : 1;
    }
    run_state_set_exit_code(reason == STOPPED_APPLICATION_EXIT ? (int)(status & 0xff) : 1);
    vm_request_shutdown(SHUTDOWN_CAUSE_GUEST_SHUTDOWN);
}

static int64_t one_handle(Call *c, int64_t (*fn)(int64_t handle))
{
    return get_words(c, 1) ? fn((int64_t)c->word[0]) : -1;
}

static int64_t sys_seek(Call *c)
{
    return get_words(c, 2) ? semihosting_seek((int64_t)c->word[0], c->word[1]) : -1;
}

static int64_t sys_readc(void)
{
    uint8_t ch;
    ssize_t n = semihosting_console_read(&ch, 1);

    return n == 1 ? ch : -1;
}

/* Those whose result is -1 or not, by number. */
static int64_t run(Call *c, uint32_t op)
{
    switch (op) {
    case SYS_OPEN:
        return sys_open(c);
    case SYS_CLOSE:
        return one_handle(c, semihosting_close);
    case SYS_WRITEC:
        return sys_writec(c);
    case SYS_WRITE0:
        return sys_write0(c);
    case SYS_WRITE:
        return transfer(c, true);
    case SYS_READ:
        return transfer(c, false);
    case SYS_READC:
        return sys_readc();
    case SYS_ISERROR:
        return get_words(c, 1) ? (int64_t)c->word[0] < 0 : -1;
    case SYS_ISTTY:
        return one_handle(c, semihosting_is_tty);
    case SYS_SEEK:
        return sys_seek(c);
    case SYS_FLEN:
        return one_handle(c, semihosting_length);
    case SYS_TMPNAM:
        return sys_tmpnam(c);
    case SYS_REMOVE:
        return sys_remove(c);
    case SYS_RENAME:
        return sys_rename(c);
    case SYS_CLOCK:
        return clock_now_ns(CLOCK_TYPE_VIRTUAL) / NS_PER_CS;
    case SYS_TIME:
        return clock_now_ns(CLOCK_TYPE_HOST) / 1000000000;
    case SYS_SYSTEM:
        return sys_system(c);
    case SYS_ERRNO:
        return last_errno;
    case SYS_GET_CMDLINE:
        return sys_get_cmdline(c);
    case SYS_HEAPINFO:
        return sys_heapinfo(c);
    case SYS_ELAPSED:
        return sys_elapsed(c);
    case SYS_TICKFREQ:
        return 1000000000;
    default:
        guest_error("semihosting: unknown operation 0x%x", op);
        errno = ENOSYS;
        return -1;
    }
}

SemihostingResult semihosting_call(const SemihostingGuest *g, uint32_t op, uint64_t arg,
                                   uint64_t *ret)
{
    Call c = {.g = g, .block = arg};

    if (op == SYS_EXIT || op == SYS_EXIT_EXTENDED) {
        sys_exit(&c, op == SYS_EXIT_EXTENDED || g->word_bytes == 8);
        return SEMIHOSTING_EXIT;
    }
    errno = 0;
    int64_t result = run(&c, op);
    if (result == -1 && errno == EAGAIN) {
        return SEMIHOSTING_AGAIN;
    }
    if (result == -1) {
        __atomic_store_n(&last_errno, errno, __ATOMIC_RELAXED);
    }
    *ret = (uint64_t)result;
    return SEMIHOSTING_DONE;
}

/* ---- configuration */

bool semihosting_enabled(bool user)
{
    return enabled && (user_may || !user);
}

void semihosting_set_heap(uint64_t base, uint64_t limit)
{
    heap_base = base;
    heap_limit = limit;
}

static char *make_command_line(const SemihostingConfig *c, const char *kernel, const char *append)
{
    GString *s = g_string_new(NULL);

    size_t n = c->arg ? c->arg->n : 0;

    for (size_t i = 0; i < n; i++) {
        g_string_append_printf(s, "%s%s", i ? " " : "", c->arg->items[i]);
    }
    if (!n && kernel) {
        g_string_append_printf(s, "%s%s%s", kernel, append ? " " : "", append ? append : "");
    }
    return g_string_free(s, FALSE);
}

bool semihosting_configure(const SemihostingConfig *c, const char *kernel, const char *append,
                           Error **errp)
{
    if (!c || !c->enable) {
        return true;
    }
    if (c->has_target && c->target == SEMIHOSTING_TARGET_GDB) {
        return error_set_code(
            errp, ERROR_CODE_NOT_SUPPORTED,
            "semihosting target 'gdb' needs a debugger, which cannot be attached");
    }
    if (c->chardev) {
        console = chardev_find(c->chardev);
        if (!console) {
            error_set_code(errp, ERROR_CODE_NOT_FOUND, "semihosting chardev '%s' not found",
                           c->chardev);
            error_set_path(errp, "/semihosting/chardev");
            return false;
        }
        if (!chardev_attach(console, &console_handlers, NULL, errp)) {
            return false;
        }
    }
    enabled = true;
    user_may = c->has_userspace && c->userspace;
    g_free(command_line);
    command_line = make_command_line(c, kernel, append);
    return true;
}
