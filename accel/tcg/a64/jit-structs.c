/* SPDX-License-Identifier: MIT */
/* Loads and stores of structures (LD2 to ST4) as IR: whole registers' worth of memory, and shuffles
 * between them. */
#define A64_JIT
#include "accel/tcg/a64/sem-vec.h"

/* Alignment is the elements' matter. */
static unsigned access_of(VecShape s, unsigned bytes)
{
    return (bytes == 16 ? MO_128 : MO_64) | (s.esize + 1u) << MO_PART_SHIFT;
}

static unsigned chunks_of(VecShape s, unsigned regs)
{
    return (s.bytes * regs + 15) / 16;
}

/* The mask that takes what belongs into `to` from `from`: where[n] is the place of byte n in all of
 * the chunks or registers. */
static V128 pick_mask(SemCtx c, const uint8_t *where, unsigned from)
{
    ArmVec mask;

    for (unsigned n = 0; n < 16; n++) {
        mask.b[n] = where[n] / 16 == from ? where[n] % 16 : 0x80;
    }
    return vec_const(c, mask.d[0], mask.d[1]);
}

static V128 pick(SemCtx c, const V128 *v, unsigned n, const uint8_t *where)
{
    V128 r = {0};

    for (unsigned k = 0; k < n; k++) {
        V128 part = jit_vec(c, IR_V_BYTES, 0, v[k], pick_mask(c, where, k), 0);
        r = k ? vec_or(c, (VecShape){3, 16}, r, part) : part;
    }
    return r;
}

/* Byte n of register k is in memory at this place; 0xf0: nowhere. */
static unsigned place_in_memory(VecShape s, unsigned regs, unsigned k, unsigned n)
{
    unsigned element = n >> s.esize;

    return n < s.bytes ? ((element * regs + k) << s.esize) + (n & MASK64(s.esize)) : 0xf0;
}

static void take_apart_3(SemCtx c, VecShape s, const V128 *m, V128 *v)
{
    for (unsigned k = 0; k < 3; k++) {
        uint8_t where[16];
        for (unsigned n = 0; n < 16; n++) {
            where[n] = (uint8_t)place_in_memory(s, 3, k, n);
        }
        v[k] = pick(c, m, chunks_of(s, 3), where);
    }
}

static V128 unzip(SemCtx c, VecShape s, unsigned odd, V128 a, V128 b)
{
    return jit_vec(c, IR_V_UNZIP, s.esize, a, b, odd);
}

static void take_apart(SemCtx c, VecShape s, unsigned regs, const V128 *m, V128 *v)
{
    unsigned last = chunks_of(s, regs) - 1;

    if (regs == 3) {
        take_apart_3(c, s, m, v);
    } else if (regs == 2) {
        v[0] = unzip(c, s, 0, m[0], m[last]);
        v[1] = unzip(c, s, 1, m[0], m[last]);
    } else {
        V128 t[4] = {unzip(c, s, 0, m[0], m[1]), unzip(c, s, 1, m[0], m[1])};
        t[2] = last > 1 ? unzip(c, s, 0, m[2], m[3]) : t[0];
        t[3] = last > 1 ? unzip(c, s, 1, m[2], m[3]) : t[1];
        for (unsigned k = 0; k < 4; k++) {
            v[k] = unzip(c, s, k / 2, t[k & 1], t[2 + (k & 1)]);
        }
    }
}

bool jit_ld_interleaved(SemCtx c, VecShape s, unsigned regs, V64 addr)
{
    V128 m[4], v[4];

    unsigned whole = s.bytes * regs / 16;
    jit_load_many(c, access_of(s, 16), addr, whole, m);
    if (whole < chunks_of(s, regs)) {
        m[whole] = jit_loadv(c, access_of(s, 8), jit_ahead(c, addr, 16 * whole));
    }
    take_apart(c, s, regs, m, v);
    for (unsigned k = 0; k < regs; k++) {
        vec_set(c, (c.i->rd + k) & 31, vec_low(c, s.bytes, v[k]));
    }
    return true;
}

/* ---- stores */

static void put_together_3(SemCtx c, VecShape s, const V128 *v, V128 *m)
{
    uint8_t where[48];

    for (unsigned k = 0; k < 3; k++) {
        for (unsigned n = 0; n < s.bytes; n++) {
            where[place_in_memory(s, 3, k, n)] = (uint8_t)(16 * k + n);
        }
    }
    memset(where + 3 * s.bytes, 0xf0, sizeof(where) - 3 * s.bytes);
    for (unsigned k = 0; k < chunks_of(s, 3); k++) {
        m[k] = pick(c, v, 3, where + 16 * k);
    }
}

static V128 zip(SemCtx c, VecShape s, bool high, V128 a, V128 b)
{
    return jit_vec(c, high ? IR_V_ZIPH : IR_V_ZIP, s.esize, a, b, 0);
}

static void put_together(SemCtx c, VecShape s, unsigned regs, const V128 *v, V128 *m)
{
    if (regs == 3) {
        put_together_3(c, s, v, m);
    } else if (regs == 2) {
        m[0] = zip(c, s, false, v[0], v[1]);
        m[1] = zip(c, s, true, v[0], v[1]);
    } else {
        for (unsigned k = 0; k < chunks_of(s, 4); k += 2) {
            V128 even = zip(c, s, k, v[0], v[2]), odd = zip(c, s, k, v[1], v[3]);
            m[k] = zip(c, s, false, even, odd);
            m[k + 1] = zip(c, s, true, even, odd);
        }
    }
}

bool jit_st_interleaved(SemCtx c, VecShape s, unsigned regs, V64 addr)
{
    V128 v[4], m[4];

    for (unsigned k = 0; k < regs; k++) {
        v[k] = vec_get(c, (c.i->rd + k) & 31);
    }
    put_together(c, s, regs, v, m);
    unsigned whole = s.bytes * regs / 16;
    jit_store_many(c, access_of(s, 16), addr, whole, m);
    if (whole < chunks_of(s, regs)) {
        jit_storev(c, access_of(s, 8), jit_ahead(c, addr, 16 * whole), m[whole]);
    }
    return true;
}
