/* SPDX-License-Identifier: MIT */
/* LPIs and the ITS: tables, commands, messages, hostile memory. */
#include "hw/intc/arm-gicv3-its.h"

#include "tests/lib/check-main.h"
#include "tests/unit/gic-env.h"

enum {
    ITS = 0x8080000,
    ITS_CTLR = ITS,
    ITS_CBASER = ITS + 0x80,
    ITS_CWRITER = ITS + 0x88,
    ITS_CREADR = ITS + 0x90,
    ITS_BASER0 = ITS + 0x100,
    ITS_BASER1 = ITS + 0x108,

    QUEUE = 0x10000, /* in RAM at 0 */
    DEVICES = 0x20000,
    COLLECTIONS = 0x30000,
    ITT = 0x40000,
    CONFIG = 0x50000,
    PENDING = 0x60000, /* and 0x70000 of CPU 1 */
    L2 = 0x80000,

    DEVICE = 5,
    LPI = 8195,
};
#define VALID    (1ull << 63)
#define ICC_PMR  ARM_SYSREG(3, 0, 4, 6, 0)
#define ICC_IAR  ARM_SYSREG(3, 0, 12, 12, 0)
#define ICC_EOIR ARM_SYSREG(3, 0, 12, 12, 1)
#define ICC_HPPI ARM_SYSREG(3, 0, 12, 12, 2)
#define ICC_GRP1 ARM_SYSREG(3, 0, 12, 12, 7)

static Device *its;
static unsigned tail;

static uint64_t redist(unsigned cpu, unsigned offset)
{
    return REDIST + (uint64_t)cpu * ARM_GICV3_REDIST_SIZE + offset;
}

static void setup(void) NO_THREAD_SAFETY
{
    static const char *const switches[] = {"has-lpi", NULL};

    env_init();
    cpus[0] = env_cpu("max-arm-cpu");
    cpus[1] = env_cpu("max-arm-cpu");
    make_gic(TYPE_ARM_GICV3, 2, switches);
    device_map(gic, 0, DIST);
    device_map(gic, 1, REDIST);
    its = device_new(TYPE_ARM_GICV3_ITS);
    ck_assert(object_set_link(OBJECT(its), "parent-gicv3", OBJECT(gic), NULL));
    env_realize(its);
    device_map(its, 0, ITS);
    st32(DIST + CTLR, 3);
    for (unsigned i = 0; i < 2; i++) {
        st32(redist(i, 0x14), 0);
        st(redist(i, 0x70), 8, CONFIG | 15);
        st(redist(i, 0x78), 8, PENDING + i * 0x10000);
        st32(redist(i, 0), 1);
        env_msr(cpus[i], ICC_PMR, 0xff);
        env_msr(cpus[i], ICC_GRP1, 1);
    }
    st(ITS_BASER0, 8, VALID | DEVICES);
    st(ITS_BASER1, 8, VALID | COLLECTIONS);
    st(ITS_CBASER, 8, VALID | QUEUE);
    st32(ITS_CTLR, 1);
}

static void queue_command(uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3)
{
    env_st(QUEUE + tail, w0);
    env_st(QUEUE + tail + 8, w1);
    env_st(QUEUE + tail + 16, w2);
    env_st(QUEUE + tail + 24, w3);
    tail = (tail + 32) % 0x1000;
}

static void command(uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3)
{
    queue_command(w0, w1, w2, w3);
    st(ITS_CWRITER, 8, tail);
    ck_assert_uint_eq(ld(ITS_CREADR, 8), tail);
}

static const uint64_t on_device = (uint64_t)DEVICE << 32;

/* Event 1 of the device is LPI, collection 0 is CPU 0, collection 1 CPU 1. */
static void map(void)
{
    env_ram.ram->host[CONFIG + LPI - 8192] = 0x81;
    command(0x08 | on_device, 3, VALID | ITT, 0);
    command(0x09, 0, VALID | 0, 0);
    command(0x09, 0, VALID | 1 << 16 | 1, 0);
    command(0x0a | on_device, (uint64_t)LPI << 32 | 1, 0, 0);
}

static void message(unsigned device, uint32_t event)
{
    MemAttrs attrs = {.requester = device & 0xffff};

    ck_assert_int_eq(address_space_store(&address_space_memory, ITS + 0x10040, 4, attrs, event),
                     MEM_OK);
}

START_TEST(needs_lpis) NO_THREAD_SAFETY
{
    Device *dev = device_new(TYPE_ARM_GICV3_ITS);
    g_autoptr(Error) err = NULL;

    ck_assert(!device_realize(dev, &err));
    ck_assert(strstr(err->message, "parent-gicv3"));
    object_unref(OBJECT(dev));
}
END_TEST

START_TEST(registers)
{
    ck_assert_uint_eq(ld(ITS + 8, 8), 0x1f0001ef71); /* entries of 8 bytes */
    ck_assert_uint_eq(ld32(ITS + 0xffe8) >> 4 & 15, 3);
    ck_assert_uint_eq(ld32(ITS_CTLR), 1);
    st(ITS_CBASER, 8, 0); /* not while enabled */
    st(ITS_BASER0, 8, 0);
    ck_assert_uint_eq(ld(ITS_CBASER, 8), VALID | QUEUE);
    st32(ITS_CTLR, 0);
    ck_assert_uint_eq(ld32(ITS_CTLR), 1u << 31);
    st(ITS_BASER0, 8, ~0ull);
    ck_assert_uint_eq(ld(ITS_BASER0, 8), 0xf9e7ffffffffffff);
    st(ITS_BASER0 + 16, 8, ~0ull);
    ck_assert_uint_eq(ld(ITS_BASER0 + 16, 8), 0);
    st32(ITS_CBASER + 4, 0x80000000); /* by halves */
    ck_assert_uint_eq(ld(ITS_CBASER, 8), VALID | QUEUE);
    ck_assert_uint_eq(ld32(redist(0, 0)), 3); /* CES */
    st(redist(0, 0x70), 8, 0);                /* not while LPIs are enabled */
    ck_assert_uint_eq(ld(redist(0, 0x70), 8), CONFIG | 15);
}
END_TEST

START_TEST(messages)
{
    map();
    message(DEVICE, 1);
    ck_assert_int_eq(irq_level[0], 1);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_IAR), LPI);
    ck_assert_int_eq(irq_level[0], 0);
    env_msr(cpus[0], ICC_EOIR, LPI);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_IAR), SPURIOUS);
    message(DEVICE, 2);
    message(DEVICE + 1, 1);
    message(0xffff, 0xffffffff);
    ck_assert_int_eq(irq_level[0] | irq_level[1], 0);
    st32(ITS_CTLR, 0);
    message(DEVICE, 1);
    ck_assert_int_eq(irq_level[0], 0);
}
END_TEST

START_TEST(moves)
{
    map();
    message(DEVICE, 1);
    command(0x01 | on_device, 1, 1, 0); /* MOVI to collection 1 */
    ck_assert_int_eq(irq_level[0], 0);
    ck_assert_int_eq(irq_level[1], 1);
    command(0x0e, 0, 1 << 16, 0); /* MOVALL from CPU 1 to CPU 0 */
    ck_assert_int_eq(irq_level[0], 1);
    ck_assert_int_eq(irq_level[1], 0);
    command(0x04 | on_device, 1, 0, 0); /* CLEAR is for where it is mapped now */
    ck_assert_int_eq(irq_level[0], 1);
    command(0x0e, 0, 0, 1 << 16);
    command(0x04 | on_device, 1, 0, 0);
    ck_assert_int_eq(irq_level[0] | irq_level[1], 0);
    message(DEVICE, 1);
    ck_assert_int_eq(irq_level[1], 1);
    command(0x0e, 0, 7 << 16, 0); /* no such CPU */
    command(0x01 | on_device, 1, 9, 0);
    ck_assert_int_eq(irq_level[1], 1);
}
END_TEST

START_TEST(configuration)
{
    map();
    env_ram.ram->host[CONFIG + LPI - 8192 + 1] = 0x41;
    command(0x0a | on_device, (uint64_t)(LPI + 1) << 32 | 2, 0, 0);
    message(DEVICE, 1);
    message(DEVICE, 2);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_HPPI), LPI + 1); /* the more urgent */
    env_ram.ram->host[CONFIG + LPI - 8192] = 0x21;
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_HPPI), LPI + 1); /* not told yet */
    command(0x0c | on_device, 1, 0, 0);                     /* INV */
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_HPPI), LPI);
    env_ram.ram->host[CONFIG + LPI - 8192] = 0x20;
    command(0x0d, 0, 0, 0); /* INVALL */
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_HPPI), LPI + 1);
    command(0x0f | on_device, 2, 0, 0); /* DISCARD */
    ck_assert_int_eq(irq_level[0], 0);
    message(DEVICE, 2);
    ck_assert_int_eq(irq_level[0], 0);
}
END_TEST

/* Pending LPIs go to memory when LPIs are disabled, and come from it. */
START_TEST(pending_table)
{
    map();
    message(DEVICE, 1);
    st32(redist(0, 0), 0);
    ck_assert_int_eq(irq_level[0], 0);
    ck_assert_uint_eq(env_ram.ram->host[PENDING + LPI / 8], 1 << LPI % 8);
    st32(redist(0, 0), 1);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_IAR), LPI);
    st32(redist(0, 0), 0);
    ck_assert_uint_eq(env_ram.ram->host[PENDING + LPI / 8], 0);
    env_ram.ram->host[PENDING + LPI / 8] = 1 << LPI % 8;
    st(redist(0, 0x78), 8, 1ull << 62 | PENDING); /* PTZ: it is not read */
    st32(redist(0, 0), 1);
    ck_assert_int_eq(irq_level[0], 0);
    st32(redist(0, 0), 0);
    st(redist(0, 0x70), 8, CONFIG | 12); /* 13 bits: no LPI at all */
    st32(redist(0, 0), 1);
    message(DEVICE, 1);
    ck_assert_int_eq(irq_level[0], 0);
}
END_TEST

START_TEST(two_levels)
{
    st32(ITS_CTLR, 0);
    st(ITS_BASER0, 8, VALID | 1ull << 62 | DEVICES);
    st32(ITS_CTLR, 1);
    map(); /* its page is not there */
    message(DEVICE, 1);
    ck_assert_int_eq(irq_level[0], 0);
    env_st(DEVICES, VALID | L2);
    map();
    message(DEVICE, 1);
    ck_assert_int_eq(irq_level[0], 1);
    ck_assert_uint_eq(env_ld(L2 + DEVICE * 8) >> 63, 1);
    message(512, 1); /* of the second page */
    ck_assert_uint_eq(ld(ITS_CREADR, 8), tail);
}
END_TEST

/* Tables and the queue over devices, and over nothing. */
START_TEST(hostile_places)
{
    static const uint64_t places[] = {ITS, ITS + 0x10000, DIST, REDIST, 0xfffffffff000, 0xff000};

    map();
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        st32(ITS_CTLR, 0);
        st(ITS_BASER0, 8, VALID | places[i]);
        st(ITS_BASER1, 8, VALID | 1ull << 62 | places[i] | 0xff);
        st32(ITS_CTLR, 1);
        map();
        message(DEVICE, 1);
        st32(ITS_CTLR, 0);
        st(ITS_BASER0, 8, VALID | DEVICES);
        st(ITS_BASER1, 8, VALID | COLLECTIONS);
        st32(ITS_CTLR, 1);
        command(0x08 | on_device, 15, VALID | (places[i] & ~0xffull), 0);
        command(0x0a | on_device, (uint64_t)LPI << 32 | 65535, 0, 0);
        message(DEVICE, 65535);
        st32(redist(1, 0), 0);
        st(redist(1, 0x70), 8, places[i] | 31);
        st(redist(1, 0x78), 8, places[i]);
        st32(redist(1, 0), 1);
        st32(redist(1, 0), 0);
    }
    st32(ITS_CTLR, 0);
    st(ITS_CBASER, 8, VALID | ITS);
    st32(ITS_CTLR, 1);
    ck_assert_uint_eq(ld(ITS_CREADR, 8), 1); /* stalled */
    st(ITS_CWRITER, 8, 1 | 32);
    ck_assert_uint_eq(ld(ITS_CREADR, 8), 1); /* tried again */
    st32(ITS_CTLR, 0);
    st(ITS_CBASER, 8, VALID | QUEUE);
    ck_assert_uint_eq(ld(ITS_CREADR, 8), 0);
    tail = 0;
    st(ITS_CWRITER, 8, 0);
    st32(ITS_CTLR, 1);
    map();
    st(ITS_CWRITER, 8, 0x2000); /* outside of the queue */
    ck_assert_uint_ne(ld(ITS_CREADR, 8), 0x2000);
}
END_TEST

/* Much work is done in pieces. */
START_TEST(bounded) NO_THREAD_SAFETY
{
    map();
    for (int i = 0; i < 127; i++) {
        queue_command(0x0d, 0, 0, 0);
    }
    st(ITS_CWRITER, 8, tail);
    ck_assert_uint_ne(ld(ITS_CREADR, 8), tail);
    clock_virtual_advance_to(clock_now_ns(CLOCK_TYPE_VIRTUAL) + 1000000);
    ck_assert_uint_eq(ld(ITS_CREADR, 8), tail);
}
END_TEST

START_TEST(reset) NO_THREAD_SAFETY
{
    map();
    message(DEVICE, 1);
    device_reset(gic);
    device_reset(its);
    ck_assert_int_eq(irq_level[0], 0);
    ck_assert_uint_eq(ld32(redist(0, 0)), 2);
    ck_assert_uint_eq(ld(redist(0, 0x70), 8), 0);
    ck_assert_uint_eq(ld(ITS_BASER0, 8), 0x0107000000000000);
    ck_assert_uint_eq(ld(ITS_CBASER, 8), 0);
    ck_assert_uint_eq(ld(ITS_CREADR, 8), 0);
    message(DEVICE, 1);
    ck_assert_int_eq(irq_level[0], 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("gicv3-its");
    TCase *tc = tcase_create("its");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, needs_lpis);
    tcase_add_test(tc, registers);
    tcase_add_test(tc, messages);
    tcase_add_test(tc, moves);
    tcase_add_test(tc, configuration);
    tcase_add_test(tc, pending_table);
    tcase_add_test(tc, two_levels);
    tcase_add_test(tc, hostile_places);
    tcase_add_test(tc, bounded);
    tcase_add_test(tc, reset);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
