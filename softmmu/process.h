/* SPDX-License-Identifier: MIT */
/* The process around the VM: background, pid file, signals. */
#ifndef SOFTMMU_PROCESS_H
#define SOFTMMU_PROCESS_H

#include "util/error.h"

/* Forks; the caller goes on in the child. The parent waits for process_ready() or the child's end
 * and exits with 0 or 1. */
bool process_daemonize(Error **errp);
/* QMP answers: the pid file is written, $NOTIFY_SOCKET told, the parent let go, and then stdin,
 * stdout and stderr of a daemon go to /dev/null. Once only. */
bool process_ready(Error **errp);
/* What ps shows: at most 15 bytes. */
void process_set_name(const char *name);
/* Opens and locks the pid file, which process_ready() fills; removed by an exit notifier. */
bool process_open_pidfile(const char *path, Error **errp);
/* All memory, now and later, stays in RAM. */
bool process_lock_memory(Error **errp);
/* Looks the user up ("name" or "UID:GID"), before the root changes and name services vanish. */
bool process_find_user(const char *name, Error **errp);
/* Gives up what was needed for the set-up: the root directory (NULL: kept), then the user found. */
bool process_drop_privileges(const char *root, Error **errp);
/* A listening socket passed by a service manager (LISTEN_FDS): by its name in LISTEN_FDNAMES, -1
 * when there is none. */
int process_listen_fd(const char *name);
/* SIGTERM, SIGINT and SIGHUP request a shutdown from the main loop. Before any thread. */
bool process_handle_signals(Error **errp);

#endif
