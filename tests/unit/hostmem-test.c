/* SPDX-License-Identifier: MIT */
/* Host memory: every kind, sizes at the limits, files, alignment, preallocation, use. */
#include "backends/hostmem.h"

#include "qom/user-creatable.h"
#include "tests/lib/check-main.h"
#include "util/json.h"
#include "util/module.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static char *dir;

static void setup(void)
{
    module_call_init(MODULE_QOM);
    dir = g_dir_make_tmp("hostmem-test.XXXXXX", NULL);
}

static void teardown(void)
{
    ck_assert_int_eq(rmdir(dir), 0); /* nothing is left in it */
}

static HostMemory *add(const char *type, const char *id, const char *json, Error **errp)
{
    g_autofree char *text = g_strdup(json);
    g_auto(GStrv) parts = g_strsplit(text, "DIR", -1);
    g_autofree char *full = g_strjoinv(dir, parts);
    g_autoptr(JsonNode) node = json_parse(full, -1, NULL);

    ck_assert_ptr_nonnull(node);
    return (HostMemory *)user_creatable_add(type, id, json_node_get_object(node), errp);
}

static void refused(const char *type, const char *json, const char *text)
{
    g_autoptr(Error) err = NULL;

    ck_assert_msg(!add(type, "refused", json, &err), "%s", json);
    ck_assert_msg(strstr(err->message, text), "'%s' instead of '%s'", err->message, text);
    ck_assert_ptr_null(user_creatable_find("refused", TYPE_MEMORY_BACKEND));
}

static bool is_resident(HostMemory *m)
{
    unsigned char in_core[16];

    g_assert(m->mapped_bytes <= sizeof(in_core) * 4096);
    ck_assert_int_eq(mincore(m->host, m->mapped_bytes, in_core), 0);
    for (size_t i = 0; i < m->mapped_bytes / 4096; i++) {
        if (!(in_core[i] & 1)) {
            return false;
        }
    }
    return true;
}

START_TEST(sizes)
{
    HostMemory *m = add(TYPE_MEMORY_BACKEND_RAM, "m", "{'size':1}", NULL);

    ck_assert_uint_eq(m->size, 1);
    ck_assert_uint_eq(m->mapped_bytes, (uint64_t)sysconf(_SC_PAGESIZE));
    ck_assert_str_eq(m->block_name, "m");
    m->host[m->mapped_bytes - 1] = 1;
    refused(TYPE_MEMORY_BACKEND_RAM, "{}", "doesn't take value '0'");
    refused(TYPE_MEMORY_BACKEND_RAM, "{'size':18446744073709551615}", "Cannot allocate memory");
    refused(TYPE_MEMORY_BACKEND_RAM, "{'size':9223372036854775807}", "Cannot allocate memory");
    refused(TYPE_MEMORY_BACKEND_RAM, "{'size':4611686018427387904,'share':true}", "set up guest");
    refused(TYPE_MEMORY_BACKEND_MEMFD, "{'size':18446744073709551615}", "Cannot allocate memory");
    refused(TYPE_MEMORY_BACKEND_FILE, "{'size':4611686018427387903,'mem-path':'DIR/f'}", "");
    refused(TYPE_MEMORY_BACKEND_RAM, "{'size':1125899906842624,'prealloc':true}", "");
}
END_TEST

START_TEST(ram)
{
    HostMemory *m = add(TYPE_MEMORY_BACKEND_RAM, "m",
                        "{'size':65536,'prealloc':true,'prealloc-threads':4294967295,"
                        "'merge':false,'dump':false,"
                        "'x-use-canonical-path-for-ramblock-id':true}",
                        NULL);
    HostMemory *lazy = add(TYPE_MEMORY_BACKEND_RAM, "lazy", "{'size':65536,'share':true}", NULL);
    g_autoptr(Error) err = NULL;

    ck_assert(is_resident(m));
    ck_assert_str_eq(m->block_name, "/objects/m");
    ck_assert(!is_resident(lazy) && lazy->fd >= 0);
    ck_assert(object_set_bool(OBJECT(lazy), "prealloc", true, NULL));
    ck_assert(is_resident(lazy));
    ck_assert(object_set_bool(OBJECT(lazy), "merge", false, NULL));
    ck_assert(!object_set_uint(OBJECT(m), "size", 4096, &err));
    ck_assert_str_eq(err->message, "cannot change property 'size' of memory-backend-ram");
    refused(TYPE_MEMORY_BACKEND_RAM, "{'size':4096,'prealloc-threads':0}", "value '0'");
    refused(TYPE_MEMORY_BACKEND_RAM, "{'size':4096,'prealloc':true,'reserve':false}",
            "incompatible");
    refused(TYPE_MEMORY_BACKEND_RAM, "{'size':4096,'host-nodes':[0]}", "must be empty");
    refused(TYPE_MEMORY_BACKEND_RAM, "{'size':4096,'policy':'bind'}", "must be set");
    refused(TYPE_MEMORY_BACKEND_RAM, "{'size':4096,'policy':'bind','host-nodes':[128]}",
            "Invalid host-nodes value: 128");
}
END_TEST

START_TEST(files)
{
    g_autofree char *path = g_build_filename(dir, "ram", NULL);
    HostMemory *m = add(TYPE_MEMORY_BACKEND_FILE, "m",
                        "{'size':8192,'mem-path':'DIR/ram','share':true,'align':2097152}", NULL);
    char *content = NULL;
    gsize len;

    ck_assert_uint_eq((uintptr_t)m->host % 2097152, 0);
    memcpy(m->host, "shared", 6);
    ck_assert(g_file_get_contents(path, &content, &len, NULL));
    ck_assert_uint_eq(len, 8192);
    ck_assert_mem_eq(content, "shared", 6);
    g_free(content);
    HostMemory *copy =
        add(TYPE_MEMORY_BACKEND_FILE, "copy", "{'size':4096,'mem-path':'DIR/ram'}", NULL);
    ck_assert_mem_eq(copy->host, "shared", 6);
    copy->host[0] = 'S'; /* private */
    ck_assert_int_eq(m->host[0], 's');
    HostMemory *ro = add(TYPE_MEMORY_BACKEND_FILE, "ro",
                         "{'size':4096,'mem-path':'DIR/ram','readonly':true}", NULL);
    ck_assert(ro->read_only);
    g_autoptr(Error) err = NULL;
    ck_assert(!host_memory_claim(ro, &err));
    ck_assert(object_set_bool(OBJECT(m), "discard-data", true, NULL));
    ck_assert(user_creatable_del("m", NULL));
    ck_assert_int_eq(copy->host[0], 'S');
    refused(TYPE_MEMORY_BACKEND_FILE, "{'size':16384,'mem-path':'DIR/ram'}",
            "backing store size 0x2000 does not match 'size' option 0x4000");
    refused(TYPE_MEMORY_BACKEND_FILE, "{'size':4096,'mem-path':'DIR/ram','align':12288}",
            "alignment 0x3000 must be a power of two");
    ck_assert_int_eq(unlink(path), 0);
    refused(TYPE_MEMORY_BACKEND_FILE, "{'size':4096,'mem-path':'DIR/no/ram'}", "Could not open");
    refused(TYPE_MEMORY_BACKEND_FILE, "{'size':4096,'mem-path':'DIR/new','readonly':true}",
            "Could not open");
    refused(TYPE_MEMORY_BACKEND_FILE, "{'size':4096,'mem-path':'/dev/zero'}", "neither a file");
    refused(TYPE_MEMORY_BACKEND_FILE, "{'size':4096,'mem-path':''}", "'mem-path' is missing");
    /* A file without a name in a directory. */
    ck_assert_ptr_nonnull(
        add(TYPE_MEMORY_BACKEND_FILE, "dir", "{'size':4096,'mem-path':'DIR'}", NULL));
}
END_TEST

START_TEST(memfd)
{
    HostMemory *m = add(TYPE_MEMORY_BACKEND_MEMFD, "m", "{'size':8192}", NULL);
    HostMemory *open =
        add(TYPE_MEMORY_BACKEND_MEMFD, "open", "{'size':8192,'seal':false,'share':false}", NULL);

    ck_assert(m->share && !open->share);
    ck_assert_int_ne(ftruncate(m->fd, 4096), 0);
    ck_assert_int_ne(ftruncate(m->fd, 16384), 0);
    ck_assert_int_eq(ftruncate(open->fd, 16384), 0);
    refused(TYPE_MEMORY_BACKEND_MEMFD, "{'size':4096,'hugetlbsize':2097152}", "hugetlb=on");
    refused(TYPE_MEMORY_BACKEND_MEMFD, "{'size':4096,'hugetlb':true,'hugetlbsize':12345}",
            "a power of two");
}
END_TEST

START_TEST(in_use)
{
    HostMemory *m = add(TYPE_MEMORY_BACKEND_RAM, "m", "{'size':4096}", NULL);
    g_autoptr(Error) err = NULL;

    ck_assert(host_memory_claim(m, NULL));
    ck_assert(!host_memory_claim(m, &err));
    ck_assert_str_eq(err->message, "can't use already busy memory backend: m");
    ck_assert(!user_creatable_del("m", NULL));
    host_memory_release(m);
    ck_assert(user_creatable_del("m", NULL));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("hostmem");
    TCase *tc = tcase_create("hostmem");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, sizes);
    tcase_add_test(tc, ram);
    tcase_add_test(tc, files);
    tcase_add_test(tc, memfd);
    tcase_add_test(tc, in_use);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
