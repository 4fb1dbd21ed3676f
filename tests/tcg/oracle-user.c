/* SPDX-License-Identifier: MIT */
/* A second oracle: user-runner under a user-mode emulator (qemu-aarch64, package qemu-user), states
 * through pipes. Memory, branches and what the system decides stay with the first. */
#include "tests/tcg/diff.h"
#include "tests/tcg/user-state.h"

#include <errno.h>
#include <gio/gio.h>
#include <unistd.h>

static int to = -1, from = -1;

bool user_oracle_open(const char *const *argv, const char **ret_reason)
{
    g_autoptr(GError) err = NULL;
    GPid pid;

    if (!g_spawn_async_with_pipes(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &pid,
                                  &to, &from, NULL, &err)) {
        *ret_reason = g_intern_string(err->message);
        return false;
    }
    return true;
}

static void transfer(UserState *s)
{
    if (write(to, s, sizeof(*s)) != (ssize_t)sizeof(*s)) {
        g_error("the runner ended");
    }
    for (size_t done = 0; done < sizeof(*s);) {
        ssize_t n = read(from, (char *)s + done, sizeof(*s) - done);
        if (n <= 0 && errno != EINTR) {
            g_error("the runner ended");
        }
        done += n > 0 ? (size_t)n : 0;
    }
}

void user_oracle_step(uint32_t word, DiffState *s)
{
    UserState u = {.sp = s->sp, .nzcv = s->nzcv, .fpcr = s->fpcr, .fpsr = s->fpsr, .word = word};

    memcpy(u.x, s->x, sizeof(u.x));
    memcpy(u.v, s->v, sizeof(u.v));
    transfer(&u);
    s->faulted = u.faulted;
    if (s->faulted) {
        return;
    }
    memcpy(s->x, u.x, sizeof(u.x));
    memcpy(s->v, u.v, sizeof(u.v));
    s->sp = u.sp;
    s->pc += 4;
    s->nzcv = (uint32_t)u.nzcv & PSTATE_NZCV;
    s->fpcr = (uint32_t)u.fpcr;
    s->fpsr = (uint32_t)u.fpsr;
}
