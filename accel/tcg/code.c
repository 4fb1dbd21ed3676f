/* SPDX-License-Identifier: MIT */
/* Predecoded pages: made on first execution, discarded when stores hit what was decoded. */
#include "accel/tcg/code.h"

#include "accel/tcg/jit.h"
#include "accel/tcg/tlb.h"
#include "util/lock.h"
#include "util/rcu.h"

/* How many instructions are decoded at once: a run usually ends before. */
enum { DECODE_AHEAD = 32 };

/* The pages of a RAM block; made once, never freed. */
typedef struct RamCode {
    RamBlock *ram;
    CodePage **pages; /* by page number */
    struct RamCode *next;
} RamCode;

static Mutex code_lock; /* guards everything here, and the filling of records */
static RamCode *ram_codes;

static RamCode *ram_code_find(RamBlock *ram)
{
    for (RamCode *rc = ram_codes; rc; rc = rc->next) {
        if (rc->ram == ram) {
            return rc;
        }
    }
    return NULL;
}

static RamCode *ram_code_make(RamBlock *ram)
{
    RamCode *rc = ram_code_find(ram);

    if (!rc) {
        rc = g_new0(RamCode, 1);
        rc->ram = ram;
        rc->pages = g_new0(CodePage *, ram->size / GUEST_PAGE_SIZE + 1);
        rc->next = ram_codes;
        ram_codes = rc;
    }
    return rc;
}

static CodePage *page_alloc(void)
{
    CodePage *p = aligned_alloc(64, align_up(sizeof(*p), 64));

    if (!p) {
        g_error("out of memory for predecoded code");
    }
    memset(p, 0, sizeof(*p));
    return p;
}

CodePage *code_page_alone(CodePage **where, enum A64Op op)
{
    if (!*where) {
        *where = page_alloc();
        for (size_t n = 0; n <= INSNS_PER_PAGE; n++) {
            (*where)->insns[n].op = (uint16_t)op;
        }
    }
    return *where;
}

static CodePage *page_new(ArmCpu *cpu, RamBlock *ram, uint64_t offset)
{
    CodePage *p = page_alloc();

    p->ram = ram;
    p->offset = offset;
    p->features = cpu->isa_features;
    p->insns[INSNS_PER_PAGE].op = A64_OP_PAGE_END;
    jit_page_init(p);
    return p;
}

CodePage *code_page_get(ArmCpu *cpu, RamBlock *ram, uint64_t offset)
{
    uint64_t n = offset / GUEST_PAGE_SIZE;
    bool protect = false;

    mutex_lock(&code_lock);
    RamCode *rc = ram_code_make(ram);
    CodePage *p = rc->pages[n];
    while (p && p->features != cpu->isa_features) {
        p = p->next;
    }
    if (!p) {
        p = page_new(cpu, ram, n * GUEST_PAGE_SIZE);
        p->next = rc->pages[n];
        rc->pages[n] = p;
        /* From now on stores tell. Those that may not know it yet: see tlb_post_write_protect. */
        protect = atomic_fetch_or(&ram->page_flags[n], RAM_PAGE_CODE) & RAM_PAGE_STORED;
    }
    mutex_unlock(&code_lock);
    if (protect) {
        tlb_post_write_protect(ram, n * GUEST_PAGE_SIZE);
    }
    return p;
}

/* Fills a record; its op comes last, for vCPUs that are in this page. */
static void publish(A64Insn *to, const A64Insn *from)
{
    to->rd = from->rd;
    to->rn = from->rn;
    to->rm = from->rm;
    to->ra = from->ra;
    to->a = from->a;
    to->b = from->b;
    to->imm = from->imm;
    __atomic_store_n(&to->op, from->op, __ATOMIC_RELEASE);
}

void code_decode(CodePage *page, const A64Insn *first)
{
    size_t n = (size_t)(first - page->insns), end = MIN(n + DECODE_AHEAD, INSNS_PER_PAGE);

    mutex_lock(&code_lock);
    for (; n < end && page->insns[n].op == A64_OP_UNDECODED; n++) {
        const uint32_t *p = (const uint32_t *)(page->ram->host + page->offset) + n;
        A64Insn rec;
        const A64RowInfo *row =
            a64_decode(__atomic_load_n(p, __ATOMIC_RELAXED), page->features, &rec);

        publish(&page->insns[n], &rec);
        if (!row || (row->flags & A64_ROW_ENDS_ALWAYS)) {
            break;
        }
    }
    mutex_unlock(&code_lock);
}

/* ---- out of date pages */

static void page_free(void *data)
{
    free(data);
}

/* Takes page n out of use: on to the list *ret. */
static void page_unlink(RamCode *rc, uint64_t n, CodePage **ret)
{
    CodePage *p = rc->pages[n];

    rc->pages[n] = NULL;
    atomic_fetch_and(&rc->ram->page_flags[n], (uint8_t)~RAM_PAGE_CODE);
    while (p) {
        CodePage *next = p->next;

        atomic_store_explicit(&p->dead, true, memory_order_relaxed);
        p->next = *ret;
        *ret = p;
        p = next;
    }
}

/* First every vCPU is told, then the pages are freed: one that is outside of its RCU section now
 * sees the message when it enters the next. */
static void pages_retire(CodePage *list)
{
    if (list) {
        tlb_post_dead_code();
    }
    while (list) {
        CodePage *next = list->next;

        jit_page_retire(list);
        rcu_retire(page_free, list);
        list = next;
    }
}

static bool decoded_in(const CodePage *p, uint64_t from, uint64_t to)
{
    for (; p; p = p->next) {
        for (uint64_t n = from / 4; n <= to / 4; n++) {
            if (p->insns[n].op != A64_OP_UNDECODED) {
                return true;
            }
        }
    }
    return false;
}

void code_written(RamBlock *ram, uint64_t offset, uint64_t len)
{
    CodePage *old = NULL;

    if (!len) {
        return;
    }
    mutex_lock(&code_lock);
    RamCode *rc = ram_code_find(ram);
    uint64_t last = offset + len - 1;
    for (uint64_t n = offset / GUEST_PAGE_SIZE; rc && n <= last / GUEST_PAGE_SIZE; n++) {
        uint64_t base = n * GUEST_PAGE_SIZE;
        uint64_t from = MAX(offset, base) - base, to = MIN(last - base, GUEST_PAGE_SIZE - 1);

        if (decoded_in(rc->pages[n], from, to)) {
            page_unlink(rc, n, &old);
        }
    }
    mutex_unlock(&code_lock);
    pages_retire(old);
}

void code_discard(RamBlock *ram, uint64_t offset)
{
    CodePage *old = NULL;

    mutex_lock(&code_lock);
    RamCode *rc = ram_code_find(ram);
    if (rc) {
        page_unlink(rc, offset / GUEST_PAGE_SIZE, &old);
    }
    mutex_unlock(&code_lock);
    pages_retire(old);
}
