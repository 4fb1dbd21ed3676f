/* SPDX-License-Identifier: MIT */
/* x86-64 instructions as bytes. */
#include "accel/tcg/x64/asm.h"

#include <string.h>

void x64_byte(X64Asm *s, uint8_t v)
{
    if (s->p < s->end) {
        *s->p++ = v;
    } else {
        s->overflow = true;
    }
}

static void bytes(X64Asm *s, uint64_t v, unsigned n)
{
    for (unsigned i = 0; i < n; i++, v >>= 8) {
        x64_byte(s, (uint8_t)v);
    }
}

void x64_imm32(X64Asm *s, uint32_t v)
{
    bytes(s, v, 4);
}

void x64_imm64(X64Asm *s, uint64_t v)
{
    bytes(s, v, 8);
}

void x64_align(X64Asm *s, unsigned n)
{
    while ((uintptr_t)s->p % n && !s->overflow) {
        x64_byte(s, 0xcc);
    }
}

const void *x64_rx(const X64Asm *s)
{
    return s->p + s->rx_delta;
}

/* ---- encoding */

static void prefix(X64Asm *s, uint32_t opcode)
{
    static const uint8_t prefixes[] = {0, 0x66, 0xf2, 0xf3};

    if (opcode >> 24 & 3) {
        x64_byte(s, prefixes[opcode >> 24 & 3]);
    }
}

static void escape_and_opcode(X64Asm *s, uint32_t opcode)
{
    if (opcode & 0xff0000) {
        x64_byte(s, (uint8_t)(opcode >> 16));
    }
    if (opcode & 0xffff00) {
        x64_byte(s, (uint8_t)(opcode >> 8));
    }
    x64_byte(s, (uint8_t)opcode);
}

static void rex(X64Asm *s, bool wide, bool force, unsigned reg, unsigned index, unsigned base)
{
    unsigned v =
        0x40u | (unsigned)wide << 3 | (reg >> 3 & 1) << 2 | (index >> 3 & 1) << 1 | (base >> 3 & 1);

    if (v != 0x40 || force) {
        x64_byte(s, (uint8_t)v);
    }
}

static bool byte_needs_rex(uint32_t opcode, unsigned r)
{
    return (opcode & X64_BYTE) && r >= RSP && r <= RDI;
}

void x64_rr(X64Asm *s, bool wide, uint32_t opcode, unsigned reg, unsigned rm)
{
    prefix(s, opcode);
    rex(s, wide, byte_needs_rex(opcode, reg) || byte_needs_rex(opcode, rm), reg, 0, rm);
    escape_and_opcode(s, opcode);
    x64_byte(s, (uint8_t)(0xc0 | (reg & 7) << 3 | (rm & 7)));
}

static void modrm(X64Asm *s, unsigned reg, X64Mem m, unsigned imm_bytes)
{
    unsigned r = (reg & 7) << 3;

    if (m.base == X64_NO_REG) {
        x64_byte(s, (uint8_t)(r | 5));
        /* disp counts from where the instruction ends; it was told from where it begins to. */
        x64_imm32(s, (uint32_t)m.disp - imm_bytes);
        return;
    }
    bool sib = m.index != X64_NO_REG || (m.base & 7) == RSP;
    unsigned mod = m.disp == 0 && (m.base & 7) != RBP ? 0
                   : m.disp >= -128 && m.disp <= 127  ? 0x40
                                                      : 0x80;
    x64_byte(s, (uint8_t)(mod | r | (sib ? 4 : m.base & 7)));
    if (sib) {
        unsigned index = m.index == X64_NO_REG ? 4 : m.index & 7;
        x64_byte(s, (uint8_t)(m.scale << 6 | index << 3 | (m.base & 7)));
    }
    if (mod) {
        bytes(s, (uint32_t)m.disp, mod == 0x40 ? 1 : 4);
    }
}

void x64_rm_imm(X64Asm *s, bool wide, uint32_t opcode, unsigned reg, X64Mem m, unsigned imm_bytes)
{
    unsigned index = m.index == X64_NO_REG ? 0 : m.index, base = m.base == X64_NO_REG ? 0 : m.base;

    prefix(s, opcode);
    rex(s, wide, byte_needs_rex(opcode, reg), reg, index, base);
    escape_and_opcode(s, opcode);
    modrm(s, reg, m, imm_bytes);
}

void x64_rm(X64Asm *s, bool wide, uint32_t opcode, unsigned reg, X64Mem m)
{
    x64_rm_imm(s, wide, opcode, reg, m, 0);
}

/* SDM volume 2, 2.3.5: always the three-byte form where the two-byte one cannot say it. */
static void vex(X64Asm *s, bool w, bool l256, uint32_t opcode, unsigned reg, unsigned v,
                unsigned index, unsigned base)
{
    static const uint8_t pp[] = {0, 1, 3, 2};
    unsigned map = (opcode & 0xff0000) == 0 ? 1 : (opcode & 0xff00) == 0x3800 ? 2 : 3;
    unsigned low = (~v & 15) << 3 | (unsigned)l256 << 2 | pp[opcode >> 24 & 3];

    if (map == 1 && !w && !(index >> 3 & 1) && !(base >> 3 & 1)) {
        x64_byte(s, 0xc5);
        x64_byte(s, (uint8_t)((~reg >> 3 & 1) << 7 | low));
    } else {
        x64_byte(s, 0xc4);
        x64_byte(s, (uint8_t)((~reg >> 3 & 1) << 7 | (~index >> 3 & 1) << 6 |
                              (~base >> 3 & 1) << 5 | map));
        x64_byte(s, (uint8_t)((unsigned)w << 7 | low));
    }
    x64_byte(s, (uint8_t)opcode);
}

void x64_vex_rr(X64Asm *s, bool w, bool l256, uint32_t opcode, unsigned reg, unsigned v,
                unsigned rm)
{
    vex(s, w, l256, opcode, reg, v, 0, rm);
    x64_byte(s, (uint8_t)(0xc0 | (reg & 7) << 3 | (rm & 7)));
}

void x64_vex_rm(X64Asm *s, bool w, bool l256, uint32_t opcode, unsigned reg, unsigned v, X64Mem m)
{
    vex(s, w, l256, opcode, reg, v, m.index == X64_NO_REG ? 0 : m.index,
        m.base == X64_NO_REG ? 0 : m.base);
    modrm(s, reg, m, 0);
}

/* ---- general registers */

void x64_mov(X64Asm *s, bool wide, X64Reg to, X64Reg from)
{
    x64_rr(s, wide, 0x8b, to, from);
}

void x64_mov_imm(X64Asm *s, X64Reg to, uint64_t v)
{
    if (v >> 32 == 0) {
        rex(s, false, false, 0, 0, to);
        x64_byte(s, (uint8_t)(0xb8 | (to & 7)));
        x64_imm32(s, (uint32_t)v);
    } else if ((int64_t)v == (int32_t)v) {
        x64_rr(s, true, 0xc7, 0, to);
        x64_imm32(s, (uint32_t)v);
    } else {
        rex(s, true, false, 0, 0, to);
        x64_byte(s, (uint8_t)(0xb8 | (to & 7)));
        x64_imm64(s, v);
    }
}

void x64_load(X64Asm *s, bool wide, X64Reg to, X64Mem m)
{
    x64_rm(s, wide, 0x8b, to, m);
}

void x64_store(X64Asm *s, unsigned n, X64Mem m, X64Reg from)
{
    uint32_t opcode = n == 1 ? 0x88 | X64_BYTE : n == 2 ? 0x89 | X64_P66 : 0x89;

    x64_rm(s, n == 8, opcode, from, m);
}

void x64_store_imm(X64Asm *s, unsigned n, X64Mem m, int32_t imm)
{
    unsigned k = n < 4 ? n : 4;

    x64_rm_imm(s, n == 8, n == 1 ? 0xc6 : n == 2 ? 0xc7 | X64_P66 : 0xc7, 0, m, k);
    bytes(s, (uint32_t)imm, k);
}

void x64_load_zx(X64Asm *s, unsigned n, X64Reg to, X64Mem m)
{
    if (n >= 4) {
        x64_load(s, n == 8, to, m);
    } else {
        x64_rm(s, false, X64_0F | (n == 1 ? 0xb6 : 0xb7), to, m);
    }
}

void x64_load_sx(X64Asm *s, unsigned n, bool wide, X64Reg to, X64Mem m)
{
    if (n == 8 || (n == 4 && !wide)) {
        x64_load(s, n == 8, to, m);
    } else if (n == 4) {
        x64_rm(s, true, 0x63, to, m);
    } else {
        x64_rm(s, wide, X64_0F | (n == 1 ? 0xbe : 0xbf), to, m);
    }
}

void x64_movzx(X64Asm *s, unsigned n, X64Reg to, X64Reg from)
{
    if (n >= 4) {
        x64_mov(s, n == 8, to, from);
    } else {
        x64_rr(s, false, n == 1 ? X64_0F | 0xb6 | X64_BYTE : X64_0F | 0xb7, to, from);
    }
}

void x64_movsx(X64Asm *s, unsigned n, bool wide, X64Reg to, X64Reg from)
{
    if (n == 4) {
        x64_rr(s, true, 0x63, to, from);
    } else {
        x64_rr(s, wide, n == 1 ? X64_0F | 0xbe | X64_BYTE : X64_0F | 0xbf, to, from);
    }
}

void x64_lea(X64Asm *s, bool wide, X64Reg to, X64Mem m)
{
    x64_rm(s, wide, 0x8d, to, m);
}

void x64_alu(X64Asm *s, bool wide, X64Alu op, X64Reg to, X64Reg from)
{
    x64_rr(s, wide, (uint32_t)op << 3 | 3, to, from);
}

void x64_alu_imm(X64Asm *s, bool wide, X64Alu op, X64Reg to, int32_t imm)
{
    bool small = imm >= -128 && imm <= 127;

    x64_rr(s, wide, small ? 0x83 : 0x81, op, to);
    bytes(s, (uint32_t)imm, small ? 1 : 4);
}

void x64_alu_load(X64Asm *s, bool wide, X64Alu op, X64Reg to, X64Mem m)
{
    x64_rm(s, wide, (uint32_t)op << 3 | 3, to, m);
}

void x64_alu_mem_imm(X64Asm *s, unsigned n, X64Alu op, X64Mem m, int32_t imm)
{
    bool small = n == 1 || (imm >= -128 && imm <= 127);

    x64_rm_imm(s, n == 8, n == 1 ? 0x80 : small ? 0x83 : 0x81, op, m, small ? 1 : 4);
    bytes(s, (uint32_t)imm, small ? 1 : 4);
}

void x64_test(X64Asm *s, bool wide, X64Reg a, X64Reg b)
{
    x64_rr(s, wide, 0x85, b, a);
}

void x64_test_imm(X64Asm *s, bool wide, X64Reg a, int32_t imm)
{
    if (imm >= 0 && imm <= 0xff) {
        x64_rr(s, false, 0xf6 | X64_BYTE, 0, a);
        x64_byte(s, (uint8_t)imm);
    } else {
        x64_rr(s, wide, 0xf7, 0, a);
        x64_imm32(s, (uint32_t)imm);
    }
}

void x64_shift_imm(X64Asm *s, bool wide, X64Shift op, X64Reg r, unsigned n)
{
    x64_rr(s, wide, 0xc1, op, r);
    x64_byte(s, (uint8_t)n);
}

void x64_shift_cl(X64Asm *s, bool wide, X64Shift op, X64Reg r)
{
    x64_rr(s, wide, 0xd3, op, r);
}

void x64_setcc(X64Asm *s, X64Cond cc, X64Reg to)
{
    x64_rr(s, false, X64_0F | 0x90 | X64_BYTE | cc, 0, to);
}

void x64_cmov(X64Asm *s, bool wide, X64Cond cc, X64Reg to, X64Reg from)
{
    x64_rr(s, wide, X64_0F | 0x40u | cc, to, from);
}

void x64_push_imm(X64Asm *s, int32_t imm)
{
    x64_byte(s, 0x68);
    x64_imm32(s, (uint32_t)imm);
}

void x64_push(X64Asm *s, X64Reg r)
{
    rex(s, false, false, 0, 0, r);
    x64_byte(s, (uint8_t)(0x50 | (r & 7)));
}

void x64_pop(X64Asm *s, X64Reg r)
{
    rex(s, false, false, 0, 0, r);
    x64_byte(s, (uint8_t)(0x58 | (r & 7)));
}

/* ---- control */

static void rel32(X64Asm *s, const void *target)
{
    x64_imm32(s, (uint32_t)((uintptr_t)target - ((uintptr_t)x64_rx(s) + 4)));
}

void x64_call(X64Asm *s, const void *target)
{
    x64_byte(s, 0xe8);
    rel32(s, target);
}

void x64_jmp(X64Asm *s, const void *target)
{
    x64_byte(s, 0xe9);
    rel32(s, target);
}

void x64_jmp_mem(X64Asm *s, X64Mem m)
{
    x64_rm(s, false, 0xff, 4, m);
}

void x64_jmp_through(X64Asm *s, const void *where)
{
    x64_byte(s, 0xff);
    x64_byte(s, 0x25);
    rel32(s, where);
}

void x64_jmp_reg(X64Asm *s, X64Reg r)
{
    x64_rr(s, false, 0xff, 4, r);
}

void x64_call_reg(X64Asm *s, X64Reg r)
{
    x64_rr(s, false, 0xff, 2, r);
}

void x64_ret(X64Asm *s)
{
    x64_byte(s, 0xc3);
}

void x64_jcc(X64Asm *s, X64Cond cc, const void *target)
{
    x64_byte(s, 0x0f);
    x64_byte(s, (uint8_t)(0x80 | cc));
    rel32(s, target);
}

X64Jump x64_jmp_later(X64Asm *s)
{
    x64_byte(s, 0xe9);
    x64_imm32(s, 0);
    return (X64Jump){s->p - 4};
}

X64Jump x64_jcc_later(X64Asm *s, X64Cond cc)
{
    x64_byte(s, 0x0f);
    x64_byte(s, (uint8_t)(0x80 | cc));
    x64_imm32(s, 0);
    return (X64Jump){s->p - 4};
}

void x64_here(X64Asm *s, X64Jump j)
{
    uint32_t distance = (uint32_t)(s->p - (j.at + 4));

    if (!s->overflow) {
        memcpy(j.at, &distance, 4);
    }
}
