/* SPDX-License-Identifier: MIT */
/* Lockstep: a block by translated code and by the interpreter, with equal ends or a report.
 *
 * Both executions use a TLB bank that stays empty, so that every access comes to C and every store
 * is noted; the first one's stores are then taken back. One vCPU executes at a time (verify implies
 * thread=single), so nobody sees them. */
#include "accel/tcg/verify.h"

#include "accel/tcg/memop.h"
#include "accel/tcg/options.h"
#include "accel/tcg/tlb-internal.h"
#include "hw/cpu/arm-debug.h"
#include "softmmu/run-state.h"
#include "util/error.h"
#include <inttypes.h>

enum { STORE_MAX = 16 };

typedef struct Store {
    uint8_t *host;
    unsigned bytes, insn;                     /* number of the instruction, of translated code */
    uint8_t old[STORE_MAX], final[STORE_MAX]; /* `final`: of the execution that made it */
} Store;

/* What instructions can change without asking the interpreter. */
typedef struct Span {
    const char *name;
    size_t at, size, element;
} Span;

#define SPAN(first, behind, unit) \
#first, offsetof(ArmCpu, first), offsetof(ArmCpu, behind) - offsetof(ArmCpu, first), unit
static const Span spans[] = {
    {SPAN(x, pc, 8)},
    {SPAN(pc, nzcv, 8)},
    {SPAN(nzcv, pstate, 4)},
    {"pstate", offsetof(ArmCpu, pstate), 4, 4},
    {"v", offsetof(ArmCpu, v), sizeof(((ArmCpu *)0)->v), 16},
    {"fpcr", offsetof(ArmCpu, fpcr), 4, 4},
    {"fpsr", offsetof(ArmCpu, fpsr), 4, 4},
    {SPAN(excl_addr, excl_value, 8)},
    {"excl_value", offsetof(ArmCpu, excl_value), 16, 8},
    {"excl_size", offsetof(ArmCpu, excl_size), 4, 4},
    {SPAN(sp_bank, dbgbvr, 8)}, /* system registers that are plain words */
    {SPAN(apia, timers, 8)},
};

typedef struct State {
    uint8_t bytes[offsetof(ArmCpu, timers)]; /* no two spans have the same, none is behind */
} State;

struct TcgVerify {
    TlbBank bank;      /* stays empty */
    CodePage *page;    /* the block's records, and others that stop; NULL until needed */
    unsigned insn;     /* that last asked C, of translated code */
    uint64_t left;     /* blocks until the next one that is verified */
    GArray *stores[2]; /* Store, in order: of translated code, of the interpreter */
    GArray *stores_now;
    State before, translated;
    bool differed;
};

/* ---- state */

static void state_save(const ArmCpu *cpu, State *s)
{
    size_t at = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(spans); at += spans[i].size, i++) {
        memcpy(s->bytes + at, (const char *)cpu + spans[i].at, spans[i].size);
    }
}

static void state_restore(ArmCpu *cpu, const State *s)
{
    size_t at = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(spans); at += spans[i].size, i++) {
        memcpy((char *)cpu + spans[i].at, s->bytes + at, spans[i].size);
    }
}

static uint64_t word_of(const uint8_t *p, size_t bytes)
{
    uint64_t v = 0;

    memcpy(&v, p, MIN(bytes, sizeof(v)));
    return v;
}

/* One line for each value that differs. False: one did. */
static bool state_equal(const TcgVerify *v, const State *interpreted, GString *out)
{
    size_t at = 0, before = out->len;

    for (size_t i = 0; i < G_N_ELEMENTS(spans); at += spans[i].size, i++) {
        const uint8_t *was = v->before.bytes + at, *a = v->translated.bytes + at;
        const uint8_t *b = interpreted->bytes + at;

        if (memcmp(a, b, spans[i].size) == 0) {
            continue;
        }
        for (size_t k = 0; k < spans[i].size; k += MIN(spans[i].element, 8)) {
            size_t n = MIN(spans[i].element, 8);
            if (memcmp(a + k, b + k, n) != 0) {
                g_string_append_printf(
                    out,
                    "  %s+0x%zx: before 0x%016" PRIx64 ", translated 0x%016" PRIx64
                    ", interpreted 0x%016" PRIx64 "\n",
                    spans[i].name, k, word_of(was + k, n), word_of(a + k, n), word_of(b + k, n));
            }
        }
    }
    return out->len == before;
}

/* ---- stores */

void tcg_verify_stored(TcgCpu *t, void *host, unsigned bytes)
{
    Store s = {.host = host, .insn = t->verify->insn};

    for (unsigned done = 0; done < bytes; done += s.bytes) {
        s.host = (uint8_t *)host + done;
        s.bytes = MIN(bytes - done, STORE_MAX);
        memcpy(s.old, s.host, s.bytes);
        g_array_append_val(t->verify->stores_now, s);
    }
}

static void note_finals(GArray *stores)
{
    for (size_t i = 0; i < stores->len; i++) {
        Store *s = &g_array_index(stores, Store, i);
        memcpy(s->final, s->host, s->bytes);
    }
}

static void take_back(GArray *stores, size_t from)
{
    for (size_t i = stores->len; i-- > from;) {
        const Store *s = &g_array_index(stores, Store, i);
        memcpy(s->host, s->old, s->bytes);
    }
}

/* The instruction that is being executed does not come to its end. */
static void forget_part(TcgVerify *v)
{
    GArray *stores = v->stores_now;
    size_t n = stores->len;

    while (n && g_array_index(stores, Store, n - 1).insn == v->insn) {
        n--;
    }
    take_back(stores, n);
    g_array_set_size(stores, (guint)n);
}

/* What a byte is to be: as the other execution left it. */
static uint8_t expected(GArray *others, const uint8_t *host, uint8_t untouched)
{
    for (size_t i = 0; i < others->len; i++) {
        const Store *s = &g_array_index(others, Store, i);
        if (host >= s->host && host < s->host + s->bytes) {
            return s->final[host - s->host];
        }
    }
    return untouched;
}

/* What one execution stored against what the other left there. */
static bool stores_equal(GArray *mine, GArray *others, const char *what, GString *out)
{
    size_t before = out->len;

    for (size_t i = 0; i < mine->len; i++) {
        const Store *s = &g_array_index(mine, Store, i);
        for (unsigned k = 0; k < s->bytes; k++) {
            uint8_t want = expected(others, s->host + k, s->old[k]);
            if (s->final[k] != want) {
                g_string_append_printf(out,
                                       "  store %zu of %u bytes, byte %u: %s 0x%02x, else 0x%02x\n",
                                       i, s->bytes, k, what, s->final[k], want);
                break;
            }
        }
    }
    return out->len == before;
}

/* ---- what may be done twice */

/* RAM, for stores without instructions that somebody translated, and no fault. */
static bool is_plain_page(ArmCpu *cpu, TcgCpu *t, uint64_t va, bool store, unsigned how)
{
    ArmException exc;
    TlbPage page;

    if (arm_debug_watches_page(cpu, va) ||
        !tlb_lookup(cpu, t, va, store ? ARM_STORE : ARM_LOAD, how, &page, &exc) || !page.host) {
        return false;
    }
    return !store || (page.writable &&
                      !(page.ram->page_flags[page.offset >> GUEST_PAGE_BITS] & RAM_PAGE_CODE));
}

static bool is_plain(ArmCpu *cpu, TcgCpu *t, uint64_t va, unsigned bytes, unsigned mo, bool store)
{
    unsigned unit = 1u << (mo & MO_SIZE);
    bool unaligned = va & (unit - 1);
    unsigned how = (mo & MO_UNPRIV ? TLB_UNPRIV : 0) | (unaligned ? TLB_UNALIGNED : 0);

    if (unaligned && ((mo & MO_ALIGN) || arm_mmu_checks_alignment(cpu))) {
        return false;
    }
    return is_plain_page(cpu, t, va, store, how) &&
           is_plain_page(cpu, t, va + bytes - 1, store, how);
}

static bool is_system(const JitState *js, const JitSite *s)
{
    const A64Insn *insns = js->page->insns;

    return code_word(insns, &insns[s->insn]) >> 22 == 0x354; /* Arm ARM C4.1.94 */
}

static bool may_be_done_twice(ArmCpu *cpu, TcgCpu *t, const JitSite *s)
{
    JitState *js = jit_state(cpu);
    unsigned bytes = 1u << (s->mo & MO_SIZE);
    uint64_t va = jit_value(js, s, s->a);

    switch ((JitSiteKind)s->kind) {
    case JIT_SITE_LOAD:
    case JIT_SITE_LOADV:
        return is_plain(cpu, t, va, bytes, s->mo, false);
    case JIT_SITE_LOAD2:
    case JIT_SITE_LOADV2:
        return is_plain(cpu, t, va, 2 * bytes, s->mo, false);
    case JIT_SITE_STORE:
    case JIT_SITE_STOREV:
        return is_plain(cpu, t, va, bytes, s->mo, true);
    case JIT_SITE_STORE2:
    case JIT_SITE_STOREV2:
        return is_plain(cpu, t, va, 2 * bytes, s->mo, true);
    case JIT_SITE_ATOMIC:
        return is_system(js, s) ? is_plain_page(cpu, t, va, true, TLB_UNALIGNED) /* DC ZVA */
                                : is_plain(cpu, t, va, bytes, s->mo, true);
    case JIT_SITE_INTERP:
    case JIT_SITE_SP:
        return false;
    default:
        return true;
    }
}

bool tcg_verify_may(ArmCpu *cpu, TcgCpu *t, const JitSite *s)
{
    t->verify->insn = s->insn;
    if (may_be_done_twice(cpu, t, s)) {
        return true;
    }
    forget_part(t->verify);
    return false;
}

/* ---- the two executions */

/* Instructions [n, end) of the page: taken branches leave, and so does what follows. */
static void run_interpreter(ArmCpu *cpu, TcgCpu *t, const CodePage *page, size_t n, size_t end,
                            uint64_t base)
{
    CodePage *copy = code_page_alone(&t->verify->page, A64_OP_STOP);
    unsigned heat_limit = t->heat_limit;

    copy->ram = page->ram;
    copy->offset = page->offset;
    memcpy(&copy->insns[n], &page->insns[n], (end - n) * sizeof(A64Insn));
    t->heat_limit = 0;
    t->raised = false;
    /* Instructions that want the loop to look leave before the end. */
    uint64_t start = atomic_load_explicit(&cpu->cs.insn_count, memory_order_relaxed);
    for (size_t at = n, done = 0; at < end && !t->raised; at = n + done) {
        tcg_see_page(t, copy->insns, base);
        t->run_start = &t->insns[at];
        for (const A64Insn *i = t->run_start; i;) {
            i = a64_handler_of(i)(cpu, t, i);
        }
        done = atomic_load_explicit(&cpu->cs.insn_count, memory_order_relaxed) - start;
        if (cpu->pc != base + (n + done) * 4) {
            break;
        }
    }
    t->heat_limit = heat_limit;
    for (size_t k = n; k < end; k++) {
        copy->insns[k].op = A64_OP_STOP;
    }
}

/* ---- verifying */

static TcgVerify *verify_of(TcgCpu *t)
{
    if (!t->verify) {
        TcgVerify *v = t->verify = g_new0(TcgVerify, 1);

        tlb_bank_clear(&v->bank);
        for (size_t k = 0; k < G_N_ELEMENTS(v->stores); k++) {
            v->stores[k] = g_array_new(FALSE, FALSE, sizeof(Store));
        }
    }
    return t->verify;
}

void tcg_verify_destroy(TcgCpu *t)
{
    TcgVerify *v = t->verify;

    if (v) {
        free(v->page);
        for (size_t k = 0; k < G_N_ELEMENTS(v->stores); k++) {
            g_array_unref(v->stores[k]);
        }
        g_free(v);
        t->verify = NULL;
    }
}

bool tcg_verify_due(TcgCpu *t)
{
    TcgVerify *v = verify_of(t);

    if (v->differed || v->left-- > 1) {
        return false;
    }
    v->left = tcg_options.verify;
    return true;
}

static void report(ArmCpu *cpu, CodePage *page, size_t n, uint64_t pc, uint64_t insns,
                   GString *differences)
{
    g_autoptr(GString) text = g_string_new(NULL);

    jit_describe(cpu, page, (unsigned)n, text);
    error_report("vCPU %d: translated code of the block at 0x%" PRIx64 " differs from the "
                 "interpreter after %" PRIu64 " instructions: the VM is stopped\n%s%s",
                 cpu->cs.index, pc, insns, differences->str, text->str);
    vm_request_stop(RUN_STATE_INTERNAL_ERROR);
}

static void compare(ArmCpu *cpu, TcgCpu *t, CodePage *page, size_t n, uint64_t pc, uint64_t insns)
{
    TcgVerify *v = t->verify;
    g_autoptr(GString) out = g_string_new(NULL);
    State interpreted;

    state_save(cpu, &interpreted);
    note_finals(v->stores[1]);
    bool same = state_equal(v, &interpreted, out);
    same = stores_equal(v->stores[0], v->stores[1], "translated", out) && same;
    same = stores_equal(v->stores[1], v->stores[0], "interpreted", out) && same;
    if (!same) {
        v->differed = true;
        tcg_stats_add(&t->stats.differences, 1);
        report(cpu, page, n, pc, insns, out);
    }
}

JitExit tcg_verify_block(ArmCpu *cpu, TcgCpu *t, const A64Insn *first, const void *code)
{
    TcgVerify *v = t->verify;
    CodePage *page = code_page_of(t->insns);
    size_t n = (size_t)(first - t->insns);
    uint64_t base = tcg_pc_of(t, t->insns), pc = base + n * 4;
    uint64_t start = atomic_load_explicit(&cpu->cs.insn_count, memory_order_relaxed), insns;

    t->bank = t->bank_unpriv = jit_state(cpu)->bank_unpriv = &v->bank;
    t->verifying = true;
    state_save(cpu, &v->before);
    v->stores_now = v->stores[0];
    JitExit why = jit_run(cpu, code, &v->bank);
    state_save(cpu, &v->translated);
    insns = atomic_load_explicit(&cpu->cs.insn_count, memory_order_relaxed) - start;
    note_finals(v->stores[0]);
    take_back(v->stores[0], 0);

    state_restore(cpu, &v->before);
    atomic_store_explicit(&cpu->cs.insn_count, start, memory_order_relaxed);
    cpu->pc = pc;
    v->stores_now = v->stores[1];
    if (insns && n + insns <= INSNS_PER_PAGE) {
        run_interpreter(cpu, t, page, n, n + (size_t)insns, base);
    }
    t->verifying = false;
    compare(cpu, t, page, n, pc, insns);
    g_array_set_size(v->stores[0], 0);
    g_array_set_size(v->stores[1], 0);
    tcg_stats_add(&t->stats.verified, 1);
    return why;
}
