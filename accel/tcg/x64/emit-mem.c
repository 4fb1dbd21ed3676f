/* SPDX-License-Identifier: MIT */
/* Loads and stores: the TLB's answer in line, everything else in cold code. */
#include "accel/tcg/x64/emit.h"

#include "accel/tcg/memop.h"

enum {
    /* A TLB entry's offset in the bank from a virtual address: bits 12.. times 32. */
    ENTRY_SHIFT = GUEST_PAGE_BITS - 5,
    ENTRY_MASK = (TLB_DATA_ENTRIES - 1) * 32,
};

_Static_assert(sizeof(TlbEntry) == 32 && offsetof(TlbBank, data) == 0, "the code counts on it");

/* The address in a register that stays what it is while the access is made. */
X64Reg emit_address(Emit *e, const IrNode *n)
{
    X64Reg a = emit_use(e, n->a, RAX);

    if (n->imm) {
        x64_lea(&e->s, true, RAX, x64_at(a, (int32_t)n->imm));
        a = RAX;
    }
    return a;
}

JitSite *emit_access_site(Emit *e, JitSiteKind kind, IrRef r, X64Reg a)
{
    JitSite *site = emit_site(e, kind, r);

    site->mo = emit_at(e, r)->aux;
    site->a = (JitValue){JIT_REG, (uint8_t)a, 0};
    return site;
}

/* All registers that the node needs are given by now: cold code must not miss a move. */
X64Mem emit_tlb(Emit *e, const IrNode *n, unsigned bytes, bool store, X64Reg a, EmitCold *cold)
{
    X64Asm *s = &e->s;
    int32_t tag = store ? offsetof(TlbEntry, write) : offsetof(TlbEntry, read);
    bool unpriv = n->aux & MO_UNPRIV;
    X64Reg bank = unpriv ? RCX : R14;

    if ((n->aux & MO_ALIGN) && bytes > 1) {
        x64_test_imm(s, false, a, (1 << (n->aux & MO_SIZE)) - 1);
        emit_cold_jump(e, cold, CC_NE);
    }
    x64_mov(s, false, RCX, a);
    if (bytes > 1) {
        x64_lea(s, true, RDX, x64_at(a, (int32_t)bytes - 1));
    } else {
        x64_mov(s, true, RDX, a);
    }
    x64_shift_imm(s, false, SHIFT_SHR, RCX, ENTRY_SHIFT);
    x64_alu_imm(s, true, ALU_AND, RDX, -GUEST_PAGE_SIZE);
    x64_alu_imm(s, false, ALU_AND, RCX, ENTRY_MASK);
    if (unpriv) {
        x64_alu_load(s, true, ALU_ADD, RCX, x64_at(RBP, EMIT_STATE(bank_unpriv)));
    }
    X64Mem entry = unpriv ? x64_at(RCX, tag) : x64_indexed(bank, RCX, 0, tag);
    x64_alu_load(s, true, ALU_CMP, RDX, entry);
    emit_cold_jump(e, cold, CC_NE);
    entry.disp = offsetof(TlbEntry, addend);
    x64_load(s, true, RCX, entry);
    return x64_indexed(RCX, a, 0, 0);
}

static void load_value(Emit *e, unsigned mo, X64Reg to, X64Mem m)
{
    unsigned bytes = 1u << (mo & MO_SIZE);

    if (mo & (MO_SIGN64 | MO_SIGN32)) {
        x64_load_sx(&e->s, bytes, mo & MO_SIGN64, to, m);
    } else {
        x64_load_zx(&e->s, bytes, to, m);
    }
}

static void load(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    X64Reg a = emit_address(e, n);
    JitSite *site = emit_access_site(e, JIT_SITE_LOAD, r, a);
    X64Reg to = emit_define(e, r);
    EmitCold *cold = emit_cold(e, site);

    site->to = (JitValue){JIT_REG, (uint8_t)to, 0};
    load_value(e, n->aux, to, emit_tlb(e, n, 1u << (n->aux & MO_SIZE), false, a, cold));
    emit_cold_back(e, cold);
}

/* The second half is the node behind. */
static void load_pair(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    unsigned bytes = 1u << (n->aux & MO_SIZE);
    IrRef high = (IrRef)(r + 1);
    bool wanted = emit_at(e, high)->op == IR_HIGH;
    X64Reg a = emit_address(e, n);
    JitSite *site = emit_access_site(e, JIT_SITE_LOAD2, r, a);
    X64Reg to = emit_define(e, r), to2 = X64_NO_REG;

    if (wanted) {
        to2 = emit_define(e, high);
        site->to2 = (JitValue){JIT_REG, (uint8_t)to2, 0};
    }
    EmitCold *cold = emit_cold(e, site);
    site->to = (JitValue){JIT_REG, (uint8_t)to, 0};
    X64Mem m = emit_tlb(e, n, 2 * bytes, false, a, cold);
    x64_alu(&e->s, true, ALU_ADD, RCX, a); /* the address's register may be a result's */
    m = x64_at(RCX, 0);
    load_value(e, n->aux, to, m);
    if (wanted) {
        m.disp = (int32_t)bytes;
        load_value(e, n->aux, to2, m);
    }
    emit_cold_back(e, cold);
}

static void store_value(Emit *e, unsigned mo, X64Mem m, IrRef v, X64Reg reg)
{
    unsigned bytes = 1u << (mo & MO_SIZE);
    int32_t imm;

    if ((mo & MO_RELEASE) &&
        !e->b->alone) { /* ordered before later loads too: an exchange is a full barrier */
        if (reg == X64_NO_REG) {
            x64_mov_imm(&e->s, RDX, (uint64_t)emit_at(e, v)->imm);
        } else {
            x64_mov(&e->s, true, RDX, reg);
        }
        x64_rm(&e->s, bytes == 8,
               bytes == 1   ? 0x86 | X64_BYTE
               : bytes == 2 ? 0x87 | X64_P66
                            : 0x87,
               RDX, m);
    } else if (reg != X64_NO_REG) {
        x64_store(&e->s, bytes, m, reg);
    } else if (emit_imm(e, v, bytes == 8, &imm)) {
        x64_store_imm(&e->s, bytes, m, imm);
    } else {
        x64_mov_imm(&e->s, RDX, (uint64_t)emit_at(e, v)->imm);
        x64_store(&e->s, bytes, m, RDX);
    }
}

/* Constants are made when they are stored. */
static X64Reg value(Emit *e, IrRef v)
{
    return emit_at(e, v)->op == IR_CONST ? X64_NO_REG : emit_use(e, v, X64_NO_REG);
}

static void store(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    X64Reg v = value(e, n->b);
    X64Reg a = emit_address(e, n);
    JitSite *site = emit_access_site(e, JIT_SITE_STORE, r, a);
    EmitCold *cold = emit_cold(e, site);

    site->b = emit_place(e, n->b);
    store_value(e, n->aux, emit_tlb(e, n, 1u << (n->aux & MO_SIZE), true, a, cold), n->b, v);
    emit_cold_back(e, cold);
}

static void store_pair(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    unsigned bytes = 1u << (n->aux & MO_SIZE);
    X64Reg v = value(e, n->b), w = value(e, n->c);
    X64Reg a = emit_address(e, n);
    JitSite *site = emit_access_site(e, JIT_SITE_STORE2, r, a);
    EmitCold *cold = emit_cold(e, site);

    site->b = emit_place(e, n->b);
    site->c = emit_place(e, n->c);
    X64Mem m = emit_tlb(e, n, 2 * bytes, true, a, cold);
    store_value(e, n->aux, m, n->b, v);
    m.disp = (int32_t)bytes;
    store_value(e, n->aux, m, n->c, w);
    emit_cold_back(e, cold);
}

static void check_sp(Emit *e, IrRef r)
{
    X64Reg sp = emit_use(e, emit_at(e, r)->a, RAX);
    JitSite *site = emit_site(e, JIT_SITE_SP, r);
    EmitCold *cold = emit_cold(e, site);

    x64_test_imm(&e->s, false, sp, 15);
    emit_cold_jump(e, cold, CC_NE);
    emit_cold_back(e, cold);
}

/* Acquire and release are what the host does anyway; where nobody else executes guest code, devices
 * do the rest (memory_fence()), but DSB also ends what the guest has begun. */
static void fence(Emit *e, IrRef r)
{
    unsigned kind = emit_at(e, r)->aux;
    bool needed = kind == FENCE_SYNC || (kind == FENCE_FULL && !e->b->alone);
    static const uint8_t lock_or[] = {0xf0, 0x83, 0x0c, 0x24, 0x00}; /* lock or dword [rsp], 0 */

    for (unsigned i = 0; needed && i < sizeof(lock_or); i++) {
        x64_byte(&e->s, lock_or[i]);
    }
}

bool emit_mem(Emit *e, IrRef r)
{
    switch (emit_at(e, r)->op) {
    case IR_LOAD:
        load(e, r);
        break;
    case IR_LOAD2:
        load_pair(e, r);
        break;
    case IR_HIGH: /* made with the node before */
        break;
    case IR_STORE:
        store(e, r);
        break;
    case IR_STORE2:
        store_pair(e, r);
        break;
    case IR_SP_CHECK:
        check_sp(e, r);
        break;
    case IR_FENCE:
        fence(e, r);
        break;
    default:
        return false;
    }
    return true;
}
