/* SPDX-License-Identifier: MIT */
/* Atomic accesses to guest memory: ordered, read-modify-write, exclusive. */
#ifndef ACCEL_TCG_ATOMIC_H
#define ACCEL_TCG_ATOMIC_H

#include "accel/tcg/tcg-cpu.h"
#include "util/bits.h"

/* In the order of the `opc` field of the LSE encodings. */
typedef enum RmwOp {
    RMW_ADD,
    RMW_CLR,
    RMW_EOR,
    RMW_SET,
    RMW_SMAX,
    RMW_SMIN,
    RMW_UMAX,
    RMW_UMIN,
    RMW_SWP,
} RmwOp;

/* `p` is aligned to `bytes`. */
static inline uint64_t host_load_acquire(const void *p, unsigned bytes)
{
    switch (bytes) {
    case 1:
        return __atomic_load_n((const uint8_t *)p, __ATOMIC_ACQUIRE);
    case 2:
        return __atomic_load_n((const uint16_t *)p, __ATOMIC_ACQUIRE);
    case 4:
        return __atomic_load_n((const uint32_t *)p, __ATOMIC_ACQUIRE);
    default:
        return __atomic_load_n((const uint64_t *)p, __ATOMIC_ACQUIRE);
    }
}

/* Not only a release: a later load-acquire may not pass it (RCsc). */
static inline void host_store_release(void *p, unsigned bytes, uint64_t v)
{
    switch (bytes) {
    case 1:
        __atomic_store_n((uint8_t *)p, (uint8_t)v, __ATOMIC_SEQ_CST);
        break;
    case 2:
        __atomic_store_n((uint16_t *)p, (uint16_t)v, __ATOMIC_SEQ_CST);
        break;
    case 4:
        __atomic_store_n((uint32_t *)p, (uint32_t)v, __ATOMIC_SEQ_CST);
        break;
    default:
        __atomic_store_n((uint64_t *)p, v, __ATOMIC_SEQ_CST);
        break;
    }
}

/* False: the exception has been taken. Results are in t->loaded: what memory held; for stores, 1
 * when the monitor was open and nothing was stored. `mo` is the size of one element. */
bool tcg_load_excl(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo, bool pair);
bool tcg_store_excl(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo, bool pair,
                    uint64_t lo, uint64_t hi);
bool tcg_rmw(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, RmwOp op, uint64_t va, unsigned mo,
             uint64_t v);
bool tcg_cas(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo, uint64_t expected,
             uint64_t v);
/* Compares with t->loaded. */
bool tcg_cas_pair(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo, uint64_t lo,
                  uint64_t hi);

#endif
