/* SPDX-License-Identifier: MIT */
/* Code that every block uses: the way in, the ways out, asking C, and branches to any address. */
#include "accel/tcg/x64/emit.h"

#include "accel/tcg/code-cache.h"
#include "accel/tcg/pauth.h"
#include "accel/tcg/x64/emit-vec.h"

EmitThunks emit_thunks;
JitEnter *jit_enter;
const void *jit_miss;

static const uint8_t preserved[] = {RBX, RBP, R12, R13, R14, R15};

static X64Mem saved(unsigned reg)
{
    return x64_at(RBP, EMIT_STATE(saved) + (int32_t)reg * 8);
}

static void homes(X64Asm *s, bool store)
{
    for (unsigned i = 0; i < EMIT_HOMES; i++) {
        unsigned x = emit_homed[i];
        X64Mem m = x64_at(RBP, EMIT_CPU(x) + (int32_t)x * 8);

        if (store) {
            x64_store(s, 8, m, emit_home[x]);
        } else {
            x64_load(s, true, emit_home[x], m);
        }
    }
}

/* JitExit jit_enter(ArmCpu *cpu, const void *code, TlbBank *bank) */
static void make_enter(X64Asm *s)
{
    jit_enter = (JitEnter *)(uintptr_t)x64_rx(s);
    for (unsigned i = 0; i < sizeof(preserved); i++) {
        x64_push(s, preserved[i]);
    }
    x64_alu_imm(s, true, ALU_SUB, RSP, 8);
    x64_lea(s, true, RBP, x64_at(RDI, -EMIT_CPU(dev)));
    x64_mov(s, true, R14, RDX);
    x64_mov(s, true, RAX, RSI);
    homes(s, false);
    x64_jmp_reg(s, RAX);
}

/* EAX: what jit_enter() returns. */
static void make_leave(X64Asm *s)
{
    x64_alu_imm(s, true, ALU_ADD, RSP, 8);
    for (unsigned i = sizeof(preserved); i-- > 0;) {
        x64_pop(s, preserved[i]);
    }
    x64_ret(s);
}

/* RAX: offset in the page. */
static const void *make_exit(X64Asm *s, JitExit reason)
{
    const void *ret = x64_rx(s);

    x64_alu_load(s, true, ALU_ADD, RAX, x64_at(RBP, EMIT_STATE(pcpage)));
    x64_store(s, 8, x64_at(RBP, EMIT_CPU(pc)), RAX);
    homes(s, true);
    x64_mov_imm(s, RAX, reason);
    make_leave(s);
    return ret;
}

static void save_vectors(X64Asm *s, bool store)
{
    for (unsigned i = 0; i < 16; i++) {
        x64_rm(s, false, X64_0F | (store ? 0x29 : 0x28), i,
               x64_at(RBP, EMIT_STATE(saved_vec) + (int32_t)i * 16));
    }
}

static bool is_saved(unsigned reg)
{
    return reg != RSP && reg != RBP && reg != R14;
}

/* On the stack: where to go on, and the site's offset. */
static const void *make_slow(X64Asm *s, bool vectors)
{
    const void *ret = x64_rx(s);

    for (unsigned i = 0; i < 16; i++) {
        if (is_saved(i)) {
            x64_store(s, 8, saved(i), (X64Reg)i);
        }
    }
    if (vectors) {
        save_vectors(s, true);
    }
    x64_lea(s, true, RDI, x64_at(RBP, EMIT_CPU(dev)));
    x64_load(s, false, RSI, x64_at(RSP, 8));
    x64_mov_imm(s, RAX, (uint64_t)(uintptr_t)code_cache_base());
    x64_alu(s, true, ALU_ADD, RSI, RAX);
    x64_mov_imm(s, RAX, (uint64_t)(uintptr_t)jit_slow);
    x64_call_reg(s, RAX);
    x64_rr(s, false, 0x84, RAX, RAX); /* test al, al */
    X64Jump leave = x64_jcc_later(s, CC_NE);
    if (vectors) {
        save_vectors(s, false);
    }
    for (unsigned i = 0; i < 16; i++) {
        if (is_saved(i)) {
            x64_load(s, true, (X64Reg)i, saved(i));
        }
    }
    x64_byte(s, 0xc2); /* ret 8 */
    x64_byte(s, 8);
    x64_byte(s, 0);
    x64_here(s, leave);
    x64_alu_imm(s, true, ALU_ADD, RSP, 16);
    x64_load(s, false, RAX, x64_at(RBP, EMIT_STATE(exit)));
    make_leave(s);
    return ret;
}

_Static_assert(sizeof(TlbCodeEntry) == 32, "an entry's offset is made by shifting");

/* RAX: the address, RCX: offset of the code TLB's entry. Jumps where PSTATE.BTYPE has to be set:
 * the branch does not land, or the instruction tells. */
static void check_target(X64Asm *s, unsigned type, X64Jump ret_set[2])
{
    int32_t code = offsetof(TlbBank, code);

    x64_load(s, true, RSI, x64_indexed(R14, RCX, 0, code + (int32_t)offsetof(TlbCodeEntry, page)));
    x64_mov(s, false, RDI, RAX);
    x64_alu_imm(s, false, ALU_AND, RDI, 0xffc);
    x64_load_zx(s, 2, RDI, x64_indexed(RSI, RDI, 2, offsetof(CodePage, insns)));
    x64_mov_imm(s, RSI, (uint64_t)(uintptr_t)tcg_landings);
    x64_load_zx(s, 1, RSI, x64_indexed(RSI, RDI, 0, 0));
    x64_test_imm(s, false, RSI, 1 << type);
    X64Jump lands = x64_jcc_later(s, CC_NE);
    x64_alu_mem_imm(s, 1, ALU_CMP,
                    x64_indexed(R14, RCX, 0, code + (int32_t)offsetof(TlbCodeEntry, guarded)), 0);
    ret_set[0] = x64_jcc_later(s, CC_NE);
    x64_test_imm(s, false, RSI, 1);
    ret_set[1] = x64_jcc_later(s, CC_NE);
    x64_here(s, lands);
}

/* RAX: the address. Through the code TLB to the page, through the page's entries to the block. */
static const void *make_jump(X64Asm *s, unsigned type)
{
    enum { ENTRY_SHIFT = GUEST_PAGE_BITS - 5, ENTRY_MASK = (TLB_CODE_ENTRIES - 1) * 32 };
    int32_t code = offsetof(TlbBank, code);
    const void *ret = x64_rx(s);
    X64Jump set[2];

    x64_alu_mem_imm(s, 4, ALU_CMP, x64_at(RBP, EMIT_CPU(cs.exit_request)), 0);
    X64Jump asked = x64_jcc_later(s, CC_NE);
    x64_mov(s, false, RCX, RAX);
    x64_mov(s, true, RDX, RAX);
    x64_shift_imm(s, false, SHIFT_SHR, RCX, ENTRY_SHIFT);
    x64_alu_imm(s, true, ALU_AND, RDX, ~0xffc);
    x64_alu_imm(s, false, ALU_AND, RCX, ENTRY_MASK);
    x64_alu_load(s, true, ALU_CMP, RDX,
                 x64_indexed(R14, RCX, 0, code + (int32_t)offsetof(TlbCodeEntry, tag)));
    X64Jump unknown = x64_jcc_later(s, CC_NE);
    if (type) {
        check_target(s, type, set);
    }
    x64_load(s, true, RCX, x64_indexed(R14, RCX, 0, code + (int32_t)offsetof(TlbCodeEntry, page)));
    x64_store(s, 8, x64_at(RBP, EMIT_STATE(pcpage)), RDX);
    x64_alu_imm(s, false, ALU_AND, RAX, 0xffc);
    x64_store(s, 8, x64_at(RBP, EMIT_STATE(page)), RCX);
    x64_load(s, true, RCX, x64_at(RCX, offsetof(CodePage, entries)));
    x64_jmp_mem(s, x64_indexed(RCX, RAX, 1, 0));
    x64_here(s, asked);
    x64_here(s, unknown);
    emit_thunks.exit_jump[type] = x64_rx(s);
    if (type) {
        x64_here(s, set[0]);
        x64_here(s, set[1]);
        x64_store_imm(s, 1, x64_at(RBP, EMIT_STATE(branch_type)), (int32_t)type);
    }
    x64_store(s, 8, x64_at(RBP, EMIT_CPU(pc)), RAX);
    homes(s, true);
    x64_mov_imm(s, RAX, JIT_EXIT_JUMP);
    make_leave(s);
    return ret;
}

bool emit_thunks_make(X64Asm *s)
{
    make_enter(s);
    emit_thunks.exit_look = make_exit(s, JIT_EXIT_LOOK);
    emit_thunks.exit_interp = make_exit(s, JIT_EXIT_INTERP);
    jit_miss = emit_thunks.exit_look;
    emit_thunks.slow = make_slow(s, false);
    emit_thunks.slow_vec = make_slow(s, true);
    for (unsigned type = 0; type < 4; type++) {
        emit_thunks.jump[type] = make_jump(s, type);
    }
    return emit_consts_make(s) && !s->overflow;
}
