/* SPDX-License-Identifier: MIT */
/* Meanings of data processing on general registers (Arm ARM C4.1.92, C4.1.95). */
#include "accel/tcg/a64/sem.h"

/* ---- operands */

SEM_INLINE V64 rn_get(SemCtx c, unsigned sf)
{
    return x_getw(c, sf, c.i->rn);
}

SEM_INLINE V64 rm_get(SemCtx c, unsigned sf)
{
    return x_getw(c, sf, c.i->rm);
}

SEM_INLINE V64 imm_get(SemCtx c)
{
    return v_const(c, (uint64_t)c.i->imm);
}

/* Rm shifted by a constant; `shift` is LSL, LSR, ASR, ROR. */
SEM_INLINE V64 rm_shifted(SemCtx c, unsigned sf, unsigned shift)
{
    V64 v = rm_get(c, sf), n = v_const(c, c.i->a);

    switch (shift) {
    case 0:
        return v_shl(c, sf, v, n);
    case 1:
        return v_shr(c, sf, v, n);
    case 2:
        return v_sar(c, sf, v, n);
    default:
        return v_ror(c, sf, v, n);
    }
}

SEM_INLINE SemRet rd_set(SemCtx c, V64 v)
{
    x_set(c, c.i->rd, v);
    return sem_next(c);
}

SEM_INLINE SemRet rd_set_flags(SemCtx c, V64 v, VF f)
{
    flags_set(c, f);
    return rd_set(c, v);
}

/* ---- PC-relative addressing */

SEM(ADR)
{
    return rd_set(c, v_add(c, 1, pc_get(c), imm_get(c)));
}

SEM(ADRP)
{
    return rd_set(c, v_add(c, 1, v_and(c, pc_get(c), v_const(c, ~0xfffull)), imm_get(c)));
}

/* ---- add and subtract */

typedef enum AddSub { ADD, SUB } AddSub;

SEM_INLINE SemRet addsub(SemCtx c, unsigned sf, AddSub op, V64 a, V64 b)
{
    return rd_set(c, op == ADD ? v_add(c, sf, a, b) : v_sub(c, sf, a, b));
}

SEM_INLINE SemRet addsub_flags(SemCtx c, unsigned sf, AddSub op, V64 a, V64 b)
{
    VF f;
    V64 r = op == ADD ? v_adds(c, sf, a, b, &f) : v_subs(c, sf, a, b, &f);

    return rd_set_flags(c, r, f);
}

SEM(ADD_imm, unsigned sf)
{
    return addsub(c, sf, ADD, rn_get(c, sf), imm_get(c));
}

SEM(ADDS_imm, unsigned sf)
{
    return addsub_flags(c, sf, ADD, rn_get(c, sf), imm_get(c));
}

SEM(SUB_imm, unsigned sf)
{
    return addsub(c, sf, SUB, rn_get(c, sf), imm_get(c));
}

SEM(SUBS_imm, unsigned sf)
{
    return addsub_flags(c, sf, SUB, rn_get(c, sf), imm_get(c));
}

SEM(ADD_reg, unsigned sf, unsigned shift)
{
    return addsub(c, sf, ADD, rn_get(c, sf), rm_shifted(c, sf, shift));
}

SEM(ADDS_reg, unsigned sf, unsigned shift)
{
    return addsub_flags(c, sf, ADD, rn_get(c, sf), rm_shifted(c, sf, shift));
}

SEM(SUB_reg, unsigned sf, unsigned shift)
{
    return addsub(c, sf, SUB, rn_get(c, sf), rm_shifted(c, sf, shift));
}

SEM(SUBS_reg, unsigned sf, unsigned shift)
{
    return addsub_flags(c, sf, SUB, rn_get(c, sf), rm_shifted(c, sf, shift));
}

/* Rm extended and shifted left by 0 to 4. */
SEM_INLINE V64 rm_extended(SemCtx c, unsigned sf, unsigned option)
{
    return v_shl(c, sf, v_extend_reg(c, option, x_get(c, c.i->rm)), v_const(c, c.i->a));
}

SEM(ADD_ext, unsigned sf, unsigned option)
{
    return addsub(c, sf, ADD, rn_get(c, sf), rm_extended(c, sf, option));
}

SEM(ADDS_ext, unsigned sf, unsigned option)
{
    return addsub_flags(c, sf, ADD, rn_get(c, sf), rm_extended(c, sf, option));
}

SEM(SUB_ext, unsigned sf, unsigned option)
{
    return addsub(c, sf, SUB, rn_get(c, sf), rm_extended(c, sf, option));
}

SEM(SUBS_ext, unsigned sf, unsigned option)
{
    return addsub_flags(c, sf, SUB, rn_get(c, sf), rm_extended(c, sf, option));
}

/* Subtraction with carry adds the complement. */
SEM_INLINE V64 add_carry(SemCtx c, unsigned sf, AddSub op, VF *ret)
{
    V64 b = rm_get(c, sf);

    return v_adcs(c, sf, rn_get(c, sf), op == ADD ? b : v_not(c, sf, b), flags_get(c), ret);
}

SEM(ADC, unsigned sf)
{
    VF f;

    return rd_set(c, add_carry(c, sf, ADD, &f));
}

SEM(ADCS, unsigned sf)
{
    VF f;
    V64 r = add_carry(c, sf, ADD, &f);

    return rd_set_flags(c, r, f);
}

SEM(SBC, unsigned sf)
{
    VF f;

    return rd_set(c, add_carry(c, sf, SUB, &f));
}

SEM(SBCS, unsigned sf)
{
    VF f;
    V64 r = add_carry(c, sf, SUB, &f);

    return rd_set_flags(c, r, f);
}

/* ---- logic */

SEM(AND_imm, unsigned sf)
{
    return rd_set(c, v_and(c, rn_get(c, sf), imm_get(c)));
}

SEM(ORR_imm, unsigned sf)
{
    return rd_set(c, v_or(c, rn_get(c, sf), imm_get(c)));
}

SEM(EOR_imm, unsigned sf)
{
    return rd_set(c, v_xor(c, rn_get(c, sf), imm_get(c)));
}

SEM_INLINE SemRet logic_flags(SemCtx c, unsigned sf, V64 r)
{
    return rd_set_flags(c, r, f_logic(c, sf, r));
}

SEM(ANDS_imm, unsigned sf)
{
    return logic_flags(c, sf, v_and(c, rn_get(c, sf), imm_get(c)));
}

SEM(MOV_reg, unsigned sf)
{
    return rd_set(c, rm_get(c, sf));
}

SEM_INLINE V64 rm_shifted_not(SemCtx c, unsigned sf, unsigned shift)
{
    return v_not(c, sf, rm_shifted(c, sf, shift));
}

SEM(AND_reg, unsigned sf, unsigned shift)
{
    return rd_set(c, v_and(c, rn_get(c, sf), rm_shifted(c, sf, shift)));
}

SEM(BIC_reg, unsigned sf, unsigned shift)
{
    return rd_set(c, v_and(c, rn_get(c, sf), rm_shifted_not(c, sf, shift)));
}

SEM(ORR_reg, unsigned sf, unsigned shift)
{
    return rd_set(c, v_or(c, rn_get(c, sf), rm_shifted(c, sf, shift)));
}

SEM(ORN_reg, unsigned sf, unsigned shift)
{
    return rd_set(c, v_or(c, rn_get(c, sf), rm_shifted_not(c, sf, shift)));
}

SEM(EOR_reg, unsigned sf, unsigned shift)
{
    return rd_set(c, v_xor(c, rn_get(c, sf), rm_shifted(c, sf, shift)));
}

SEM(EON_reg, unsigned sf, unsigned shift)
{
    return rd_set(c, v_xor(c, rn_get(c, sf), rm_shifted_not(c, sf, shift)));
}

SEM(ANDS_reg, unsigned sf, unsigned shift)
{
    return logic_flags(c, sf, v_and(c, rn_get(c, sf), rm_shifted(c, sf, shift)));
}

SEM(BICS_reg, unsigned sf, unsigned shift)
{
    return logic_flags(c, sf, v_and(c, rn_get(c, sf), rm_shifted_not(c, sf, shift)));
}

/* ---- moves, bit fields */

SEM(MOVN)
{
    return rd_set(c, imm_get(c));
}

SEM(MOVZ)
{
    return rd_set(c, imm_get(c));
}

SEM(MOVK, unsigned sf)
{
    V64 hole = v_const(c, ~(0xffffull << i->a));

    return rd_set(c, v_or(c, v_and(c, x_getw(c, sf, i->rd), hole), imm_get(c)));
}

SEM(SBFM, unsigned sf)
{
    V64 top = v_shl(c, sf, rn_get(c, sf), v_const(c, i->a));

    return rd_set(c, v_sar(c, sf, top, v_const(c, i->b)));
}

SEM(UBFM, unsigned sf)
{
    V64 top = v_shl(c, sf, rn_get(c, sf), v_const(c, i->a));

    return rd_set(c, v_shr(c, sf, top, v_const(c, i->b)));
}

SEM(BFM, unsigned sf)
{
    V64 field = v_and(c, v_ror(c, sf, rn_get(c, sf), v_const(c, i->a)), imm_get(c));
    V64 rest = v_and(c, x_getw(c, sf, i->rd), v_const(c, ~(uint64_t)i->imm));

    return rd_set(c, v_or(c, rest, field));
}

SEM(EXTR, unsigned sf)
{
    return rd_set(c, v_extr(c, sf, rn_get(c, sf), rm_get(c, sf), i->a));
}

/* ---- conditional */

SEM_INLINE SemRet ccmp(SemCtx c, unsigned sf, AddSub op, V64 b)
{
    VB cond = f_cond(c, c.i->a, flags_get(c));
    VF f;

    if (op == ADD) {
        v_adds(c, sf, rn_get(c, sf), b, &f);
    } else {
        v_subs(c, sf, rn_get(c, sf), b, &f);
    }
    flags_set(c, flags_select(c, cond, f, flags_const(c, c.i->b)));
    return sem_next(c);
}

SEM(CCMN_reg, unsigned sf)
{
    return ccmp(c, sf, ADD, rm_get(c, sf));
}

SEM(CCMP_reg, unsigned sf)
{
    return ccmp(c, sf, SUB, rm_get(c, sf));
}

SEM(CCMN_imm, unsigned sf)
{
    return ccmp(c, sf, ADD, imm_get(c));
}

SEM(CCMP_imm, unsigned sf)
{
    return ccmp(c, sf, SUB, imm_get(c));
}

SEM_INLINE SemRet csel(SemCtx c, unsigned sf, V64 other)
{
    return rd_set(c, v_select(c, f_cond(c, c.i->a, flags_get(c)), rn_get(c, sf), other));
}

SEM(CSEL, unsigned sf)
{
    return csel(c, sf, rm_get(c, sf));
}

SEM(CSINC, unsigned sf)
{
    return csel(c, sf, v_add(c, sf, rm_get(c, sf), v_const(c, 1)));
}

SEM(CSINV, unsigned sf)
{
    return csel(c, sf, v_not(c, sf, rm_get(c, sf)));
}

SEM(CSNEG, unsigned sf)
{
    return csel(c, sf, v_sub(c, sf, v_const(c, 0), rm_get(c, sf)));
}

/* ---- FEAT_FlagM */

SEM(RMIF)
{
    V64 mask = v_const(c, (uint64_t)i->b << 28);
    V64 f = v_shl(c, 1, v_ror(c, 1, x_get(c, i->rn), v_const(c, i->a)), v_const(c, 28));
    V64 old = flags_pack(c, flags_get(c));

    f = v_or(c, v_and(c, f, mask), v_and(c, old, v_const(c, ~((uint64_t)i->b << 28))));
    flags_set(c, flags_unpack(c, f));
    return sem_next(c);
}

/* SETF8, SETF16: N, Z and V as an addition of that width would leave them; C stays. */
SEM(SETF, unsigned sz)
{
    unsigned bits = sz ? 16 : 8;
    V64 v = x_get(c, i->rn), one = v_const(c, 1);
    V64 n = v_and(c, v_shr(c, 1, v, v_const(c, bits - 1)), one);
    V64 over = v_xor(c, v_and(c, v_shr(c, 1, v, v_const(c, bits)), one), n);
    V64 f = v_and(c, flags_pack(c, flags_get(c)), v_const(c, PSTATE_C));
    VB zero = v_eqz(c, v_zext(c, bits, v));

    f = v_or(c, f, v_shl(c, 1, n, v_const(c, 31)));
    f = v_or(c, f, v_shl(c, 1, over, v_const(c, 28)));
    f = v_or(c, f, v_select(c, zero, v_const(c, PSTATE_Z), v_const(c, 0)));
    flags_set(c, flags_unpack(c, f));
    return sem_next(c);
}

#include "gen/a64-wrap-int.h"
