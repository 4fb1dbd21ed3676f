/* SPDX-License-Identifier: MIT */
/* Meanings of data processing on general registers (Arm ARM C4.1.86 and C4.1.92). */
#include "accel/tcg/a64/sem.h"

typedef enum AddSub { ADD, SUB } AddSub;

static inline SemRet addsub(SemCtx c, unsigned sf, AddSub op, bool setflags, V64 a, V64 b)
{
    VF f;
    V64 r = op == ADD ? v_adds(c, sf, a, b, &f) : v_subs(c, sf, a, b, &f);

    if (setflags) {
        flags_set(c, f);
    }
    x_set(c, c.i->rd, r);
    return sem_next(c);
}

static inline SemRet addsub_imm(SemCtx c, unsigned sf, AddSub op, bool setflags)
{
    return addsub(c, sf, op, setflags, x_getw(c, sf, c.i->rn), v_const(c, (uint64_t)c.i->imm));
}

static inline SemRet sem_ADD_imm(SemCtx c, const A64Insn *i, unsigned sf)
{
    return addsub_imm(c, sf, ADD, false);
}

static inline SemRet sem_ADDS_imm(SemCtx c, const A64Insn *i, unsigned sf)
{
    return addsub_imm(c, sf, ADD, true);
}

static inline SemRet sem_SUB_imm(SemCtx c, const A64Insn *i, unsigned sf)
{
    return addsub_imm(c, sf, SUB, false);
}

static inline SemRet sem_SUBS_imm(SemCtx c, const A64Insn *i, unsigned sf)
{
    return addsub_imm(c, sf, SUB, true);
}

#include "gen/a64-wrap-int.h"
