/* SPDX-License-Identifier: MIT */
/* Guest memory accesses that the TLB does not answer: fills, page crossings, devices, faults. */
#include "accel/tcg/a64/sem.h"
#include "accel/tcg/exec.h"
#include "accel/tcg/tlb.h"
#include "accel/tcg/verify.h"
#include "hw/cpu/arm-control.h"
#include "hw/cpu/arm-debug.h"

/* An access, cut at the page boundary. */
typedef struct Piece {
    uint64_t va;
    unsigned bytes;
    TlbPage page;
} Piece;

typedef struct Access {
    Piece pieces[2];
    unsigned n;
} Access;

static bool take(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, ArmException *exc)
{
    tcg_raise(cpu, t, i, exc);
    return false;
}

/* ISS<24:14> of a data abort that stage 2 gives a load or store of one general register, for an
 * emulator of the device: access size, sign extension, register, its width, ordering. 0: others. */
static uint32_t access_syndrome(uint32_t word)
{
    unsigned size = word >> 30, opc = extract32(word, 22, 2);
    bool sign = opc >= 2, wide = opc >= 2 ? opc == 2 : size == 3, ordered = false;

    if ((word & 0x3f200c00) == 0x38000000 || (word & 0x3f200c00) == 0x38000800 ||
        (word & 0x3f200c00) == 0x38200800 || (word & 0x3f000000) == 0x39000000) {
        /* unscaled, unprivileged, register offset, unsigned offset */
    } else if ((word & 0x3f200c00) == 0x19000000) { /* LDAPUR, STLUR */
        ordered = true;
    } else if ((word & 0x3fa00000) == 0x08800000 || (word & 0x3ffffc00) == 0x38bfc000) {
        sign = false; /* LDAR, STLR, LDAPR */
        wide = size == 3;
        ordered = true;
    } else if ((word & 0x3f000000) == 0x18000000) { /* literal: size is the opcode */
        sign = size == 2;
        wide = size != 0;
        size = size == 1 ? 3 : 2;
    } else {
        return 0;
    }
    return BIT(24) | size << 22 | (uint32_t)sign << 21 | (word & 31) << 16 | (uint32_t)wide << 15 |
           (uint32_t)ordered << 14;
}

static bool take_abort(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, ArmException *exc)
{
    if (arm_mmu_wants_isv(exc)) {
        exc->esr |= access_syndrome(code_word(t->insns, i));
    }
    return take(cpu, t, i, exc);
}

/* Translates all of the access before anything is touched. */
static bool access_begin(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo,
                         ArmAccess access, Access *ret)
{
    unsigned bytes = 1u << (mo & MO_SIZE), room = GUEST_PAGE_SIZE - va % GUEST_PAGE_SIZE;
    bool unaligned = va & (bytes - 1);
    unsigned how = (mo & MO_UNPRIV ? TLB_UNPRIV : 0) | (unaligned ? TLB_UNALIGNED : 0);
    ArmException exc;

    ret->n = 0;
    if (unaligned && ((mo & MO_ALIGN) || arm_mmu_checks_alignment(cpu))) {
        exc = arm_mmu_alignment_fault(cpu, va, access);
        return take(cpu, t, i, &exc);
    }
    for (unsigned done = 0; done < bytes;) {
        Piece *p = &ret->pieces[ret->n++];

        p->va = va + done;
        p->bytes = MIN(bytes - done, done ? bytes : room);
        if (!tlb_lookup(cpu, t, p->va, access, how, &p->page, &exc)) {
            return take_abort(cpu, t, i, &exc);
        }
        done += p->bytes;
    }
    if (arm_debug_watch(cpu, va, bytes, access, false, mo & MO_UNPRIV, &exc)) {
        return take(cpu, t, i, &exc);
    }
    return true;
}

/* Devices see naturally aligned powers of two, the largest first. */
static unsigned device_step(uint64_t pa, unsigned bytes)
{
    unsigned step = 8;

    while (step > bytes || (pa & (step - 1))) {
        step /= 2;
    }
    return step;
}

/* Plain memory, in one access: what has just been translated, mostly. */
static inline bool load_simple(const Access *a, uint64_t *ret)
{
    const Piece *p = &a->pieces[0];

    if (a->n != 1 || !p->page.host || p->bytes > 8) {
        return false;
    }
    switch (p->bytes) {
    case 1:
        *ret = ld_le(p->page.host, 1);
        break;
    case 2:
        *ret = ld_le(p->page.host, 2);
        break;
    case 4:
        *ret = ld_le(p->page.host, 4);
        break;
    default:
        *ret = ld_le(p->page.host, 8);
        break;
    }
    return true;
}

static MemResult piece_load(ArmCpu *cpu, const Piece *p, uint8_t *buf)
{
    if (p->page.host) {
        memcpy(buf, p->page.host, p->bytes);
        return MEM_OK;
    }
    AddressSpace *as = arm_address_space(cpu, p->page.attrs.secure);
    for (unsigned done = 0, step; done < p->bytes; done += step) {
        uint64_t v = 0;

        step = device_step(p->page.pa + done, p->bytes - done);
        MemResult r = address_space_load(as, p->page.pa + done, step, p->page.attrs, &v);
        if (r != MEM_OK) {
            return r;
        }
        st_le(buf + done, step, v);
    }
    return MEM_OK;
}

static MemResult piece_store(ArmCpu *cpu, const Piece *p, const uint8_t *buf)
{
    if (p->page.host && p->page.writable) {
        tcg_note_store(tcg_cpu_of(cpu), p->page.host, p->bytes);
        if (p->bytes == 8 && !((uintptr_t)p->page.host & 7)) { /* a store is seen whole */
            __atomic_store_n((uint64_t *)(void *)p->page.host, ld_le(buf, 8), __ATOMIC_RELAXED);
        } else {
            memcpy(p->page.host, buf, p->bytes);
        }
        ram_written(p->page.ram, p->page.offset, p->bytes);
        return MEM_OK;
    }
    AddressSpace *as = arm_address_space(cpu, p->page.attrs.secure);
    for (unsigned done = 0, step; done < p->bytes; done += step) {
        step = device_step(p->page.pa + done, p->bytes - done);
        MemResult r = address_space_store(as, p->page.pa + done, step, p->page.attrs,
                                          ld_le(buf + done, step));
        if (r != MEM_OK) {
            return r;
        }
    }
    return MEM_OK;
}

bool tcg_io_abort(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, ArmAccess access)
{
    ArmException exc = arm_mmu_external_abort(cpu, va, access);

    return take(cpu, t, i, &exc);
}

bool tcg_io(ArmCpu *cpu, TcgCpu *t, uint64_t va, unsigned mo, ArmAccess access, uint64_t *v,
            MemResult *ret) NO_THREAD_SAFETY
{
    unsigned size = 1u << (mo & MO_SIZE);
    bool store = access == ARM_STORE, locked = vm_lock_held();
    const TlbIo *io = tlb_find_io(mo & MO_UNPRIV ? t->bank_unpriv : t->bank, va, store);

    if (!io || size > 8 || (va & (size - 1)) || cpu->debug_watch) {
        return false;
    }
    AddressSpace *as = arm_address_space(cpu, io->attrs.secure);
    if (!locked) {
        vm_lock_acquire();
    }
    /* Views change under the lock. */
    bool known = atomic_load_explicit(&as->view, memory_order_relaxed)->id == io->view;
    hwaddr at = io->offset + va % GUEST_PAGE_SIZE;
    if (known) {
        *ret = store ? memory_region_store(io->mr, at, size, io->attrs, *v)
                     : memory_region_load(io->mr, at, size, io->attrs, v);
    }
    if (!locked) {
        vm_lock_release();
    }
    return known;
}

static bool load_pieces(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, const Access *a)
{
    uint8_t buf[16] = {0};
    unsigned done = 0;

    for (unsigned k = 0; k < a->n; k++) {
        if (piece_load(cpu, &a->pieces[k], buf + done) != MEM_OK) {
            return tcg_io_abort(cpu, t, i, a->pieces[k].va, ARM_LOAD);
        }
        done += a->pieces[k].bytes;
    }
    memcpy(t->loaded, buf, sizeof(buf));
    return true;
}

bool tcg_load_slow(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo)
{
    MemResult result;
    Access a;

    tcg_settle(cpu, t, i);
    if (tcg_io(cpu, t, va, mo, ARM_LOAD, &t->loaded[0], &result)) {
        return result == MEM_OK || tcg_io_abort(cpu, t, i, va, ARM_LOAD);
    }
    if (!access_begin(cpu, t, i, va, mo, ARM_LOAD, &a)) {
        return false;
    }
    if (!load_simple(&a, &t->loaded[0]) && !load_pieces(cpu, t, i, &a)) {
        return false;
    }
    if (mo & MO_ACQUIRE) {
        atomic_thread_fence(memory_order_acquire);
    }
    return true;
}

bool tcg_store_slow(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo, uint64_t lo,
                    uint64_t hi)
{
    Access a;
    uint8_t buf[16];
    unsigned done = 0;
    MemResult result;

    tcg_settle(cpu, t, i);
    if (tcg_io(cpu, t, va, mo, ARM_STORE, &lo, &result)) {
        return result == MEM_OK || tcg_io_abort(cpu, t, i, va, ARM_STORE);
    }
    memcpy(buf, &lo, 8);
    memcpy(buf + 8, &hi, 8);
    if (!access_begin(cpu, t, i, va, mo, ARM_STORE, &a)) {
        return false;
    }
    for (unsigned k = 0; k < a.n; k++) {
        if (piece_store(cpu, &a.pieces[k], buf + done) != MEM_OK) {
            return tcg_io_abort(cpu, t, i, a.pieces[k].va, ARM_STORE);
        }
        done += a.pieces[k].bytes;
    }
    if (mo & MO_RELEASE) {
        atomic_thread_fence(memory_order_seq_cst);
    }
    return true;
}

/* Faults tell the address asked for, and Device memory refuses. */
bool tcg_zero_slow(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, uint64_t size)
{
    static const uint8_t zeros[16];
    Piece p = {.va = va, .bytes = (unsigned)MIN(size, sizeof(zeros))};
    ArmException exc;

    if (!tlb_lookup(cpu, t, va, ARM_STORE, TLB_UNALIGNED, &p.page, &exc)) {
        return take(cpu, t, i, &exc);
    }
    if (arm_debug_watch(cpu, va & ~(size - 1), (unsigned)size, ARM_STORE, false, false, &exc)) {
        return take(cpu, t, i, &exc);
    }
    uint64_t below = va & (size - 1);
    p.page.pa -= below;
    p.page.host -= p.page.host ? below : 0;
    p.page.offset -= below;
    for (uint64_t done = 0; done < size; done += p.bytes) {
        if (piece_store(cpu, &p, zeros) != MEM_OK) {
            return tcg_io_abort(cpu, t, i, va, ARM_STORE);
        }
        p.page.pa += p.bytes;
        p.page.host += p.page.host ? p.bytes : 0;
        p.page.offset += p.bytes;
    }
    return true;
}

bool tcg_sp_aligned(ArmCpu *cpu, TcgCpu *t, const A64Insn *i)
{
    if (cpu->sctlr[arm_control_el(cpu)] & (arm_el(cpu) ? SCTLR_SA : SCTLR_SA0)) {
        ArmException exc = arm_exc_sync(cpu, EC_SP_ALIGN, 0);
        return take(cpu, t, i, &exc);
    }
    return true;
}
