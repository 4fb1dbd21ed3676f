/* SPDX-License-Identifier: MIT */
/* Memory of translated code: what is written executes, nothing is writable and executable, what is
 * emptied is used again when nobody can be in it, and addresses stay within reach. */
#include "accel/tcg/code-cache.h"

#include "accel/tcg/tlb.h"
#include "tests/lib/check-main.h"
#include "util/error.h"
#include "util/rcu.h"
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

enum { MIB = 1 << 20 };

/* ---- the cache's user: pages that have a table each */

static unsigned forgotten, posted;
static CodePage *shared_page; /* of readers_beside_emptying */
static _Atomic(const uint8_t *) shared_code;
static char initial;

void jit_page_forget(CodePage *page)
{
    const void **table = atomic_exchange(&page->entries, NULL);

    if (page == shared_page) {
        atomic_store(&shared_code, NULL);
    }
    ck_assert_uint_eq(page->arenas, 0);
    forgotten++;
    if (table) {
        code_table_retire(table);
    }
}

void tlb_post_dead_code(void)
{
    posted++;
}

static CodePage *page_new(void)
{
    CodePage *page = calloc(1, sizeof(*page));

    ck_assert_ptr_nonnull(page);
    return page;
}

static void init(uint64_t size)
{
    Error *err = NULL;

    if (!code_cache_init(size, &err)) {
        ck_abort_msg("%s", err->message);
    }
}

/* `mov eax, value; ret`, in a block of `bytes` bytes. NULL: no room. */
static const uint8_t *emit(CodePage *page, uint32_t value, size_t bytes)
{
    uint8_t code[] = {0xb8, 0, 0, 0, 0, 0xc3};
    CodeRoom room;

    if (!code_cache_begin(&room)) {
        return NULL;
    }
    ck_assert(room.rw_end - room.rw >= CODE_MAX_BLOCK);
    memcpy(code + 1, &value, sizeof(value));
    memset(room.rw, 0xcc, bytes);
    memcpy(room.rw, code, sizeof(code));
    code_cache_commit(bytes, page);
    return room.rw + room.rx_delta;
}

static uint32_t run(const uint8_t *code)
{
#ifdef __x86_64__
    uint32_t (*fn)(void);

    memcpy(&fn, &code, sizeof(fn));
    return fn();
#else
    uint32_t value;

    memcpy(&value, code + 1, sizeof(value));
    return value;
#endif
}

/* Lines of /proc/self/maps that can be written and executed; those of the cache are counted. */
static unsigned check_maps(void)
{
    FILE *f = fopen("/proc/self/maps", "re");
    char line[512];
    unsigned ours = 0;

    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof(line), f)) {
        const char *perms = strchr(line, ' ') + 1;

        ck_assert_msg(perms[1] != 'w' || perms[2] != 'x', "%s", line);
        ours += strstr(line, "poise-code") != NULL;
    }
    fclose(f);
    return ours;
}

/* Blocks in use by the mapping at an address: kilobytes of its Rss. */
static uint64_t resident(const void *at)
{
    FILE *f = fopen("/proc/self/smaps", "re");
    char line[512], start[32];
    uint64_t kb = 0;
    bool here = false;

    snprintf(start, sizeof(start), "%lx-", (unsigned long)(uintptr_t)at);
    while (fgets(line, sizeof(line), f)) {
        if (strchr(line, '-') && strchr(line, ' ') > strchr(line, '-')) {
            here = strncmp(line, start, strlen(start)) == 0;
        }
        if (here && strncmp(line, "Rss:", 4) == 0) {
            kb = strtoull(line + 4, NULL, 10);
        }
    }
    fclose(f);
    return kb;
}

/* ---- tests */

START_TEST(sizes)
{
    static const uint64_t bad[] = {
        0, 1, 4096, CODE_CACHE_MIN - 1, CODE_CACHE_MAX + 1ull, 1ull << 40, UINT64_MAX};

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        Error *err = NULL;

        ck_assert(!code_cache_init(bad[i], &err));
        ck_assert_str_eq(err->message,
                         "The memory for translated code (tb-size) is from 8 to 2047 MiB");
        ck_assert_int_eq(error_code(err), ERROR_CODE_PARAMETER_VALUE);
        g_error_free(err);
        ck_assert_uint_eq(check_maps(), 0);
    }
    init(CODE_CACHE_MIN + 12345);
    ck_assert_uint_le(code_cache_info().size, CODE_CACHE_MIN + 12345);
    ck_assert_uint_gt(code_cache_info().size, CODE_CACHE_MIN - MIB);
}
END_TEST

/* No address space: an error, nothing left behind, and a smaller one is possible. */
START_TEST(no_room_for_it)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return; /* the shadow memory is beyond every limit */
#endif
    struct rlimit limit = {512 * MIB, RLIM_INFINITY};
    Error *err = NULL;

    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    ck_assert(!code_cache_init(1024ull * MIB, &err));
    ck_assert_int_eq(error_code(err), ERROR_CODE_HOST_FAILURE);
    g_error_free(err);
    ck_assert_uint_eq(check_maps(), 0);
    init(64 * MIB);
}
END_TEST

#ifdef __x86_64__
/* From now on nothing can be mapped to be executed, as some hosts have it. */
static void forbid_exec(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_mmap, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {G_N_ELEMENTS(code), code};

    ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

START_TEST(host_forbids_it)
{
    Error *err = NULL;

    forbid_exec();
    ck_assert(!code_cache_init(16 * MIB, &err));
    ck_assert_str_eq(err->message,
                     "The host does not let translated code be executed: Permission denied");
    ck_assert_int_eq(error_code(err), ERROR_CODE_HOST_FAILURE);
    g_error_free(err);
    ck_assert_uint_eq(check_maps(), 0);
}
END_TEST
#endif

START_TEST(written_code_executes)
{
    CodePage *page = page_new();
    const uint8_t *thunk, *code;

    init(64 * MIB);
    thunk = emit(NULL, 1, 100);
    ck_assert_ptr_eq(thunk, code_cache_base());
    code = emit(page, 2, 1);
    ck_assert_ptr_eq(code, thunk + 128);
    ck_assert_ptr_eq(emit(page, 3, 64), code + 64);
    ck_assert_uint_eq(run(thunk), 1);
    ck_assert_uint_eq(run(code), 2);
    ck_assert_uint_eq(run(code + 64), 3);
    ck_assert(code_cache_contains(code) && code_cache_contains(thunk));
    ck_assert(!code_cache_contains(thunk - 1) && !code_cache_contains(page) &&
              !code_cache_contains(NULL));
    ck_assert_uint_eq(check_maps(), 2);
    ck_assert_uint_eq(code_cache_info().used, 256);
    code_cache_forget_page(page);
    free(page);
}
END_TEST

/* Displacements of 32 bits between all ends. */
START_TEST(everything_is_in_reach)
{
    CodePage *page = page_new();
    intptr_t low = INTPTR_MAX, high = 0;
    const void **table;
    unsigned tables = 0;

    init(CODE_CACHE_MAX);
    while ((table = code_table_new(&initial))) {
        low = MIN(low, (intptr_t)table);
        high = MAX(high, (intptr_t)(table + INSNS_PER_PAGE));
        tables++;
        if (tables % 1024) {
            madvise(table, INSNS_PER_PAGE * sizeof(*table), MADV_DONTNEED);
        }
    }
    ck_assert_uint_ge(tables, 1000ull * MIB / (INSNS_PER_PAGE * sizeof(void *)));
    ck_assert_uint_eq(code_cache_info().tables, tables);
    for (unsigned i = 0; i < 20000 && !code_cache_info().evictions; i++) {
        CodeRoom room;

        ck_assert(code_cache_begin(&room));
        code_cache_commit(CODE_MAX_BLOCK, page);
        low = MIN(low, (intptr_t)room.rw + room.rx_delta);
        high = MAX(high, (intptr_t)room.rw_end + room.rx_delta);
    }
    ck_assert_uint_eq(code_cache_info().evictions, 1);
    ck_assert_int_gt(high - low, 2000ll * MIB);
    ck_assert_int_le(high - low, INT32_MAX);
    ck_assert_int_ge(low, (intptr_t)code_cache_base() - INT32_MAX);
    code_cache_forget_page(page);
    free(page);
}
END_TEST

/* Many times around: what stands is what was written last, the thunk stays, a page that was asked
 * to forget is not executed again. */
START_TEST(cycles)
{
    enum { PAGES = 500, BLOCK = 5000 };
    CodePage *pages[PAGES];
    const uint8_t *code[PAGES] = {NULL}, *thunk;

    init(16 * MIB);
    thunk = emit(NULL, 4711, 64);
    for (int i = 0; i < PAGES; i++) {
        pages[i] = page_new();
    }
    for (uint32_t i = 0; code_cache_info().evictions < 40; i++) {
        int n = (int)(i % PAGES);

        code[n] = emit(pages[n], i, BLOCK);
        ck_assert_ptr_nonnull(code[n]); /* without readers there always is room */
        ck_assert_uint_ne(pages[n]->arenas, 0);
        for (int k = 0; k < PAGES; k += 7) {
            if (pages[k]->arenas && code[k]) {
                ck_assert_uint_eq(run(code[k]) % PAGES, k);
            }
        }
        ck_assert_uint_le(code_cache_info().used, 16 * MIB);
    }
    ck_assert_uint_eq(run(thunk), 4711);
    ck_assert_uint_eq(posted, 40);
    ck_assert_uint_ge(forgotten, 40);
    ck_assert_uint_eq(check_maps(), 2);
    for (int i = 0; i < PAGES; i++) {
        code_cache_forget_page(pages[i]);
        free(pages[i]);
    }
    code_cache_flush();
    ck_assert_uint_eq(code_cache_info().used, 64);
}
END_TEST

/* A page that went away is not asked, whichever arenas it was in. */
START_TEST(retired_pages_are_not_asked)
{
    CodePage *gone = page_new(), *stays = page_new();

    init(8 * MIB);
    for (int i = 0; i < 30; i++) { /* over several arenas */
        emit(gone, 1, CODE_MAX_BLOCK / 4);
        emit(stays, 1, CODE_MAX_BLOCK / 4);
    }
    ck_assert_int_gt(__builtin_popcount(gone->arenas), 1);
    code_cache_forget_page(gone);
    ck_assert_uint_eq(gone->arenas, 0);
    free(gone); /* whoever looks at it now is found by a sanitizer */
    forgotten = 0;
    code_cache_flush();
    ck_assert_uint_eq(forgotten, 1); /* once, though it was in several */
    ck_assert_uint_eq(stays->arenas, 0);
    ck_assert_uint_eq(code_cache_info().flushes, 1);
    code_cache_flush();
    ck_assert_uint_eq(forgotten, 1);
    free(stays);
}
END_TEST

/* While somebody may be in the code it stays as it is, and new code has to wait. */
START_TEST(grace_period)
{
    CodePage *page = page_new();
    const uint8_t *first, *code;
    unsigned n = 0;

    init(8 * MIB);
    first = emit(page, 77, 64);
    rcu_read_lock();
    while ((code = emit(page, 1, CODE_MAX_BLOCK))) {
        n++;
        ck_assert_uint_lt(n, 100);
    }
    ck_assert_uint_eq(code_cache_info().evictions, 1); /* begun, not ended */
    ck_assert_uint_eq(run(first), 77);
    ck_assert_ptr_null(emit(page, 1, 64));
    ck_assert_uint_eq(run(first), 77);
    ck_assert_uint_eq(posted, 1);
    rcu_read_unlock();
    code = emit(page, 78, 64);
    ck_assert_ptr_eq(code, first);
    ck_assert_uint_eq(run(code), 78);
    code_cache_forget_page(page);
    free(page);
}
END_TEST

START_TEST(flush_waits_too)
{
    CodePage *page = page_new();
    const uint8_t *thunk, *code;

    init(8 * MIB);
    thunk = emit(NULL, 5, 64);
    code = emit(page, 6, 64);
    rcu_read_lock();
    code_cache_flush();
    ck_assert_uint_eq(page->arenas, 0);
    ck_assert_uint_eq(run(code), 6);
    ck_assert_ptr_ne(emit(page, 7, 64), code); /* another arena */
    rcu_read_unlock();
    rcu_poll();
    ck_assert_uint_eq(run(thunk), 5);
    ck_assert_uint_eq(code_cache_info().used, 128);
    code_cache_flush();
    ck_assert_uint_eq(code_cache_info().used, 64);
    free(page);
}
END_TEST

START_TEST(memory_goes_back)
{
    CodePage *page = page_new();
    uint64_t full;

    init(8 * MIB);
    for (int i = 0; i < 12; i++) {
        const uint8_t *code = emit(page, 1, CODE_MAX_BLOCK);

        for (size_t k = 0; k < CODE_MAX_BLOCK; k += 4096) {
            ck_assert_uint_ne(*(const volatile uint8_t *)(code + k), 0);
        }
    }
    full = resident(code_cache_base());
    ck_assert_uint_ge(full, 11 * CODE_MAX_BLOCK / 1024);
    code_cache_flush();
    ck_assert_uint_le(resident(code_cache_base()), full / 10);
    free(page);
}
END_TEST

static void check_table(const void **table)
{
    size_t n = 0;

    while (n < INSNS_PER_PAGE && table[n] == &initial) {
        n++;
    }
    ck_assert_uint_eq(n, INSNS_PER_PAGE);
}

/* All tables in use: the pages of the oldest arena give theirs back. Then a grace period later. */
START_TEST(tables_run_out)
{
    GPtrArray *pages = g_ptr_array_new();
    unsigned n;

    init(8 * MIB);
    rcu_read_lock();
    for (n = 0;; n++) {
        const void **table = code_table_new(&initial);
        CodePage *page;

        if (!table) {
            break;
        }
        page = page_new();
        g_ptr_array_add(pages, page);
        atomic_store(&page->entries, table);
        ck_assert_ptr_nonnull(emit(page, n, 64));
    }
    ck_assert_uint_ge(n, 400);
    ck_assert_uint_eq(forgotten, n); /* all code is in one arena */
    ck_assert_uint_eq(code_cache_info().tables, n);
    ck_assert_ptr_null(code_table_new(&initial));
    rcu_read_unlock();
    for (unsigned i = 0; i < n; i++) {
        const void **table = code_table_new(&initial);

        ck_assert_ptr_nonnull(table);
        check_table(table);
        table[i] = NULL;
    }
    ck_assert_uint_eq(code_cache_info().tables, n);
    for (unsigned i = 0; i < pages->len; i++) {
        free(pages->pdata[i]);
    }
    g_ptr_array_unref(pages);
}
END_TEST

START_TEST(tables_come_back)
{
    init(8 * MIB);
    for (int round = 0; round < 10000; round++) {
        const void **table = code_table_new(&initial);

        ck_assert_ptr_nonnull(table);
        check_table(table);
        table[round % INSNS_PER_PAGE] = NULL;
        code_table_retire(table);
    }
    ck_assert_uint_eq(code_cache_info().tables, 0);
}
END_TEST

/* Threads that go in and out of the code while it is filled and emptied around them: they read what
 * a table's entry says. */
static _Atomic bool stop;

static gpointer executes(gpointer data)
{
    uintptr_t runs = 0;

    while (!atomic_load(&stop)) {
        rcu_read_lock();
        const uint8_t *code = atomic_load(&shared_code);
        if (code && run(code) != 99) {
            ck_abort_msg("somebody else's code");
        }
        runs += code != NULL;
        rcu_read_unlock();
    }
    rcu_unregister_thread();
    return (gpointer)runs;
}

START_TEST(readers_beside_emptying)
{
    CodePage *others = page_new();
    GThread *threads[2];

    init(8 * MIB);
    shared_page = page_new();
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        threads[i] = g_thread_new("executes", executes, NULL);
    }
    while (code_cache_info().evictions < 100) {
        if (!emit(others, 1, 20000)) {
            g_thread_yield();
            continue;
        }
        if (!shared_page->arenas) { /* forgotten, or at the beginning */
            atomic_store(&shared_code, emit(shared_page, 99, 20000));
        }
    }
    atomic_store(&stop, true);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_thread_join(threads[i]);
    }
    free(shared_page);
    free(others);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("code-cache");
    TCase *tc = tcase_create("code-cache");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, sizes);
    tcase_add_test(tc, no_room_for_it);
#ifdef __x86_64__
    tcase_add_test(tc, host_forbids_it);
#endif
    tcase_add_test(tc, written_code_executes);
    tcase_add_test(tc, everything_is_in_reach);
    tcase_add_test(tc, cycles);
    tcase_add_test(tc, retired_pages_are_not_asked);
    tcase_add_test(tc, grace_period);
    tcase_add_test(tc, flush_waits_too);
    tcase_add_test(tc, memory_goes_back);
    tcase_add_test(tc, tables_run_out);
    tcase_add_test(tc, tables_come_back);
    tcase_add_test(tc, readers_beside_emptying);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
