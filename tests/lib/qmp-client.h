/* SPDX-License-Identifier: MIT */
/* A process of ours (or of the peer) with a QMP client at the other end of a socket pair. Every
 * wait has a limit; what a process leaves behind is removed. */
#ifndef TESTS_LIB_QMP_CLIENT_H
#define TESTS_LIB_QMP_CLIENT_H

#include "util/json.h"
#include <sys/types.h>

typedef struct QmpClient QmpClient;

enum { QMP_CLIENT_TIMEOUT_MS = 20000 };

/* Starts program with args (NULL-terminated) and a monitor, in an empty directory of its own that
 * is its current one. The greeting is not awaited. */
QmpClient *qmp_client_start(const char *program, const char *const *args, Error **errp);
/* The same without a monitor: connect to sockets that args name. */
QmpClient *qmp_client_start_bare(const char *program, const char *const *args, Error **errp);
/* Another session, on a UNIX socket of the process; waits until the socket is there. */
QmpClient *qmp_client_connect(QmpClient *process, const char *path, Error **errp);
/* Kills the process if it still runs, and removes its directory. */
void qmp_client_free(QmpClient *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QmpClient, qmp_client_free)

pid_t qmp_client_pid(const QmpClient *c);
const char *qmp_client_dir(const QmpClient *c);
int qmp_client_fd(const QmpClient *c);
/* What the process wrote to stderr so far. (transfer full) */
char *qmp_client_stderr(const QmpClient *c);

/* Bytes as they are. */
bool qmp_client_send(QmpClient *c, const char *text, Error **errp);
/* The same, with a descriptor in the message. */
bool qmp_client_send_fd(QmpClient *c, const char *text, int fd, Error **errp);
/* The next message, whatever it is: its line (transfer full), NULL at the end or after timeout_ms.
 * Messages are lines, so not for pretty monitors. */
char *qmp_client_read_line(QmpClient *c, int timeout_ms, Error **errp);
JsonObject *qmp_client_receive(QmpClient *c, Error **errp);
/* Reads the greeting and ends the negotiation. */
bool qmp_client_negotiate(QmpClient *c, Error **errp);
/* Sends a command and waits for its reply; events on the way are kept. arguments: JSON text, NULL
 * for none. The result is "return"'s value (transfer full), or NULL with the reply's error. */
JsonNode *qmp_client_execute(QmpClient *c, const char *command, const char *arguments,
                             Error **errp);
/* The oldest kept or next event of this name (NULL: any); others before it are dropped.
 * (transfer full) */
JsonObject *qmp_client_wait_event(QmpClient *c, const char *name, Error **errp);
/* Waits for the process to end: its exit status, or 128 and the signal, or -1 after the limit. */
int qmp_client_wait_exit(QmpClient *c);
/* Closes the session; the process goes on. What was received stays. */
void qmp_client_disconnect(QmpClient *c);

/* A session on a UNIX socket of the process, negotiated. */
QmpClient *qmp_client_join(QmpClient *process, const char *path, Error **errp);
/* Sends bytes and takes the next message, whatever it is. (transfer full) */
JsonObject *qmp_client_ask(QmpClient *c, const char *request);
/* "class", "desc" or "x-code" of an error reply, "" for any other message. (borrowed) */
const char *qmp_reply_error(JsonObject *reply, const char *member);
/* Open descriptors of the process. */
int qmp_client_count_fds(const QmpClient *c);
/* Until it has so many: it notices by itself who left, and tells nobody. */
bool qmp_client_await_fds(const QmpClient *c, int n);

#endif
