/* SPDX-License-Identifier: MIT */
/* Small files of the host, read as a whole. */
#include "backends/host-file.h"

#include "util/fdset.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_all(int fd, const char *path, char *buf, size_t *ret_len, Error **errp)
{
    size_t len = 0;
    ssize_t r;

    while ((r = pread(fd, buf + len, HOST_FILE_MAX + 1 - len, (off_t)len)) != 0) {
        if (r < 0 && errno == EINTR) {
            continue;
        }
        if (r < 0) {
            return error_set_errno(errp, errno, "Unable to read %s", path);
        }
        len += (size_t)r;
    }
    *ret_len = len;
    return len <= HOST_FILE_MAX ||
           error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                          "Unable to read %s: it is larger than %d bytes", path, HOST_FILE_MAX);
}

char *host_file_read(const char *path, size_t *ret_len, Error **errp)
{
    int fd = host_open(path, O_RDONLY | O_NONBLOCK, 0, errp);
    struct stat st;

    if (fd < 0) {
        error_prefix(errp, "Unable to read %s: ", path);
        return NULL;
    }
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Unable to read %s: it is not a file",
                       path);
        return NULL;
    }
    char *buf = g_malloc(HOST_FILE_MAX + 1);
    bool ok = read_all(fd, path, buf, ret_len, errp);
    close(fd);
    if (!ok) {
        explicit_bzero(buf, HOST_FILE_MAX + 1);
        g_free(buf);
        return NULL;
    }
    buf[*ret_len] = '\0';
    return buf;
}
