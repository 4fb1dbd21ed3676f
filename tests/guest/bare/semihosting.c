/* SPDX-License-Identifier: MIT */
/* Semihosting: files, the console, time, errors (Arm, "Semihosting for AArch32 and AArch64"). */
#include "kit/bare.h"

static int64_t call(uint64_t op, const void *block)
{
    register uint64_t x0 asm("x0") = op;
    register const void *x1 asm("x1") = block;

    asm volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
    return (int64_t)x0;
}

static uint64_t length(const char *s)
{
    uint64_t n = 0;

    while (s[n]) {
        n++;
    }
    return n;
}

static int64_t open_file(const char *name, uint64_t mode)
{
    const uint64_t block[] = {(uint64_t)name, mode, length(name)};

    return call(0x01, block);
}

static int64_t one(uint64_t op, uint64_t value)
{
    return call(op, &value);
}

static bool same(const char *a, const char *b, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        if (a[i] != b[i]) {
            return false;
        }
    }
    return true;
}

static const char name[] = "semihosting-test.tmp", renamed[] = "semihosting-test.tmp2";
static const char text[] = "some text for a file";

static void test_write_and_read(void)
{
    char buf[64];
    int64_t h = open_file(name, 4);
    uint64_t block[4] = {(uint64_t)h, (uint64_t)text, sizeof(text)};

    check(h > 0, "SYS_OPEN", "mode w makes a file");
    check_eq((uint64_t)call(0x05, block), 0, "SYS_WRITE", "all is written");
    check_eq((uint64_t)one(0x0c, (uint64_t)h), sizeof(text), "SYS_FLEN", "its length");
    check_eq((uint64_t)one(0x09, (uint64_t)h), 0, "SYS_ISTTY", "a file is none");
    check_eq((uint64_t)one(0x02, (uint64_t)h), 0, "SYS_CLOSE", "closes");

    h = open_file(name, 0);
    block[0] = (uint64_t)h;
    block[1] = (uint64_t)buf;
    block[2] = sizeof(buf);
    check_eq((uint64_t)call(0x06, block), sizeof(buf) - sizeof(text), "SYS_READ",
             "bytes that were not read");
    check(same(buf, text, sizeof(text)), "SYS_READ", "what was written");
    check_eq((uint64_t)call(0x06, block), sizeof(buf), "SYS_READ", "nothing at the end");
    block[1] = 5;
    check_eq((uint64_t)call(0x0a, block), 0, "SYS_SEEK", "goes to a place");
    block[1] = (uint64_t)buf;
    block[2] = 4;
    check_eq((uint64_t)call(0x06, block), 0, "SYS_READ", "all of four bytes");
    check(same(buf, "text", 4), "SYS_SEEK", "and reads from there");
    one(0x02, (uint64_t)h);
}

static void test_names(void)
{
    uint64_t block[4] = {(uint64_t)name, length(name), (uint64_t)renamed, length(renamed)};

    check_eq((uint64_t)call(0x0f, block), 0, "SYS_RENAME", "a file gets another name");
    check(open_file(name, 0) == -1, "SYS_OPEN", "the old name is gone");
    check_eq((uint64_t)call(0x13, NULL), 2, "SYS_ERRNO", "no such file");
    block[0] = (uint64_t)renamed;
    block[1] = length(renamed);
    check_eq((uint64_t)call(0x0e, block), 0, "SYS_REMOVE", "removes it");
    check(call(0x0e, block) != 0, "SYS_REMOVE", "not twice");
}

static void test_console(void)
{
    int64_t out = open_file(":tt", 4), features = open_file(":semihosting-features", 0);
    char magic[5];
    const uint64_t block[] = {(uint64_t)features, (uint64_t)magic, sizeof(magic)};

    check(out > 0, "SYS_OPEN", ":tt is the console");
    check_eq((uint64_t)one(0x09, (uint64_t)out), 1, "SYS_ISTTY", "the console is one");
    check(one(0x0c, (uint64_t)out) == -1, "SYS_FLEN", "the console has no length");
    check_eq((uint64_t)call(0x06, block), 0, "features", "the list can be read");
    check(same(magic, "SHFB", 4), "features", "its magic");
    check(magic[4] & 1, "features", "SYS_EXIT_EXTENDED is there");
    check_eq((uint64_t)one(0x02, (uint64_t)out), 0, "SYS_CLOSE", "closes the console");
    check(one(0x02, (uint64_t)out) == -1, "SYS_CLOSE", "not twice");
}

static void test_bad_handles(void)
{
    static const int64_t bad[] = {0, -1, 255, 256, 1ll << 40, INT64_MIN};

    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        check(one(0x0c, (uint64_t)bad[i]) == -1, "SYS_FLEN", "a handle that is none");
    }
    check_eq((uint64_t)one(0x08, (uint64_t)-1), 1, "SYS_ISERROR", "-1 is an error");
    check_eq((uint64_t)one(0x08, 0), 0, "SYS_ISERROR", "0 is none");
}

static void test_time(void)
{
    uint64_t before, after;
    char buf[64];
    uint64_t block[] = {(uint64_t)buf, sizeof(buf)};

    check(call(0x11, NULL) > 1600000000, "SYS_TIME", "seconds since 1970");
    check(call(0x31, NULL) > 0, "SYS_TICKFREQ", "ticks a second");
    call(0x30, &before);
    for (volatile int i = 0; i < 100000; i++) {
    }
    call(0x30, &after);
    check(after > before, "SYS_ELAPSED", "time goes on");
    check_eq((uint64_t)call(0x15, block), 0, "SYS_GET_CMDLINE", "the command line");
    check(same(buf, "first second", 13) && block[1] == 12, "SYS_GET_CMDLINE", "two words");
    block[1] = 3;
    check(call(0x15, block) == -1, "SYS_GET_CMDLINE", "no room for it");
}

static void test_heap(void)
{
    uint64_t info[4] = {0}, block = (uint64_t)info;
    uint64_t here = (uint64_t)&test_heap;

    check_eq((uint64_t)call(0x16, &block), 0, "SYS_HEAPINFO", "is answered");
    check(info[0] > here && info[0] < info[1], "SYS_HEAPINFO", "the heap is behind the image");
    check_eq(info[2], info[1], "SYS_HEAPINFO", "the stack begins where the heap must end");
    check_eq(info[3], info[0], "SYS_HEAPINFO", "and ends where the heap begins");
    uint64_t *last = (uint64_t *)(info[1] - 8);
    *(volatile uint64_t *)last = 0x5afe;
    check_eq(*(volatile uint64_t *)last, 0x5afe, "SYS_HEAPINFO", "its last word is memory");
}

static void at_el0(void *arg)
{
    op("hlt #0xf000");
}

static void run_el0(void *arg)
{
    run_at(0, at_el0, NULL);
}

void suite_main(void)
{
    test_write_and_read();
    test_names();
    test_console();
    test_bad_handles();
    test_time();
    test_heap();
    Trap t = EXPECT("hlt #0xf001");
    check(t.taken && trap_ec(&t) == 0, "HLT", "other immediates are undefined");
    t = expect(run_el0, NULL);
    check(t.taken && trap_ec(&t) == 0, "userspace=off", "EL0 may not");
}
