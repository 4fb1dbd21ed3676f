/* SPDX-License-Identifier: MIT */
/* x86-64 instructions as bytes (Intel SDM volume 2, chapter 2). A function for each form of
 * operands; opcodes are given as the manual writes them, prefixes 66, F2, F3 and escapes 0F, 0F38,
 * 0F3A in the upper bytes (X64_0F | 0xaf). */
#ifndef ACCEL_TCG_X64_ASM_H
#define ACCEL_TCG_X64_ASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum X64Reg {
    RAX,
    RCX,
    RDX,
    RBX,
    RSP,
    RBP,
    RSI,
    RDI,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
    X64_NO_REG = 0xff,
} X64Reg;

/* Conditions of jcc, setcc and cmovcc. */
typedef enum X64Cond {
    CC_O,
    CC_NO,
    CC_B,
    CC_AE,
    CC_E,
    CC_NE,
    CC_BE,
    CC_A,
    CC_S,
    CC_NS,
    CC_P,
    CC_NP,
    CC_L,
    CC_GE,
    CC_LE,
    CC_G,
} X64Cond;

enum {
    X64_0F = 0x0f00, /* escape bytes */
    X64_0F38 = 0x0f3800,
    X64_0F3A = 0x0f3a00,
    X64_P66 = 1 << 24, /* mandatory prefixes */
    X64_PF2 = 2 << 24,
    X64_PF3 = 3 << 24,
    X64_BYTE = 1 << 26, /* byte registers: SPL, SIL, ... need a REX prefix */
};

/* The first opcode of the eight two-operand operations, for `op r/m, r`; their number is /n. */
typedef enum X64Alu {
    ALU_ADD,
    ALU_OR,
    ALU_ADC,
    ALU_SBB,
    ALU_AND,
    ALU_SUB,
    ALU_XOR,
    ALU_CMP
} X64Alu;
typedef enum X64Shift { SHIFT_ROL, SHIFT_ROR, SHIFT_SHL = 4, SHIFT_SHR, SHIFT_SAR = 7 } X64Shift;

/* A memory operand: base + index * 2^scale + disp; base X64_NO_REG: the address of the next
 * instruction + disp. */
typedef struct X64Mem {
    uint8_t base, index, scale;
    int32_t disp;
} X64Mem;

static inline X64Mem x64_at(X64Reg base, int32_t disp)
{
    return (X64Mem){(uint8_t)base, X64_NO_REG, 0, disp};
}

static inline X64Mem x64_indexed(X64Reg base, X64Reg index, unsigned scale, int32_t disp)
{
    return (X64Mem){(uint8_t)base, (uint8_t)index, (uint8_t)scale, disp};
}

/* Where bytes go: `p` is written, what is written executes at p + rx_delta. Bytes beyond `end` are
 * dropped and `overflow` is set. */
typedef struct X64Asm {
    uint8_t *p, *start, *end;
    ptrdiff_t rx_delta;
    bool overflow;
} X64Asm;

/* A jump whose target is told later. */
typedef struct X64Jump {
    uint8_t *at; /* of its rel32 */
} X64Jump;

void x64_byte(X64Asm *s, uint8_t v);
void x64_imm32(X64Asm *s, uint32_t v);
void x64_imm64(X64Asm *s, uint64_t v);
void x64_align(X64Asm *s, unsigned n);

/* reg is the ModRM.reg operand (or /n), rm the other one. `wide`: REX.W. */
void x64_rr(X64Asm *s, bool wide, uint32_t opcode, unsigned reg, unsigned rm);
void x64_rm(X64Asm *s, bool wide, uint32_t opcode, unsigned reg, X64Mem m);
/* The same where `imm_bytes` more bytes follow the operand: needed when m is relative to rip. */
void x64_rm_imm(X64Asm *s, bool wide, uint32_t opcode, unsigned reg, X64Mem m, unsigned imm_bytes);
/* VEX-encoded, three operands; l256 makes it 256 bits wide. Prefixes as above. */
void x64_vex_rr(X64Asm *s, bool w, bool l256, uint32_t opcode, unsigned reg, unsigned v,
                unsigned rm);
void x64_vex_rm(X64Asm *s, bool w, bool l256, uint32_t opcode, unsigned reg, unsigned v, X64Mem m);

/* ---- general registers */

void x64_mov(X64Asm *s, bool wide, X64Reg to, X64Reg from); /* not elided when they are equal */
void x64_mov_imm(X64Asm *s, X64Reg to, uint64_t v);         /* changes no flags */
void x64_load(X64Asm *s, bool wide, X64Reg to, X64Mem m);
void x64_store(X64Asm *s, unsigned bytes, X64Mem m, X64Reg from);
/* imm is sign-extended. */
void x64_store_imm(X64Asm *s, unsigned bytes, X64Mem m, int32_t imm);
/* Of `bytes` bytes, extended to 64 bits, or (sign32) the sign to 32 and zero above. */
void x64_load_zx(X64Asm *s, unsigned bytes, X64Reg to, X64Mem m);
void x64_load_sx(X64Asm *s, unsigned bytes, bool wide, X64Reg to, X64Mem m);
void x64_movzx(X64Asm *s, unsigned bytes, X64Reg to, X64Reg from);
void x64_movsx(X64Asm *s, unsigned bytes, bool wide, X64Reg to, X64Reg from);
void x64_lea(X64Asm *s, bool wide, X64Reg to, X64Mem m);
void x64_alu(X64Asm *s, bool wide, X64Alu op, X64Reg to, X64Reg from);
void x64_alu_imm(X64Asm *s, bool wide, X64Alu op, X64Reg to, int32_t imm);
void x64_alu_load(X64Asm *s, bool wide, X64Alu op, X64Reg to, X64Mem m);
void x64_alu_mem_imm(X64Asm *s, unsigned bytes, X64Alu op, X64Mem m, int32_t imm);
void x64_test(X64Asm *s, bool wide, X64Reg a, X64Reg b);
void x64_test_imm(X64Asm *s, bool wide, X64Reg a, int32_t imm);
void x64_shift_imm(X64Asm *s, bool wide, X64Shift op, X64Reg r, unsigned n);
void x64_shift_cl(X64Asm *s, bool wide, X64Shift op, X64Reg r);
void x64_setcc(X64Asm *s, X64Cond cc, X64Reg to); /* the low byte */
void x64_cmov(X64Asm *s, bool wide, X64Cond cc, X64Reg to, X64Reg from);
void x64_push_imm(X64Asm *s, int32_t imm);
void x64_push(X64Asm *s, X64Reg r);
void x64_pop(X64Asm *s, X64Reg r);

/* ---- control: targets are addresses where code executes */

void x64_call(X64Asm *s, const void *target);
void x64_jmp(X64Asm *s, const void *target);
void x64_jmp_mem(X64Asm *s, X64Mem m);
/* To the address that stands at `where`, which is within 2 GiB. */
void x64_jmp_through(X64Asm *s, const void *where);
void x64_jmp_reg(X64Asm *s, X64Reg r);
void x64_call_reg(X64Asm *s, X64Reg r);
void x64_ret(X64Asm *s);
void x64_jcc(X64Asm *s, X64Cond cc, const void *target);
X64Jump x64_jmp_later(X64Asm *s);
X64Jump x64_jcc_later(X64Asm *s, X64Cond cc);
/* Its target is what is emitted next. */
void x64_here(X64Asm *s, X64Jump j);
/* The address where what is emitted next executes. */
const void *x64_rx(const X64Asm *s);

#endif
