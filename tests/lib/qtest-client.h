/* SPDX-License-Identifier: MIT */
/* A machine under the qtest accelerator: memory, lines and clock driven by the test, with a QMP
 * session beside. A request that fails ends the test program. */
#ifndef TESTS_LIB_QTEST_CLIENT_H
#define TESTS_LIB_QTEST_CLIENT_H

#include "tests/lib/qmp-client.h"

enum { QTEST_IRQS = 256 };

typedef struct Qtest {
    QmpClient *qmp;
    QmpClient *lines;     /* the protocol's socket */
    bool irq[QTEST_IRQS]; /* levels of the intercepted device, as of the last reply */
} Qtest;

/* program with -accel qtest and args (NULL-terminated), e.g. "-M", "virt". */
Qtest *qtest_start(const char *program, const char *const *args);
void qtest_free(Qtest *q);
/* The reply to a request, without "OK" and blank. (transfer full) */
char *qtest_request(Qtest *q, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
/* The same for requests that may fail: the whole line. (transfer full) */
char *qtest_request_raw(Qtest *q, const char *request);
uint64_t qtest_read(Qtest *q, uint64_t addr, unsigned size);
void qtest_write(Qtest *q, uint64_t addr, unsigned size, uint64_t value);
/* 32-bit registers. */
static inline uint32_t qtest_readl(Qtest *q, uint64_t addr)
{
    return (uint32_t)qtest_read(q, addr, 4);
}
static inline void qtest_writel(Qtest *q, uint64_t addr, uint32_t value)
{
    qtest_write(q, addr, 4, value);
}
/* Nanoseconds; returns the new time. */
int64_t qtest_clock_step(Qtest *q, int64_t ns);

#endif
