/* SPDX-License-Identifier: MIT */
/* Memory of translated code: tables and the executable mapping in one reservation, so that code
 * reaches everything by 32-bit displacements, and a writable mapping of the code elsewhere.
 *
 * A page that is translated needs a table of 8 KiB; measured on guests that run much code once, its
 * translations need less than that. So half of the memory is for tables. What was never used costs
 * addresses alone, and what was emptied goes back to the host. */
#include "accel/tcg/code-cache.h"

#include "accel/tcg/tlb.h"
#include "util/error.h"
#include "util/rcu.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    MAX_ARENAS = 16, /* bits of CodePage.arenas */
    MIN_ARENA = 1 << 20,
    TABLE_BYTES = INSNS_PER_PAGE * sizeof(void *),
    CODE_ALIGN = 64,
    HOST_PAGE_MAX = 64 * 1024, /* parts begin at multiples: at least any host's page */
};
_Static_assert(MIN_ARENA >= 4 * CODE_MAX_BLOCK, "an arena's end is left empty");
_Static_assert(MAX_ARENAS <= 8 * sizeof(((CodePage *)0)->arenas), "a bit for each arena");

/* free -> current -> full -> emptying -> free. The last step is taken by whoever finds out that the
 * grace period is over, the others under the translator's lock. */
typedef enum ArenaState { ARENA_FREE, ARENA_CURRENT, ARENA_FULL, ARENA_EMPTYING } ArenaState;

typedef struct Arena {
    _Atomic ArenaState state;
    size_t begin, end; /* offsets in the code */
    size_t fill;       /* up to where it is used */
    uint64_t order;    /* when it became current */
    GHashTable *pages; /* that have code here: a set */
} Arena;

/* A table that nobody uses. */
typedef struct FreeTable {
    struct FreeTable *next;
} FreeTable;

static struct CodeCache {
    uint8_t *tables, *rx, *rw;
    size_t tables_size, code_size;
    Arena arenas[MAX_ARENAS];
    size_t n_arenas;
    Arena *current; /* NULL: none */
    uint64_t clock;
    size_t tables_fresh; /* bytes of tables that were never given out before this */
    FreeTable *free_tables;
    _Atomic(FreeTable *) returned_tables; /* from any thread */
    _Atomic uint64_t used, tables_used, evictions, flushes;
} cache;

/* ---- the mappings */

static int code_memfd(size_t size, Error **errp)
{
    unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
#ifdef MFD_EXEC
    unsigned exec = MFD_EXEC;
#else
    unsigned exec = 0x0010u; /* Linux 6.3 */
#endif
    int fd = memfd_create("poise-code", flags | exec);

    if (fd < 0 && errno == EINVAL) { /* an older kernel: it may always be executed */
        fd = memfd_create("poise-code", flags);
    }
    if (fd < 0) {
        error_set_errno(errp, errno, "Could not create executable memory for translated code");
        return -1;
    }
    if (ftruncate(fd, (off_t)size) < 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0) {
        error_set_errno(errp, errno, "Could not size the memory for translated code");
        close(fd);
        return -1;
    }
    return fd;
}

static bool map_views(int fd, Error **errp)
{
    size_t size = cache.tables_size + cache.code_size;
    void *all = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (all == MAP_FAILED) {
        return error_set_errno(errp, errno, "Could not reserve %zu MiB for translated code",
                               size >> 20);
    }
    cache.tables = all;
    cache.rx = cache.tables + cache.tables_size;
    if (mprotect(cache.tables, cache.tables_size, PROT_READ | PROT_WRITE) < 0) {
        error_set_errno(errp, errno, "Could not map the tables of translated code");
    } else if (mmap(cache.rx, cache.code_size, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED, fd,
                    0) == MAP_FAILED) {
        error_set_errno(errp, errno, "The host does not let translated code be executed");
        error_append_hint(errp, "tier=interp needs no executable memory");
    } else {
        cache.rw =
            mmap(NULL, cache.code_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
        if (cache.rw != MAP_FAILED) {
            return true;
        }
        error_set_errno(errp, errno, "Could not map translated code to write it");
    }
    munmap(all, size);
    return false;
}

bool code_cache_init(uint64_t size, Error **errp)
{
    g_assert(!cache.n_arenas);
    if (size < CODE_CACHE_MIN || size > CODE_CACHE_MAX) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "The memory for translated code (tb-size) is from %d to %d MiB",
                              (int)(CODE_CACHE_MIN >> 20), (int)(CODE_CACHE_MAX >> 20));
    }
    size_t n = MIN(size / 2 / MIN_ARENA, MAX_ARENAS);
    size_t arena = size / 2 / n & ~(size_t)(HOST_PAGE_MAX - 1);
    cache.code_size = arena * n;
    cache.tables_size = (size - cache.code_size) & ~(size_t)(HOST_PAGE_MAX - 1);

    int fd = code_memfd(cache.code_size, errp);
    if (fd < 0) {
        return false;
    }
    bool ok = map_views(fd, errp);
    close(fd); /* the mappings keep it, and nobody makes a third */
    if (!ok) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        Arena *a = &cache.arenas[i];

        a->begin = i * arena;
        a->end = a->begin + arena;
        a->pages = g_hash_table_new(NULL, NULL);
    }
    cache.n_arenas = n;
    return true;
}

const uint8_t *code_cache_base(void)
{
    return cache.rx;
}

bool code_cache_contains(const void *rx)
{
    return (uintptr_t)rx - (uintptr_t)cache.rx < cache.code_size;
}

/* ---- emptying */

static uint32_t arena_bit(const Arena *a)
{
    return 1u << (a - cache.arenas);
}

/* No vCPU can be in this code any more. Any thread, with any lock. */
static void arena_is_free(void *data)
{
    Arena *a = data;
    size_t from = align_up(a->begin, HOST_PAGE_MAX);

    /* Only to be kind: where it is refused, the memory stays in use. */
    (void)madvise(cache.rw + from, a->end - from, MADV_REMOVE);
    atomic_fetch_sub(&cache.used, a->fill - a->begin);
    atomic_store(&a->state, ARENA_FREE);
}

/* Its pages forget their code, all of it: they are no longer of other arenas either. */
static void arena_forget(Arena *a)
{
    g_autoptr(GHashTable) pages = a->pages;
    GHashTableIter iter;
    void *page;

    a->pages = g_hash_table_new(NULL, NULL);
    atomic_store(&a->state, ARENA_EMPTYING);
    if (cache.current == a) {
        cache.current = NULL;
    }
    g_hash_table_iter_init(&iter, pages);
    while (g_hash_table_iter_next(&iter, &page, NULL)) {
        ((CodePage *)page)->arenas &= ~arena_bit(a);
        code_cache_forget_page(page);
        jit_page_forget(page);
    }
}

static Arena *arena_in(ArenaState state)
{
    Arena *oldest = NULL;

    for (Arena *a = cache.arenas; a < cache.arenas + cache.n_arenas; a++) {
        if (atomic_load(&a->state) == state && (!oldest || a->order < oldest->order)) {
            oldest = a;
        }
    }
    return oldest;
}

/* What can be free soon is on its way: the oldest full arena, else (`also_current`) the one that is
 * being filled. */
static void make_room(bool also_current)
{
    Arena *a = arena_in(ARENA_FULL);

    if (!a && also_current) {
        a = cache.current;
    }
    if (!a || arena_in(ARENA_EMPTYING)) {
        return;
    }
    arena_forget(a);
    atomic_fetch_add(&cache.evictions, 1);
    tlb_post_dead_code();
    rcu_retire(arena_is_free, a);
}

void code_cache_flush(void)
{
    Arena *emptied[MAX_ARENAS];
    size_t n = 0;

    for (Arena *a = cache.arenas; a < cache.arenas + cache.n_arenas; a++) {
        ArenaState s = atomic_load(&a->state);

        if (s == ARENA_FULL || s == ARENA_CURRENT) {
            arena_forget(a);
            emptied[n++] = a;
        }
    }
    atomic_fetch_add(&cache.flushes, 1);
    if (n) {
        tlb_post_dead_code();
    }
    while (n-- > 0) {
        rcu_retire(arena_is_free, emptied[n]);
    }
}

/* ---- code */

static Arena *next_arena(void)
{
    Arena *a = arena_in(ARENA_FREE);

    if (!a) {
        make_room(false);
        rcu_poll();
        a = arena_in(ARENA_FREE);
    }
    if (!a) {
        return NULL;
    }
    a->fill = a->begin;
    a->order = ++cache.clock;
    atomic_store(&a->state, ARENA_CURRENT);
    cache.current = a;
    if (!arena_in(ARENA_FREE)) {
        make_room(false); /* there is time until this one is full */
    }
    return a;
}

bool code_cache_begin(CodeRoom *ret)
{
    Arena *a = cache.current;

    if (a && a->end - a->fill < CODE_MAX_BLOCK) {
        atomic_store(&a->state, ARENA_FULL);
        a = cache.current = NULL;
    }
    if (!a && !(a = next_arena())) {
        return false;
    }
    ret->rw = cache.rw + a->fill;
    ret->rw_end = cache.rw + a->end;
    ret->rx_delta = (ptrdiff_t)((uintptr_t)cache.rx - (uintptr_t)cache.rw);
    return true;
}

void code_cache_commit(size_t used, CodePage *page)
{
    Arena *a = cache.current;

    g_assert(a && used <= a->end - a->fill);
    used = MIN(align_up(used, CODE_ALIGN), a->end - a->fill);
    a->fill += used;
    atomic_fetch_add(&cache.used, used);
    if (page) {
        page->arenas |= arena_bit(a);
        g_hash_table_add(a->pages, page);
    } else { /* the first arena becomes shorter */
        a->begin += used;
        g_assert(a->begin == a->fill && a->end - a->begin >= MIN_ARENA / 2);
    }
}

void code_cache_forget_page(CodePage *page)
{
    for (; page->arenas; page->arenas &= page->arenas - 1) {
        g_hash_table_remove(cache.arenas[__builtin_ctz(page->arenas)].pages, page);
    }
}

/* ---- tables */

static void table_is_free(void *data)
{
    FreeTable *t = data;

    t->next = atomic_load(&cache.returned_tables);
    while (!atomic_compare_exchange_weak(&cache.returned_tables, &t->next, t)) {
    }
    atomic_fetch_sub(&cache.tables_used, 1);
}

static void *table_take(void)
{
    FreeTable *t = cache.free_tables;

    if (!t) {
        t = atomic_exchange(&cache.returned_tables, NULL);
    }
    if (t) {
        cache.free_tables = t->next;
        return t;
    }
    if (cache.tables_size - cache.tables_fresh < TABLE_BYTES) {
        return NULL;
    }
    cache.tables_fresh += TABLE_BYTES;
    return cache.tables + cache.tables_fresh - TABLE_BYTES;
}

const void **code_table_new(const void *initial)
{
    const void **table = table_take();

    if (!table) {
        rcu_poll();
        table = table_take();
    }
    if (!table) {
        make_room(true);
        return NULL; /* even if some are there by now: the caller's room may be gone */
    }
    for (size_t i = 0; i < INSNS_PER_PAGE; i++) {
        table[i] = initial;
    }
    atomic_fetch_add(&cache.tables_used, 1);
    return table;
}

void code_table_retire(const void **table)
{
    rcu_retire(table_is_free, table);
}

CodeCacheInfo code_cache_info(void)
{
    return (CodeCacheInfo){
        .size = cache.tables_size + cache.code_size,
        .used = atomic_load(&cache.used) + atomic_load(&cache.tables_used) * TABLE_BYTES,
        .tables = atomic_load(&cache.tables_used),
        .evictions = atomic_load(&cache.evictions),
        .flushes = atomic_load(&cache.flushes),
    };
}
