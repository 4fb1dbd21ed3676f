/* SPDX-License-Identifier: MIT */
/* The process around the VM: background, pid file, signals. */
#ifndef SOFTMMU_PROCESS_H
#define SOFTMMU_PROCESS_H

#include "util/error.h"

/* Forks; the caller goes on in the child. The parent waits for process_daemon_ready() or the
 * child's end and exits with 0 or 1. */
bool process_daemonize(Error **errp);
/* QMP answers: lets the parent exit, and stdin, stdout and stderr go to /dev/null. */
void process_daemon_ready(void);
/* What ps shows: at most 15 bytes. */
void process_set_name(const char *name);
/* Writes the process number; removed by an exit notifier. */
bool process_write_pidfile(const char *path, Error **errp);
/* SIGTERM, SIGINT and SIGHUP request a shutdown from the main loop. Before any thread. */
bool process_handle_signals(Error **errp);

#endif
