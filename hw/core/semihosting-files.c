/* SPDX-License-Identifier: MIT */
/* The guest's file handles: host files, the console, and the list of extensions. */
#include "hw/core/semihosting-files.h"

#include "util/bits.h"
#include "util/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_HANDLES = 256, FIRST_HANDLE = 1 };

typedef enum FileKind { FILE_CLOSED, FILE_HOST, FILE_CONSOLE, FILE_FEATURES } FileKind;
typedef struct File {
    FileKind kind;
    int fd;     /* FILE_HOST; FILE_CONSOLE: where output goes without a character device */
    size_t pos; /* FILE_FEATURES */
} File;

/* Magic, and: SYS_EXIT_EXTENDED, stdout and stderr told apart. */
static const uint8_t features[] = {'S', 'H', 'F', 'B', 0x03};

/* Held over what is done with a host file, too: its descriptor must not become another's. */
static Mutex lock;
static File files[MAX_HANDLES];

/* lock held; NULL with errno. */
static File *file_of(int64_t handle)
{
    if (handle < FIRST_HANDLE || handle >= MAX_HANDLES || files[handle].kind == FILE_CLOSED) {
        errno = EBADF;
        return NULL;
    }
    return &files[handle];
}

static int64_t handle_new(File f)
{
    int64_t handle = FIRST_HANDLE;

    mutex_lock(&lock);
    while (handle < MAX_HANDLES && files[handle].kind != FILE_CLOSED) {
        handle++;
    }
    if (handle < MAX_HANDLES) {
        files[handle] = f;
    }
    mutex_unlock(&lock);
    if (handle < MAX_HANDLES) {
        return handle;
    }
    if (f.kind == FILE_HOST) {
        close(f.fd);
    }
    errno = EMFILE;
    return -1;
}

/* Not to wait for the other side of a FIFO: whoever waits here cannot be paused. */
static int64_t open_host(const char *name, unsigned mode)
{
    static const int flags[] = {O_RDONLY,
                                O_RDWR,
                                O_WRONLY | O_CREAT | O_TRUNC,
                                O_RDWR | O_CREAT | O_TRUNC,
                                O_WRONLY | O_CREAT | O_APPEND,
                                O_RDWR | O_CREAT | O_APPEND};
    int fd = open(name, flags[mode / 2] | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0644);

    return fd < 0 ? -1 : handle_new((File){.kind = FILE_HOST, .fd = fd});
}

int64_t semihosting_open(const char *name, unsigned mode)
{
    if (mode > 11) {
        errno = EINVAL;
        return -1;
    }
    if (strcmp(name, ":tt") == 0) {
        int fd = mode < 4 ? STDIN_FILENO : mode < 8 ? STDOUT_FILENO : STDERR_FILENO;

        return handle_new((File){.kind = FILE_CONSOLE, .fd = fd});
    }
    if (strcmp(name, ":semihosting-features") == 0) {
        if (mode > 1) {
            errno = EACCES;
            return -1;
        }
        return handle_new((File){.kind = FILE_FEATURES});
    }
    return open_host(name, mode);
}

static int64_t close_locked(int64_t handle)
{
    File *f = file_of(handle);

    if (!f) {
        return -1;
    }
    bool is_host = f->kind == FILE_HOST;
    f->kind = FILE_CLOSED;
    return is_host ? close(f->fd) : 0;
}

static int64_t is_tty_locked(int64_t handle)
{
    const File *f = file_of(handle);

    return !f ? -1 : f->kind == FILE_CONSOLE || (f->kind == FILE_HOST && isatty(f->fd));
}

static int64_t length_locked(int64_t handle)
{
    const File *f = file_of(handle);
    struct stat st;

    if (f && f->kind == FILE_HOST) {
        return fstat(f->fd, &st) < 0 ? -1 : st.st_size;
    }
    if (f && f->kind == FILE_CONSOLE) {
        errno = EINVAL;
    }
    return f && f->kind == FILE_FEATURES ? (int64_t)sizeof(features) : -1;
}

static int64_t with_lock(int64_t (*fn)(int64_t handle), int64_t handle)
{
    mutex_lock(&lock);
    int64_t r = fn(handle);
    mutex_unlock(&lock);
    return r;
}

int64_t semihosting_close(int64_t handle)
{
    return with_lock(close_locked, handle);
}

int64_t semihosting_is_tty(int64_t handle)
{
    return with_lock(is_tty_locked, handle);
}

int64_t semihosting_length(int64_t handle)
{
    return with_lock(length_locked, handle);
}

int64_t semihosting_seek(int64_t handle, uint64_t pos)
{
    int64_t r = -1;

    mutex_lock(&lock);
    File *f = file_of(handle);
    if (f && f->kind == FILE_HOST) {
        r = pos > INT64_MAX || lseek(f->fd, (off_t)pos, SEEK_SET) < 0 ? -1 : 0;
    } else if (f && f->kind == FILE_FEATURES) {
        f->pos = MIN(pos, sizeof(features));
        r = 0;
    } else if (f) {
        errno = ESPIPE;
    }
    mutex_unlock(&lock);
    return r;
}

static ssize_t read_features(File *f, void *buf, size_t len)
{
    size_t n = MIN(len, sizeof(features) - f->pos);

    memcpy(buf, features + f->pos, n);
    f->pos += n;
    return (ssize_t)n;
}

ssize_t semihosting_read(int64_t handle, void *buf, size_t len)
{
    ssize_t r = -1;

    mutex_lock(&lock);
    File *f = file_of(handle);
    bool is_console = f && f->kind == FILE_CONSOLE;
    if (f && f->kind == FILE_HOST) {
        r = read(f->fd, buf, len);
    } else if (f && f->kind == FILE_FEATURES) {
        r = read_features(f, buf, len);
    }
    mutex_unlock(&lock);
    if (r < 0 && !is_console && errno == EAGAIN) {
        g_usleep(1000); /* a FIFO without data: the guest asks again */
    }
    return is_console ? semihosting_console_read(buf, len) : r;
}

ssize_t semihosting_write(int64_t handle, const void *buf, size_t len)
{
    ssize_t r = -1;
    int console_fd = -1;

    mutex_lock(&lock);
    File *f = file_of(handle);
    if (f && f->kind == FILE_HOST) {
        r = write(f->fd, buf, len);
    } else if (f && f->kind == FILE_CONSOLE) {
        console_fd = f->fd;
    }
    mutex_unlock(&lock);
    if (console_fd > STDIN_FILENO && semihosting_console_write(console_fd, buf, len)) {
        return (ssize_t)len;
    }
    if (f && r < 0 && errno == 0) {
        errno = EBADF;
    }
    return r;
}
