/* SPDX-License-Identifier: MIT */
/* Interrupt lines: one source drives a level into one sink. */
#ifndef SOFTMMU_IRQ_H
#define SOFTMMU_IRQ_H

#include "softmmu/vm-lock.h"

typedef void IrqHandler(void *opaque, int n, int level);

/* A sink: what a device's input is. */
typedef struct IrqLine {
    IrqHandler *handler; /* NULL: not connected, levels go nowhere */
    void *opaque;
    int n;
} IrqLine;

static inline void irq_set(const IrqLine *line, int level) REQUIRES(vm_lock)
{
    if (line->handler) {
        line->handler(line->opaque, line->n, level);
    }
}

#endif
