/* SPDX-License-Identifier: MIT */
/* The flat view of random region trees equals a per-byte model; accesses obey size rules. */
#include "softmmu/memory.h"

#include "tests/lib/check-main.h"
#include "util/rcu.h"

#define SPACE 96
#define N     12

static MemoryRegion root, regions[N];
static AddressSpace as;

static MemResult tag_read(void *opaque, hwaddr addr, unsigned size, uint64_t *ret, MemAttrs attrs)
{
    *ret = (uint64_t)(uintptr_t)opaque << 8 | addr;
    return MEM_OK;
}

static const MemoryRegionOps tag_ops = {.read = tag_read};

/* Which region answers addr relative to mr, by the definition of priorities. */
static MemoryRegion *model_find(MemoryRegion *mr, int64_t addr)
{
    if (!mr->enabled || addr < 0 || (uint64_t)addr >= mr->size) {
        return NULL;
    }
    if (mr->kind == MEMORY_ALIAS) {
        return model_find(mr->alias, addr + (int64_t)mr->alias_offset);
    }
    for (guint i = 0; mr->subregions && i < mr->subregions->len; i++) {
        MemoryRegion *sub = g_ptr_array_index(mr->subregions, i);
        MemoryRegion *hit = model_find(sub, addr - (int64_t)sub->addr);

        if (hit) {
            return hit;
        }
    }
    return mr->kind == MEMORY_CONTAINER ? NULL : mr;
}

static void check_view(void)
{
    rcu_read_lock();
    for (hwaddr a = 0; a < SPACE; a++) {
        const FlatRange *fr = address_space_find(&as, a);

        ck_assert_ptr_eq(fr ? fr->mr : NULL, model_find(&root, (int64_t)a));
    }
    rcu_read_unlock();
}

static void random_region(GRand *rand, int i) REQUIRES(vm_lock)
{
    MemoryRegion *mr = &regions[i];
    uint64_t size = (uint64_t)g_rand_int_range(rand, 1, 40);
    MemoryRegion *parent = &root;
    int kind = g_rand_int_range(rand, 0, 4);

    if (kind == 0) {
        memory_region_init(mr, "container", size);
    } else if (kind == 1 && i > 0) {
        MemoryRegion *target = &regions[g_rand_int_range(rand, 0, i)];

        memory_region_init_alias(mr, "alias", target, (hwaddr)g_rand_int_range(rand, 0, 8), size);
    } else {
        memory_region_init_io(mr, &tag_ops, (void *)(uintptr_t)i, "io", size);
    }
    if (i > 0 && g_rand_boolean(rand)) {
        MemoryRegion *p = &regions[g_rand_int_range(rand, 0, i)];

        /* An alias must not reach itself through its container. */
        parent = p->kind == MEMORY_CONTAINER && mr->kind != MEMORY_ALIAS ? p : &root;
    }
    memory_region_add_overlap(parent, (hwaddr)g_rand_int_range(rand, 0, SPACE), mr,
                              g_rand_int_range(rand, -2, 3));
}

START_TEST(flat_view_equals_model)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed((guint32)_i);

    vm_lock_acquire();
    memory_region_init(&root, "root", SPACE);
    address_space_init(&as, &root, "test");
    for (int i = 0; i < N; i++) {
        random_region(rand, i);
        check_view();
    }
    for (int i = 0; i < 20; i++) {
        memory_region_set_enabled(&regions[g_rand_int_range(rand, 0, N)], g_rand_boolean(rand));
        check_view();
    }
    vm_lock_release();
}
END_TEST

START_TEST(ram_and_access_sizes)
{
    static const MemoryRegionOps word_ops = {.read = tag_read, .min_access = 4, .max_access = 4};
    MemoryRegion ram, io;
    uint64_t v;
    uint8_t buf[6] = {1, 2, 3, 4, 5, 6}, back[6];

    vm_lock_acquire();
    memory_region_init(&root, "root", UINT64_MAX);
    address_space_init(&as, &root, "test");
    ck_assert(memory_region_init_ram(&ram, "ram", 8192, NULL));
    memory_region_add(&root, 0x1000, &ram);
    memory_region_init_io(&io, &word_ops, (void *)1, "io", 16);
    memory_region_add(&root, 0x3000, &io);
    ck_assert_int_eq(address_space_write(&as, 0x2ffd, MEM_ATTRS_NONE, buf, 3), MEM_OK);
    ck_assert_int_eq(address_space_load(&as, 0x2ffd, 2, MEM_ATTRS_NONE, &v), MEM_OK);
    ck_assert_uint_eq(v, 0x201);
    ck_assert_int_eq(address_space_load(&as, 0x3004, 4, MEM_ATTRS_NONE, &v), MEM_OK);
    ck_assert_uint_eq(v, 0x104);
    ck_assert_int_eq(address_space_load(&as, 0x3004, 2, MEM_ATTRS_NONE, &v), MEM_DECODE_ERROR);
    ck_assert_int_eq(address_space_load(&as, 0x9000, 4, MEM_ATTRS_NONE, &v), MEM_DECODE_ERROR);
    ck_assert_int_eq(address_space_read(&as, 0xffe, MEM_ATTRS_NONE, back, 6), MEM_DECODE_ERROR);
    ck_assert_int_eq(back[0], 0);
    memory_region_destroy(&ram);
    ck_assert_int_eq(address_space_load(&as, 0x1000, 4, MEM_ATTRS_NONE, &v), MEM_DECODE_ERROR);
    vm_lock_release();
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("memory");
    TCase *tc = tcase_create("memory");

    tcase_add_loop_test(tc, flat_view_equals_model, 0, 40);
    tcase_add_test(tc, ram_and_access_sizes);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
