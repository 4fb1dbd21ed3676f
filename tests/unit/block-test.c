/* SPDX-License-Identifier: MIT */
/* Block nodes: the registry, files and parts of them, who may use them. */
#include "backends/block/block.h"

#include "gen/qapi-visit.h"
#include "tests/lib/check-main.h"
#include "util/json.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *path;

static void setup(void)
{
    static const char content[8192] = "first";

    path = g_strdup("/tmp/block-test-XXXXXX");
    close(g_mkstemp(path));
    ck_assert(g_file_set_contents(path, content, sizeof(content), NULL));
}

static void teardown(void)
{
    block_cleanup_all();
    unlink(path);
    g_free(path);
}

/* $F in the text stands for the file. NULL: it was added. */
static Error *add(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "$F", -1);
    g_autofree char *full = g_strjoinv(path, parts);
    g_autoptr(JsonNode) node = json_parse(full, -1, NULL);
    g_autoptr(BlockdevOptions) o = qapi_BlockdevOptions_from_json(node, NULL, NULL);
    Error *err = NULL;

    ck_assert_ptr_nonnull(o);
    ck_assert(block_add(o, &err) == !err);
    return err;
}

static void refused(const char *text, const char *why)
{
    g_autoptr(Error) err = add(text);

    ck_assert_msg(err && strstr(err->message, why), "%s: %s", text, err ? err->message : "added");
}

START_TEST(names)
{
    g_autoptr(Error) err = NULL;

    refused("{'driver':'file','filename':'$F'}", "must be specified");
    refused("{'driver':'file','filename':'$F','node-name':'1a'}", "Invalid node-name: '1a'");
    refused("{'driver':'file','filename':'/nowhere/x','node-name':'a'}", "Could not open");
    refused("{'driver':'file','filename':'/tmp','node-name':'a'}", "/tmp");
    ck_assert_ptr_null(add("{'driver':'file','filename':'$F','node-name':'a'}"));
    refused("{'driver':'file','filename':'$F','node-name':'a'}", "Duplicate nodes");
    ck_assert(!block_remove("b", &err));
    ck_assert(block_remove("a", NULL));
    ck_assert_ptr_null(block_find("a"));
}
END_TEST

START_TEST(parts)
{
    char buf[8] = {0};

    ck_assert_ptr_null(add("{'driver':'raw','node-name':'r','offset':4096,'size':100,"
                           "'file':{'driver':'file','filename':'$F','node-name':'f'}}"));
    BlockNode *r = block_find("r"), *f = block_find("f");
    ck_assert_uint_eq(r->size, 100);
    ck_assert_int_eq(block_pwrite(r, 98, "xy", 2), 0);
    ck_assert_int_eq(block_pwrite(r, 98, "xyz", 3), -EIO);
    ck_assert_int_eq(block_pread(r, UINT64_MAX, buf, 2), -EIO);
    ck_assert_int_eq(block_pread(f, 4096 + 98, buf, 2), 0);
    ck_assert_str_eq(buf, "xy");
    ck_assert_int_eq(block_flush(r), 0);
    ck_assert(!block_remove("f", NULL));
    ck_assert(block_remove("r", NULL));
    ck_assert_ptr_null(block_find("f")); /* it was made within the other */
    refused("{'driver':'raw','node-name':'r','file':'f'}", "Cannot find device='f'");
    refused("{'driver':'raw','node-name':'r','offset':9000,'file':{'driver':'file',"
            "'filename':'$F'}}",
            "Offset");
    refused("{'driver':'raw','node-name':'r','size':9000,'file':{'driver':'file',"
            "'filename':'$F'}}",
            "The sum of offset");
}
END_TEST

START_TEST(read_only)
{
    ck_assert_ptr_null(add("{'driver':'file','filename':'$F','node-name':'f','read-only':true}"));
    refused("{'driver':'raw','file':'f','node-name':'r'}", "read-only");
    ck_assert_ptr_null(add("{'driver':'raw','file':'f','node-name':'r','auto-read-only':true}"));
    BlockNode *r = block_find("r");
    ck_assert(r->read_only);
    ck_assert_int_eq(block_pwrite(r, 0, "x", 1), -EROFS);
    ck_assert(!block_attach(r, NULL, true, NULL));
    refused("{'driver':'file','filename':'$F','node-name':'g','force-share':true}", "force-share");
}
END_TEST

START_TEST(in_use)
{
    g_autoptr(Error) err = NULL;
    Object device = {0};

    ck_assert_ptr_null(add("{'driver':'file','filename':'$F','node-name':'f'}"));
    ck_assert_ptr_null(add("{'driver':'raw','file':'f','node-name':'r'}"));
    BlockNode *r = block_find("r");
    ck_assert(block_attach(r, &device, true, NULL));
    ck_assert(!block_remove("r", &err));
    ck_assert_str_eq(err->message, "Node r is in use");
    ck_assert_uint_eq(block_find("f")->writers, 1);
    block_detach(r, &device, true);
    ck_assert_uint_eq(block_find("f")->users, 0);
    ck_assert(!block_remove("f", NULL));
    ck_assert(block_remove("r", NULL));
    ck_assert(block_remove("f", NULL));
}
END_TEST

START_TEST(unnamed)
{
    Object device = {0};
    BlockNode *node = block_open_file(path, false, NULL);
    char *memory = aligned_alloc(4096, 8192);

    ck_assert(block_attach(node, &device, true, NULL));
    ck_assert_int_eq(node->name[0], '#');
    ck_assert_int_eq(block_pread(node, 0, memory, 5), 0);
    ck_assert(memcmp(memory, "first", 5) == 0);
    free(memory);
    block_unref(node); /* the device keeps it */
    ck_assert_ptr_eq(block_find(node->name), node);
    block_detach(node, &device, true);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("block");
    TCase *tc = tcase_create("block");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, names);
    tcase_add_test(tc, parts);
    tcase_add_test(tc, read_only);
    tcase_add_test(tc, in_use);
    tcase_add_test(tc, unnamed);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
