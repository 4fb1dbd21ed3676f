/* SPDX-License-Identifier: MIT */
/* Inside semihosting: the guest's file handles. All give -1 with errno on failure; handles come
 * from the guest and may be anything. */
#ifndef HW_CORE_SEMIHOSTING_FILES_H
#define HW_CORE_SEMIHOSTING_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* mode: 0 to 11, as fopen's "r" "rb" "r+" "r+b" "w" ... "a+b". ":tt" is the console,
 * ":semihosting-features" the list of extensions. A handle from 1 up. */
int64_t semihosting_open(const char *name, unsigned mode);
int64_t semihosting_close(int64_t handle);
int64_t semihosting_is_tty(int64_t handle);
int64_t semihosting_length(int64_t handle);
int64_t semihosting_seek(int64_t handle, uint64_t pos);
ssize_t semihosting_read(int64_t handle, void *buf, size_t len);
ssize_t semihosting_write(int64_t handle, const void *buf, size_t len);

/* semihosting.c */
bool semihosting_console_write(int host_fd, const void *buf, size_t len);
ssize_t semihosting_console_read(void *buf, size_t len);

#endif
