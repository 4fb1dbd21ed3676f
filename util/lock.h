/* SPDX-License-Identifier: MIT */
/* Mutexes and conditions: POSIX threads' own, which the thread sanitizer understands. Zeroed memory
 * is an unlocked mutex and a condition nobody waits for. */
#ifndef UTIL_LOCK_H
#define UTIL_LOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

typedef pthread_mutex_t Mutex;
typedef pthread_cond_t Cond;

static inline void mutex_lock(Mutex *m)
{
    pthread_mutex_lock(m);
}

static inline void mutex_unlock(Mutex *m)
{
    pthread_mutex_unlock(m);
}

static inline void cond_wait(Cond *c, Mutex *m)
{
    pthread_cond_wait(c, m);
}

/* At most until that moment of the host's monotonic clock; false: it came first. */
static inline bool cond_wait_until(Cond *c, Mutex *m, int64_t end_ns)
{
    struct timespec ts = {end_ns / 1000000000, end_ns % 1000000000};

    return pthread_cond_clockwait(c, m, CLOCK_MONOTONIC, &ts) == 0;
}

static inline void cond_signal(Cond *c)
{
    pthread_cond_signal(c);
}

static inline void cond_broadcast(Cond *c)
{
    pthread_cond_broadcast(c);
}

#endif
