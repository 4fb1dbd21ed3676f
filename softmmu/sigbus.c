/* SPDX-License-Identifier: MIT */
/* Failing memory under the guest.
 *
 * The access that failed has to end somehow: the handler puts zeros where the page was, the
 * access completes, and the main loop, told through a pipe, stops the VM. What the page held is
 * lost in any case. */
#include "softmmu/sigbus.h"

#include "gen/qapi-events.h"
#include "softmmu/memory.h"
#include "softmmu/run-state.h"
#include "util/bits.h"
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

typedef struct Failure {
    uint64_t offset; /* in its RAM block */
    bool required;   /* an access needs the page now */
    char block[40];
} Failure;

static int report_fd = -1;

/* Async-signal-safe, as all below up to the handler. */
static void default_action(int sig)
{
    signal(sig, SIG_DFL);
    /* A fault happens again on return; a signal from outside has to be sent again. */
    raise(sig);
}

/* Pages may be huge: the host refuses to replace a part of one. */
static bool replace_page(RamBlock *rb, uint64_t offset)
{
    static const uint64_t sizes[] = {4 * KiB, 16 * KiB, 64 * KiB, 2 * MiB, 1 * GiB};
    uint64_t host_page = (uint64_t)sysconf(_SC_PAGESIZE);

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        uint8_t *at = rb->host + (offset & ~(sizes[i] - 1));

        if (sizes[i] >= host_page && mmap(at, sizes[i], PROT_READ | PROT_WRITE,
                                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == at) {
            return true;
        }
    }
    return false;
}

static void on_sigbus(int sig, siginfo_t *info, void *context)
{
    bool optional = info->si_code == BUS_MCEERR_AO;
    int saved = errno;
    Failure f = {.required = !optional};
    RamBlock *rb =
        info->si_code > 0 ? ram_block_from_host(info->si_addr, &f.offset) : NULL; /* 0: kill() */

    if (!rb || (!optional && !replace_page(rb, f.offset))) {
        default_action(sig);
        return;
    }
    strncpy(f.block, rb->name, sizeof(f.block) - 1);
    /* Smaller than PIPE_BUF: whole or not at all; one report is enough to stop. */
    if (write(report_fd, &f, sizeof(f)) < 0) {
        errno = saved;
    }
    errno = saved;
}

static void report(const Failure *f)
{
    MemoryFailureFlags flags = {.action_required = f->required};

    error_report("memory failure in guest RAM '%s' at offset 0x%" PRIx64 "%s", f->block, f->offset,
                 f->required ? ": the VM is stopped" : "");
    qapi_event_send_memory_failure(
        MEMORY_FAILURE_RECIPIENT_HYPERVISOR,
        f->required ? MEMORY_FAILURE_ACTION_FATAL : MEMORY_FAILURE_ACTION_IGNORE, &flags);
    if (f->required) {
        vm_request_stop(RUN_STATE_INTERNAL_ERROR);
    }
}

static gboolean reports_ready(gint fd, GIOCondition condition, gpointer opaque)
{
    Failure f;

    while (read(fd, &f, sizeof(f)) == sizeof(f)) {
        report(&f);
    }
    return G_SOURCE_CONTINUE;
}

bool sigbus_init(Error **errp)
{
    struct sigaction action = {.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO};
    int fds[2];

    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0) {
        return error_set_errno(errp, errno, "cannot create a pipe");
    }
    report_fd = fds[1];
    g_unix_fd_add(fds[0], G_IO_IN, reports_ready, NULL);
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
    /* Failing pages are told as soon as the host knows, not when somebody uses them. */
    prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0);
    return true;
}
