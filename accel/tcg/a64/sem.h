/* SPDX-License-Identifier: MIT */
/* The vocabulary of sem-*.c: types of guest values and the verbs on them.
 *
 * A meaning is `static inline SemRet sem_<ROW>(SemCtx c, const A64Insn *i, split fields...)`. It is
 * compiled against plain values (sem-interp*.h, the interpreter) and can be compiled against IR
 * nodes. So guest values are single-member structures: no C operator, no `if` on them; what depends
 * on data is said by v_select, br_if and TRY(). Split fields and the record's members are constants
 * of the decoding: plain C is right for them.
 *
 *   V64   integer; 32-bit values are zero-extended      VB    truth value
 *   V128  vector register                               VF    the four flags
 *
 * Verbs that take `sf` work on 64 bits when it is set, else on 32 and zero-extend.
 * Every path ends in `return sem_next(c)`, a branch (br_*), or an exception (raise_*). An
 * instruction changes no register before its last TRY(): faults are precise. */
#ifndef ACCEL_TCG_A64_SEM_H
#define ACCEL_TCG_A64_SEM_H

#include "accel/tcg/memop.h"

/* Leaves the meaning when an access faulted; the exception has been taken. */
#define TRY(access)                \
    do {                           \
        if (unlikely(!(access))) { \
            return sem_stop(c);    \
        }                          \
    } while (0)

/* Workers that a meaning must contain, for no call of them to be in the way of its speed. */
#define SEM_INLINE static inline __attribute__((always_inline))

/* Begins the meaning of a row: SEM(ROW, unsigned split_field, ...). */
#define SEM(row, ...) SEM_INLINE SemRet sem_##row(SemCtx c, const A64Insn *i, ##__VA_ARGS__)

#ifdef A64_JIT
#include "accel/tcg/a64/sem-jit.h"
#else
#include "accel/tcg/a64/sem-interp.h"
#endif

#endif
