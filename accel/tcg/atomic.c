/* SPDX-License-Identifier: MIT */
/* Atomic accesses to guest memory, made on the host's memory (Arm ARM B2.3, B2.9, C3.2.12). */
#include "accel/tcg/atomic.h"

#include "accel/tcg/a64/sem.h"
#include "accel/tcg/tlb.h"
#include "accel/tcg/verify.h"
#include "hw/cpu/arm-debug.h"

/* Where an atomic access goes: host memory, and what to tell after a store. */
typedef struct Target {
    void *host;
    RamBlock *ram; /* NULL: nobody needs to know */
    uint64_t offset;
} Target;

static bool take(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, ArmException *exc)
{
    tcg_raise(cpu, t, i, exc);
    return false;
}

/* `rmw`: reads and writes, whatever it finds. */
static bool target_look_up(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned bytes,
                           ArmAccess access, bool rmw, Target *ret)
{
    ArmException exc;
    TlbPage page;

    *ret = (Target){NULL};
    if (va & (bytes - 1)) {
        exc = arm_mmu_alignment_fault(cpu, va, rmw ? ARM_LOAD : access);
        return take(cpu, t, i, &exc);
    }
    ret->host = access == ARM_STORE ? tlb_find_write(t->bank, va, bytes)
                                    : tlb_find_read(t->bank, va, bytes);
    if (likely(ret->host)) {
        return true;
    }
    if (!tlb_lookup(cpu, t, va, access, rmw ? TLB_RMW : 0, &page, &exc)) {
        return take(cpu, t, i, &exc);
    }
    if (!page.host || (access == ARM_STORE && !page.writable)) {
        exc = arm_mmu_unsupported_atomic(cpu, va, rmw ? ARM_LOAD : access); /* by devices */
        return take(cpu, t, i, &exc);
    }
    if (arm_debug_watch(cpu, va, bytes, access, rmw, false, &exc)) {
        return take(cpu, t, i, &exc);
    }
    *ret = (Target){page.host, page.ram, page.offset};
    return true;
}

static bool target_find(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned bytes,
                        ArmAccess access, bool rmw, Target *ret)
{
    if (!target_look_up(cpu, t, i, va, bytes, access, rmw, ret)) {
        return false;
    }
    if (access == ARM_STORE) {
        tcg_note_store(t, ret->host, bytes);
    }
    return true;
}

static void target_written(const Target *to, unsigned bytes)
{
    if (to->ram) {
        ram_written(to->ram, to->offset, bytes);
    }
}

/* ---- compare and exchange of 1 to 16 bytes: true when made; *old is what memory held */

#define CAS_OF(type)                                                                             \
    do {                                                                                         \
        type e_ = (type)*old;                                                                    \
        bool ok_ = __atomic_compare_exchange_n((type *)p, &e_, (type)v, false, __ATOMIC_SEQ_CST, \
                                               __ATOMIC_SEQ_CST);                                \
        *old = e_;                                                                               \
        return ok_;                                                                              \
    } while (0)

static bool host_cas(void *p, unsigned bytes, uint64_t *old, uint64_t v)
{
    switch (bytes) {
    case 1:
        CAS_OF(uint8_t);
    case 2:
        CAS_OF(uint16_t);
    case 4:
        CAS_OF(uint32_t);
    default:
        CAS_OF(uint64_t);
    }
}

#ifdef __x86_64__
/* Every x86-64 processor of the last fifteen years has it. */
static bool host_cas128(void *p, uint64_t old[2], uint64_t lo, uint64_t hi)
{
    bool ok;

    __asm__ volatile("lock cmpxchg16b %1"
                     : "=@ccz"(ok), "+m"(*(unsigned __int128 *)p), "+a"(old[0]), "+d"(old[1])
                     : "b"(lo), "c"(hi)
                     : "memory");
    return ok;
}
#elif defined(__aarch64__)
/* Every one has it. What was read is stored back when it differs: only then was it read at once. */
static bool host_cas128(void *p, uint64_t old[2], uint64_t lo, uint64_t hi)
{
    uint64_t a, b;
    uint32_t failed;

    __asm__ volatile(
        "1: ldaxp %[a], %[b], %[m]\n"
        "   cmp %[a], %[old_a]\n"
        "   ccmp %[b], %[old_b], #0, eq\n"
        "   b.ne 2f\n"
        "   stlxp %w[failed], %[lo], %[hi], %[m]\n"
        "   cbnz %w[failed], 1b\n"
        "   b 3f\n"
        "2: stlxp %w[failed], %[a], %[b], %[m]\n"
        "   cbnz %w[failed], 1b\n"
        "3:"
        : [a] "=&r"(a), [b] "=&r"(b), [failed] "=&r"(failed), [m] "+Q"(*(unsigned __int128 *)p)
        : [old_a] "r"(old[0]), [old_b] "r"(old[1]), [lo] "r"(lo), [hi] "r"(hi)
        : "cc", "memory");
    bool ok = a == old[0] && b == old[1];
    old[0] = a;
    old[1] = b;
    return ok;
}
#else
/* A call of libatomic. */
static bool host_cas128(void *p, uint64_t old[2], uint64_t lo, uint64_t hi)
{
    unsigned __int128 e = (unsigned __int128)old[1] << 64 | old[0];
    bool ok =
        __atomic_compare_exchange_n((unsigned __int128 *)p, &e, (unsigned __int128)hi << 64 | lo,
                                    false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);

    old[0] = (uint64_t)e;
    old[1] = (uint64_t)(e >> 64);
    return ok;
}
#endif

/* Two neighbours, `bytes` each, as one. */
static bool host_cas_pair(void *p, unsigned bytes, uint64_t old[2], uint64_t lo, uint64_t hi)
{
    if (bytes == 8) {
        return host_cas128(p, old, lo, hi);
    }
    uint64_t both = (uint32_t)old[0] | old[1] << 32;
    bool ok = host_cas(p, 8, &both, (uint32_t)lo | hi << 32);

    old[0] = (uint32_t)both;
    old[1] = both >> 32;
    return ok;
}

/* ---- exclusives */

bool tcg_load_excl(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo, bool pair)
{
    unsigned bytes = 1u << (mo & MO_SIZE);
    Target from;

    cpu->excl_addr = UINT64_MAX;
    if (!target_find(cpu, t, i, va, pair ? 2 * bytes : bytes, ARM_LOAD, false, &from)) {
        return false;
    }
    t->loaded[0] = host_load_acquire(from.host, bytes);
    t->loaded[1] = pair ? host_load_acquire((uint8_t *)from.host + bytes, bytes) : 0;
    cpu->excl_addr = va;
    cpu->excl_size = pair ? 2 * bytes : bytes;
    cpu->excl_value[0] = t->loaded[0];
    cpu->excl_value[1] = t->loaded[1];
    return true;
}

bool tcg_store_excl(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo, bool pair,
                    uint64_t lo, uint64_t hi)
{
    unsigned bytes = 1u << (mo & MO_SIZE), all = pair ? 2 * bytes : bytes;
    bool mine = cpu->excl_addr == va && cpu->excl_size == all;
    uint64_t old[2] = {cpu->excl_value[0], cpu->excl_value[1]};
    Target to;

    /* The address is checked whatever the monitor says. */
    if (!target_find(cpu, t, i, va, all, ARM_STORE, false, &to)) {
        return false;
    }
    if (mine) {
        mine =
            pair ? host_cas_pair(to.host, bytes, old, lo, hi) : host_cas(to.host, bytes, old, lo);
    }
    if (mine) {
        target_written(&to, all);
    }
    cpu->excl_addr = UINT64_MAX;
    t->loaded[0] = !mine;
    return true;
}

/* ---- FEAT_LSE */

static uint64_t rmw_result(RmwOp op, unsigned bits, uint64_t old, uint64_t v)
{
    int64_t a = sextract64(old, 0, bits), b = sextract64(v, 0, bits);
    uint64_t m = MASK64(bits);

    switch (op) {
    case RMW_ADD:
        return old + v;
    case RMW_CLR:
        return old & ~v;
    case RMW_EOR:
        return old ^ v;
    case RMW_SET:
        return old | v;
    case RMW_SMAX:
        return (uint64_t)MAX(a, b);
    case RMW_SMIN:
        return (uint64_t)MIN(a, b);
    case RMW_UMAX:
        return MAX(old & m, v & m);
    case RMW_UMIN:
        return MIN(old & m, v & m);
    default:
        return v;
    }
}

bool tcg_rmw(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, RmwOp op, uint64_t va, unsigned mo,
             uint64_t v)
{
    unsigned bytes = 1u << (mo & MO_SIZE);
    uint64_t old;
    Target to;

    if (!target_find(cpu, t, i, va, bytes, ARM_STORE, true, &to)) {
        return false;
    }
    old = host_load_acquire(to.host, bytes);
    while (!host_cas(to.host, bytes, &old, rmw_result(op, 8 * bytes, old, v))) {
        /* somebody else was faster: `old` is new */
    }
    target_written(&to, bytes);
    t->loaded[0] = old;
    return true;
}

bool tcg_cas(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo, uint64_t expected,
             uint64_t v)
{
    unsigned bytes = 1u << (mo & MO_SIZE);
    uint64_t old = expected;
    Target to;

    if (!target_find(cpu, t, i, va, bytes, ARM_STORE, true, &to)) {
        return false;
    }
    if (host_cas(to.host, bytes, &old, v)) {
        target_written(&to, bytes);
    }
    t->loaded[0] = old;
    return true;
}

bool tcg_cas_pair(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo, uint64_t lo,
                  uint64_t hi)
{
    unsigned bytes = 1u << (mo & MO_SIZE);
    Target to;

    if (!target_find(cpu, t, i, va, 2 * bytes, ARM_STORE, true, &to)) {
        return false;
    }
    if (host_cas_pair(to.host, bytes, t->loaded, lo, hi)) {
        target_written(&to, 2 * bytes);
    }
    return true;
}
