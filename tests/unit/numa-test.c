/* SPDX-License-Identifier: MIT */
/* NUMA: what can be said of nodes, vCPUs and distances, and what follows from it; SMBIOS of the
 * same machine. */
#include "hw/core/numa.h"

#include "gen/qapi-visit.h"
#include "hw/core/machine.h"
#include "hw/smbios/smbios.h"
#include "tests/lib/check-main.h"
#include "util/json.h"
#include "util/module.h"
#include <string.h>

static Machine *m;

static void setup(void)
{
    module_call_init(MODULE_QOM);
    m = MACHINE(object_new("virt-7.2-machine"));
    m->smp_cpus = m->smp_max_cpus = 8;
    m->smp_clusters = 1;
    m->smp_cores = 2;
    m->smp_threads = 2;
    m->ram_size = 64 * GiB;
}

static void teardown(void)
{
    object_unref(OBJECT(m));
}

static Error *say(const char *text)
{
    g_autoptr(JsonNode) node = json_parse(text, -1, NULL);
    g_autoptr(NumaOptions) o = qapi_NumaOptions_from_json(node, NULL, NULL);
    Error *err = NULL;

    ck_assert_ptr_nonnull(o);
    ck_assert(numa_add(m, o, &err) == !err);
    return err;
}

static void refused(const char *text, const char *why)
{
    g_autoptr(Error) err = say(text);

    ck_assert_msg(err && strstr(err->message, why), "%s: %s", text, err ? err->message : "taken");
}

static void incomplete(const char *why)
{
    g_autoptr(Error) err = NULL;

    ck_assert(!numa_complete(m, &err));
    ck_assert_msg(strstr(err->message, why), "%s", err->message);
}

START_TEST(nodes)
{
    refused("{'type':'dist','src':0,'dst':1,'val':20}", "NUMA node is missing");
    refused("{'type':'cpu','node-id':0,'socket-id':0}", "must be defined");
    ck_assert_ptr_null(say("{'type':'node','cpus':[0,1]}"));
    refused("{'type':'node','nodeid':0}", "Duplicate NUMA nodeid: 0");
    refused("{'type':'node','nodeid':128}", "Max number of NUMA nodes reached: 128");
    refused("{'type':'node','nodeid':1,'cpus':[1]}", "already assigned to node-id: 0");
    refused("{'type':'node','nodeid':1,'cpus':[8]}", "should be smaller than maxcpus (8)");
    refused("{'type':'node','nodeid':1,'mem':4096}", "not supported");
    ck_assert_ptr_null(say("{'type':'node','nodeid':2}"));
    incomplete("Node ID missing: 1");
}
END_TEST

START_TEST(cpus)
{
    ck_assert_ptr_null(say("{'type':'node'}"));
    ck_assert_ptr_null(say("{'type':'node'}"));
    refused("{'type':'cpu','socket-id':1}", "Missing mandatory node-id");
    refused("{'type':'cpu','node-id':1,'core-id':2}", "no match found");
    ck_assert_ptr_null(say("{'type':'cpu','node-id':1,'socket-id':0,'core-id':1}"));
    ck_assert_int_eq(numa_node_of_cpu(m, 1), -1);
    ck_assert_int_eq(numa_node_of_cpu(m, 2), 1);
    ck_assert_int_eq(numa_node_of_cpu(m, 3), 1);
    incomplete("total memory for NUMA nodes (0x0) should equal RAM size");
    ck_assert_int_eq(numa_node_of_cpu(m, 0), 0); /* by its socket */
    ck_assert_int_eq(numa_node_of_cpu(m, 7), 1);
}
END_TEST

START_TEST(distances)
{
    m->ram_size = 0;
    for (int i = 0; i < 3; i++) {
        ck_assert_ptr_null(say("{'type':'node'}"));
    }
    refused("{'type':'dist','src':0,'dst':1,'val':9}", "shouldn't be less than 10");
    refused("{'type':'dist','src':1,'dst':1,'val':11}", "Local distance of node 1");
    refused("{'type':'dist','src':0,'dst':200,'val':11}", "'dst' expects");
    ck_assert_ptr_null(say("{'type':'dist','src':0,'dst':1,'val':20}"));
    ck_assert_ptr_null(say("{'type':'dist','src':2,'dst':0,'val':30}"));
    incomplete("distance between node 2 and 1 is missing");
    ck_assert_ptr_null(say("{'type':'dist','src':1,'dst':2,'val':40}"));
    ck_assert(numa_complete(m, NULL));
    ck_assert_uint_eq(m->numa->distance[1][0], 20);
    ck_assert_uint_eq(m->numa->distance[0][2], 30);
    ck_assert_uint_eq(m->numa->distance[2][2], 10);
}
END_TEST

START_TEST(one_way)
{
    m->ram_size = 0;
    for (int i = 0; i < 3; i++) {
        ck_assert_ptr_null(say("{'type':'node'}"));
    }
    ck_assert_ptr_null(say("{'type':'dist','src':0,'dst':1,'val':20}"));
    ck_assert_ptr_null(say("{'type':'dist','src':1,'dst':0,'val':21}"));
    ck_assert_ptr_null(say("{'type':'dist','src':0,'dst':2,'val':20}"));
    ck_assert_ptr_null(say("{'type':'dist','src':1,'dst':2,'val':20}"));
    incomplete("asymmetrical");
}
END_TEST

/* ---- SMBIOS */

static SmbiosConfigList *entries(const char *text)
{
    g_autofree char *doc = g_strdup_printf("{'smbios': %s}", text);
    g_autoptr(JsonNode) node = json_parse(doc, -1, NULL);
    g_autoptr(MachineConfig) c = qapi_MachineConfig_from_json(node, NULL, NULL);

    ck_assert_ptr_nonnull(c);
    return g_steal_pointer(&c->smbios);
}

static void smbios_refused(const char *text, const char *why)
{
    g_autoptr(SmbiosConfigList) list = entries(text);
    g_autoptr(Error) err = NULL;

    ck_assert(!smbios_check(list, &err));
    ck_assert_msg(strstr(err->message, why), "%s: %s", text, err->message);
}

START_TEST(smbios_errors)
{
    smbios_refused("[{'type': 9}]", "Don't know how to build fields for SMBIOS type 9");
    smbios_refused("[{'type': 256}]", "out of range");
    smbios_refused("[{'type': 1, 'fields': {'vendor': 'x'}}]", "Invalid parameter 'vendor'");
    smbios_refused("[{'type': 1, 'fields': {'uuid': 'x'}}]", "Invalid UUID");
    smbios_refused("[{'type': 0, 'fields': {'release': '1'}}]", "Invalid release");
    smbios_refused("[{'type': 0, 'fields': {'release': '256.1'}}]", "Invalid release");
    smbios_refused("[{'type': 1, 'fields': {'serial': 5}}]", "expected: string");
    smbios_refused("[{'type': 11, 'fields': {'value': [5]}}]", "expected: string");
    smbios_refused("[{'type': 4, 'fields': {'max-speed': '65536'}}]", "up to 65535");
    smbios_refused("[{'type': 1, 'fields': []}]", "expected: object");
}
END_TEST

/* The structure's fixed part of a type, counted from 0; NULL: there are not so many. */
static const uint8_t *find(GBytes *tables, unsigned type, unsigned nth)
{
    gsize len;
    const uint8_t *p = g_bytes_get_data(tables, &len), *end = p + len;

    while (p < end) {
        if (p[0] == type && nth-- == 0) {
            return p;
        }
        for (p += p[1]; p[0] || p[1]; p++) {
            ck_assert(p + 2 < end);
        }
        p += 2;
    }
    return NULL;
}

static const char *text_of(const uint8_t *structure, unsigned field)
{
    const char *p = (const char *)structure + structure[1];

    for (unsigned i = 1; i < structure[field]; i++) {
        p += strlen(p) + 1;
    }
    return structure[field] ? p : "";
}

START_TEST(smbios_structures)
{
    static const SmbiosIdentity id = {"Maker", "Product", "1",
                                      "00112233-4455-6677-8899-aabbccddeeff"};
    static const uint8_t uuid[16] = {0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66,
                                     0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
    g_autoptr(SmbiosConfigList) list = entries(
        "[{'type': 1, 'fields': {'serial': 'old'}}, {'type': 1, 'fields': {'serial': 'new'}},"
        " {'type': 11, 'fields': {'value': ['a', 'b']}}, {'type': 11, 'fields': {'value': 'c'}}]");
    ck_assert(smbios_check(list, NULL));
    g_autoptr(GBytes) tables = smbios_tables(m, list, &id);
    g_autoptr(GBytes) anchor = smbios_anchor(tables);
    const uint8_t *a = g_bytes_get_data(anchor, NULL), *p = find(tables, 1, 0);
    uint8_t sum = 0;

    for (size_t i = 0; i < 24; i++) {
        sum = (uint8_t)(sum + a[i]);
    }
    ck_assert_uint_eq(sum, 0);
    ck_assert_uint_eq(ld_le(a + 12, 4), g_bytes_get_size(tables));
    ck_assert_str_eq(text_of(p, 4), "Maker");
    ck_assert_str_eq(text_of(p, 5), "Product");
    ck_assert_str_eq(text_of(p, 7), "new");
    ck_assert(memcmp(p + 8, uuid, 16) == 0);
    ck_assert_str_eq(text_of(p, 0x19), "");
    ck_assert_ptr_null(find(tables, 0, 0));
    p = find(tables, 4, 1);
    ck_assert_str_eq(text_of(p, 4), "CPU 1");
    ck_assert_uint_eq(p[0x23], 2);
    ck_assert_uint_eq(p[0x25], 4);
    ck_assert_ptr_null(find(tables, 4, 2));
    ck_assert_uint_eq(find(tables, 11, 0)[4], 3);
    p = find(tables, 17, 3); /* of 16 GiB each */
    ck_assert_uint_eq(ld_le(p + 12, 2), 16 * 1024);
    ck_assert_ptr_null(find(tables, 17, 4));
    ck_assert_uint_eq(ld_le(find(tables, 16, 0) + 7, 4), 64 << 20);
    ck_assert_ptr_nonnull(find(tables, 127, 0));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("numa");
    TCase *tc = tcase_create("numa"), *smbios = tcase_create("smbios");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, nodes);
    tcase_add_test(tc, cpus);
    tcase_add_test(tc, distances);
    tcase_add_test(tc, one_way);
    suite_add_tcase(s, tc);
    tcase_add_checked_fixture(smbios, setup, teardown);
    tcase_add_test(smbios, smbios_errors);
    tcase_add_test(smbios, smbios_structures);
    suite_add_tcase(s, smbios);
    return s;
}

TEST_MAIN(make_suite)
