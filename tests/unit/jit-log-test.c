/* SPDX-License-Identifier: MIT */
/* What the translator tells people: a block as text, only the parts that were asked for, and names
 * of code in the formats of perf(1). */
#include "accel/tcg/jit-log.h"

#include "accel/tcg/a64/jit.h"
#include "accel/tcg/code.h"
#include "accel/tcg/exec.h"
#include "accel/tcg/jit.h"
#include "tests/lib/check-main.h"
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Code of the host that has constants for code_cache_base() and others in it: here, any. */
static const uint8_t host_code[] = {0x48, 0x89, 0xd8, 0x48, 0x01, 0xc8, 0xc3, 0x06};

/* ---- a block of add, ldr, b.ne, ret, and one of a branch to itself */

static uint32_t guest[INSNS_PER_PAGE] = {
    [0x10] = 0x91000400, /* add x0, x0, #1 */
    [0x11] = 0xf9400021, /* ldr x1, [x1] */
    [0x12] = 0x54ffffc1, /* b.ne .-8 */
    [0x13] = 0xd65f03c0, /* ret */
    [0x20] = 0x14000000, /* b . */
};
static const uint64_t page_address = 0xffff800010080000;

static IrBlock block;

static void translate(unsigned first, unsigned max)
{
    static ArmCpu cpu;
    static RamBlock ram = {.host = (uint8_t *)guest, .size = sizeof(guest)};
    static TcgCpu vcpu, *t = &vcpu;
    static CodePage *page;

    g_clear_pointer(&page, free); /* of the block before */
    code_page_alone(&page, A64_OP_UNDECODED);
    page->ram = &ram;
    page->insns[INSNS_PER_PAGE].op = A64_OP_PAGE_END;
    cpu.cs.accel_data = t;
    t->cpu = &cpu;
    tcg_see_page(t, page->insns, page_address);
    ir_begin(&block, &cpu, page, first);
    block.max_insns = max;
    a64_translate(&block);
    ir_finish(&block);
}

static char *dir;

static void enter_dir(void)
{
    dir = g_dir_make_tmp("jit-log-XXXXXX", NULL);
    ck_assert_ptr_nonnull(dir);
    ck_assert_int_eq(chdir(dir), 0);
}

static void leave_dir(void)
{
    g_autofree char *map = g_strdup_printf("/tmp/perf-%d.map", (int)getpid());
    g_autofree char *dump = g_strdup_printf("jit-%d.dump", (int)getpid());

    unlink(map);
    unlink(dump);
    unlink("log");
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(dir), 0);
    g_free(dir);
}

static char *logged(const char *items)
{
    char *text = NULL;

    ck_assert(log_set_file("log", NULL));
    ck_assert(log_set_items(items, NULL));
    ck_assert(jit_log_wanted() == (strcmp(items, "none") != 0));
    jit_log_block(&block, host_code, sizeof(host_code));
    ck_assert(g_file_get_contents("log", &text, NULL, NULL));
    return text;
}

static unsigned count_lines(const char *text, const char *beginning)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    unsigned n = 0;

    for (char **l = lines; *l; l++) {
        n += g_str_has_prefix(*l, beginning);
    }
    return n;
}

START_TEST(guest_instructions)
{
    translate(0x10, IR_MAX_INSNS);
    g_autofree char *text = logged("in_asm");
    ck_assert_ptr_nonnull(strstr(text, "\nIN:\n0xffff800010080040:  91000400  add x0, x0, #"));
    ck_assert_ptr_nonnull(strstr(text, "\n0xffff800010080044:  f9400021  ldr"));
    ck_assert_ptr_nonnull(strstr(text, "\n0xffff800010080048:  54ffffc1  b.ne 0xffff80001008004"));
    ck_assert_uint_eq(count_lines(text, "0x"), 4);
    ck_assert_ptr_null(strstr(text, "OP:"));
    ck_assert_ptr_null(strstr(text, "OUT:"));
}
END_TEST

START_TEST(where_blocks_end)
{
    static const struct {
        unsigned first, max, insns;
    } cases[] = {
        {0x10, 2, 2}, {0x10, 64, 4}, {0x10, 3, 3}, {0x20, 5, 1}, {INSNS_PER_PAGE - 3, 64, 1}};

    guest[INSNS_PER_PAGE - 3] = 0xd503201f; /* nop, and words that no instruction has */
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        translate(cases[i].first, cases[i].max);
        g_autofree char *text = logged("in_asm");
        /* What is not allocated is left to the interpreter: it may be shown. */
        ck_assert_uint_ge(count_lines(text, "0x"), cases[i].insns);
        ck_assert_uint_le(count_lines(text, "0x"), cases[i].insns + (i == 4));
    }
    for (unsigned i = 3; i-- > 0;) {
        guest[INSNS_PER_PAGE - 1 - i] = 0xd503201f;
    }
    translate(INSNS_PER_PAGE - 3, 64); /* up to the page's end */
    g_autofree char *text = logged("in_asm");
    ck_assert_uint_eq(count_lines(text, "0x"), 3);
}
END_TEST

START_TEST(nodes)
{
    translate(0x10, IR_MAX_INSNS);
    g_autofree char *text = logged("op");
    ck_assert_ptr_nonnull(strstr(text, "OP: 0xffff800010080040\n"));
    ck_assert_ptr_nonnull(strstr(text, " ADD.64"));
    ck_assert_ptr_nonnull(strstr(text, " LOAD."));
    ck_assert_ptr_null(strstr(text, "IN:"));
}
END_TEST

START_TEST(host_instructions)
{
    translate(0x10, IR_MAX_INSNS);
    g_autofree char *text = logged("out_asm");
    g_autofree char *first = g_strdup_printf("\n0x%016lx: ", (unsigned long)(uintptr_t)host_code);

    ck_assert_ptr_nonnull(strstr(text, "OUT: 0xffff800010080040 [size=8]\n"));
    ck_assert_ptr_nonnull(strstr(text, first));
    if (strstr(text, " mov rax, rbx\n")) { /* the library is there */
        ck_assert_ptr_nonnull(strstr(text, " add rax, rcx\n"));
        ck_assert_ptr_nonnull(strstr(text, " ret\n"));
        ck_assert_ptr_nonnull(strstr(text, ":  06\n")); /* no instruction of 64-bit mode */
        ck_assert_uint_eq(count_lines(text, "0x"), 4);
    } else {
        ck_assert_ptr_nonnull(strstr(text, ":  48 89 d8 48 01 c8 c3 06\n"));
    }
}
END_TEST

START_TEST(all_and_none)
{
    translate(0x10, IR_MAX_INSNS);
    g_autofree char *text = logged("op,in_asm,out_asm");
    const char *in = strstr(text, "IN:"), *op = strstr(text, "OP:"), *out = strstr(text, "OUT:");
    ck_assert(in && op && out && in < op && op < out);
    g_free(g_steal_pointer(&text));
    text = logged("none");
    ck_assert_str_eq(text, "");
}
END_TEST

/* ---- perf */

typedef struct Load {
    uint32_t id, size;
    uint64_t time;
    uint32_t pid, tid;
    uint64_t vma, addr, len, index;
} Load;

static const uint8_t *check_load(const uint8_t *p, const char *name, uint64_t index)
{
    Load r;

    memcpy(&r, p, sizeof(r));
    ck_assert_uint_eq(r.id, 0);
    ck_assert_uint_eq(r.size, sizeof(r) + strlen(name) + 1 + sizeof(host_code));
    ck_assert_uint_eq(r.pid, (uint32_t)getpid());
    ck_assert_uint_eq(r.addr, (uintptr_t)host_code);
    ck_assert_uint_eq(r.len, sizeof(host_code));
    ck_assert_uint_eq(r.index, index);
    ck_assert_str_eq((const char *)p + sizeof(r), name);
    ck_assert_mem_eq(p + r.size - sizeof(host_code), host_code, sizeof(host_code));
    return p + r.size;
}

/* The file is announced by a mapping that can be executed, and not written. */
static void check_mapping(const char *name)
{
    g_autofree char *maps = NULL;

    ck_assert(g_file_get_contents("/proc/self/maps", &maps, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(maps, "\n", -1);
    for (char **l = lines; *l; l++) {
        if (g_str_has_suffix(*l, name)) {
            ck_assert_ptr_nonnull(strstr(*l, " r-xp "));
            return;
        }
    }
    ck_abort_msg("not mapped");
}

START_TEST(perf_files)
{
    g_autofree char *map_path = g_strdup_printf("/tmp/perf-%d.map", (int)getpid());
    g_autofree char *dump_path = g_strdup_printf("jit-%d.dump", (int)getpid());
    g_autofree char *line = g_strdup_printf("%lx %zx guest-0xffff800010080040\n",
                                            (unsigned long)(uintptr_t)host_code, sizeof(host_code));
    g_autofree char *map = NULL, *dump = NULL;
    uint32_t header[10];
    gsize size;

    /* What lies in the way is replaced, where a link leads is not touched. */
    ck_assert_int_eq(symlink("log", map_path), 0);
    ck_assert(g_file_set_contents("log", "untouched", -1, NULL));
    ck_assert(!jit_log_wanted());
    ck_assert(jit_perf_init(true, true, NULL));
    ck_assert(jit_log_wanted());
    translate(0x10, IR_MAX_INSNS);
    jit_perf_name("a", host_code, sizeof(host_code));
    jit_log_block(&block, host_code, sizeof(host_code));

    ck_assert(g_file_get_contents("log", &map, NULL, NULL));
    ck_assert_str_eq(map, "untouched");
    g_free(map);
    ck_assert(g_file_get_contents(map_path, &map, NULL, NULL));
    ck_assert_ptr_nonnull(strstr(map, " a\n"));
    ck_assert_ptr_nonnull(strstr(map, line));
    ck_assert(g_file_get_contents(dump_path, &dump, &size, NULL));
    memcpy(header, dump, sizeof(header));
    ck_assert_uint_eq(header[0], 0x4a695444);
    ck_assert_uint_eq(header[1], 1);
    ck_assert_uint_eq(header[2], sizeof(header));
    ck_assert_uint_eq(header[5], (uint32_t)getpid());
    const uint8_t *p = check_load((uint8_t *)dump + sizeof(header), "a", 0);
    p = check_load(p, "guest-0xffff800010080040", 1);
    ck_assert_ptr_eq(p, (uint8_t *)dump + size);
    check_mapping(dump_path);
}
END_TEST

START_TEST(perf_files_that_cannot_be)
{
    g_autofree char *map_path = g_strdup_printf("/tmp/perf-%d.map", (int)getpid());
    g_autofree char *dump_path = g_strdup_printf("jit-%d.dump", (int)getpid());
    Error *err = NULL;

    ck_assert_int_eq(mkdir(dump_path, 0700), 0);
    ck_assert(!jit_perf_init(true, true, &err));
    ck_assert_ptr_nonnull(strstr(err->message, dump_path));
    g_error_free(err);
    ck_assert(!jit_log_wanted());
    ck_assert_int_ne(access(map_path, F_OK), 0);
    ck_assert_int_eq(rmdir(dump_path), 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("jit-log");
    TCase *tc = tcase_create("jit-log");

    tcase_add_checked_fixture(tc, enter_dir, leave_dir);
    tcase_add_test(tc, guest_instructions);
    tcase_add_test(tc, where_blocks_end);
    tcase_add_test(tc, nodes);
    tcase_add_test(tc, host_instructions);
    tcase_add_test(tc, all_and_none);
    tcase_add_test(tc, perf_files);
    tcase_add_test(tc, perf_files_that_cannot_be);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
