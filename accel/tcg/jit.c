/* SPDX-License-Identifier: MIT */
/* The translator: blocks are made on demand, one at a time, and found through their page. */
#include "accel/tcg/jit.h"

#include "accel/tcg/a64/jit.h"
#include "accel/tcg/code-cache.h"
#include "accel/tcg/jit-log.h"
#include "accel/tcg/options.h"
#include "accel/tcg/stats.h"
#include "accel/tcg/x64/emit.h"
#include "util/lock.h"
#include "util/rcu.h"

static Mutex jit_lock; /* guards the cache, pages' entries, and what follows */
static IrBlock block;
static Emit emit;
static bool alone;           /* one thread executes guest code, and nobody else the like */
static const void **nothing; /* entries of a page without translated code */

bool jit_init(uint64_t cache_size, Error **errp)
{
    CodeRoom room;
    bool ok = false;

    if (!JIT_FOR_HOST) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "There is no translator for this host");
    }
    if (!code_cache_init(cache_size, errp)) {
        return false;
    }
    mutex_lock(&jit_lock);
    if (code_cache_begin(&room)) {
        X64Asm s = {.p = room.rw, .start = room.rw, .end = room.rw_end, .rx_delta = room.rx_delta};
        ok = emit_thunks_make(&s);
        code_cache_commit((size_t)(s.p - room.rw), NULL);
        nothing = code_table_new(jit_miss);
    }
    alone = memory_fence_for_all();
    mutex_unlock(&jit_lock);
    if (!ok || !nothing) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "The cache of translated code has no room for what all code uses");
    }
    return true;
}

void jit_page_init(CodePage *page)
{
    atomic_store_explicit(&page->entries, nothing, memory_order_relaxed);
}

void jit_page_forget(CodePage *page)
{
    const void **table = atomic_load_explicit(&page->entries, memory_order_relaxed);

    if (!table || table == nothing) {
        return;
    }
    for (unsigned n = 0; n < INSNS_PER_PAGE; n++) {
        __atomic_store_n(&table[n], jit_miss, __ATOMIC_RELAXED);
    }
    atomic_store_explicit(&page->entries, nothing, memory_order_release);
    memset(page->heat, 0, sizeof(page->heat));
    code_table_retire(table);
}

void jit_page_retire(CodePage *page)
{
    mutex_lock(&jit_lock);
    code_cache_forget_page(page);
    jit_page_forget(page);
    mutex_unlock(&jit_lock);
}

void jit_company(void)
{
    mutex_lock(&jit_lock);
    if (alone && nothing) {
        code_cache_flush();
    }
    alone = false;
    mutex_unlock(&jit_lock);
}

/* Emits what was translated, as much of it as fits. */
static const void *make(ArmCpu *cpu, CodePage *page, unsigned n, const CodeRoom *room,
                        size_t *ret_used)
{
    for (unsigned max = tcg_options.one_insn_per_tb ? 1 : IR_MAX_INSNS; max > 0; max /= 2) {
        ir_begin(&block, cpu, page, n);
        block.max_insns = max;
        block.lockstep = tcg_options.verify != 0;
        block.alone = alone;
        a64_translate(&block);
        ir_finish(&block);
        if (emit_block(&emit, &block, room->rw, room->rw_end, room->rx_delta, ret_used)) {
            return room->rw + room->rx_delta;
        }
    }
    return NULL;
}

/* The same, counted and logged. */
static const void *make_new(ArmCpu *cpu, CodePage *page, unsigned n, const CodeRoom *room)
{
    uint64_t begin = tcg_stats_now_ns();
    size_t used;
    const void *code = make(cpu, page, n, room, &used);

    if (!code) {
        return NULL;
    }
    code_cache_commit(used, page);
    tcg_stats_block(a64_block_insns(&block), used, tcg_stats_now_ns() - begin);
    if (jit_log_wanted()) {
        jit_log_block(&block, code, emit.code_bytes);
    }
    return code;
}

void jit_describe(ArmCpu *cpu, CodePage *page, unsigned n, GString *out)
{
    CodeRoom room;
    size_t used;

    mutex_lock(&jit_lock);
    if (code_cache_begin(&room)) { /* what it makes now is as before, and is not kept */
        const uint8_t *code = make(cpu, page, n, &room, &used);
        if (code) {
            jit_log_text(&block, LOG_JIT, code, emit.code_bytes, out);
        }
    }
    mutex_unlock(&jit_lock);
}

/* The page's own table. */
static const void **entries_of(CodePage *page)
{
    const void **table = atomic_load_explicit(&page->entries, memory_order_relaxed);

    if (table == nothing) {
        table = code_table_new(jit_miss);
        if (table) {
            atomic_store_explicit(&page->entries, table, memory_order_release);
        }
    }
    return table;
}

const void *jit_translate(ArmCpu *cpu, CodePage *page, unsigned n)
{
    const void *code = NULL;
    CodeRoom room;

    mutex_lock(&jit_lock);
    if (!page->dead && code_cache_begin(&room)) {
        const void **entries = entries_of(page);
        code = entries ? jit_find(page, n) : NULL;
        if (entries && !code && (code = make_new(cpu, page, n, &room))) {
            __atomic_store_n(&entries[n], code, __ATOMIC_RELEASE);
        }
    }
    mutex_unlock(&jit_lock);
    return code;
}
