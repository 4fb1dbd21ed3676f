/* SPDX-License-Identifier: MIT */
/* PSCI (Arm DEN 0022) and SMCCC (DEN 0028) as firmware answers them at EL1 and EL2. */
#include "kit/bare.h"

enum {
    SUCCESS = 0,
    NOT_SUPPORTED = -1,
    INVALID_PARAMETERS = -2,
    ALREADY_ON = -4,
    INVALID_ADDRESS = -9,
};
#define VERSION           0x84000000u
#define CPU_SUSPEND       0xc4000001u
#define CPU_OFF           0x84000002u
#define CPU_ON            0xc4000003u
#define AFFINITY_INFO     0xc4000004u
#define MIGRATE_INFO_TYPE 0x84000006u
#define FEATURES          0x8400000au

static volatile uint64_t level, masks, other_level, mpidr, contexts;
static volatile bool here;

static void second(void *arg)
{
    level = (uint64_t)current_el();
    masks = rd(daif);
    mpidr = rd(mpidr_el1) & 0xff00ffffff;
    contexts = (uint64_t)arg;
    if (level == 2) {
        other_level = rd(hcr_el2);
    }
    here = true;
    psci(CPU_OFF, 0, 0, 0);
    here = false;
}

static bool turned_off(void)
{
    for (int i = 0; i < 1000000; i++) {
        if (psci(AFFINITY_INFO, 1, 0, 0) == 1) {
            return true;
        }
    }
    return false;
}

static void features(void)
{
    static const struct {
        uint32_t id;
        const char *name;
    } present[] = {
        {VERSION, "VERSION"},
        {CPU_SUSPEND, "CPU_SUSPEND"},
        {0x84000001, "CPU_SUSPEND, 32 bits"},
        {CPU_OFF, "CPU_OFF"},
        {CPU_ON, "CPU_ON"},
        {0x84000003, "CPU_ON, 32 bits"},
        {AFFINITY_INFO, "AFFINITY_INFO"},
        {0x84000008, "SYSTEM_OFF"},
        {0x84000009, "SYSTEM_RESET"},
        {FEATURES, "PSCI_FEATURES"},
    };

    for (unsigned i = 0; i < sizeof(present) / sizeof(present[0]); i++) {
        check_eq((uint64_t)psci(FEATURES, present[i].id, 0, 0), 0, "5.1.13 PSCI_FEATURES",
                 present[i].name);
    }
    check_eq((uint64_t)psci(FEATURES, 0x84000013, 0, 0), (uint64_t)NOT_SUPPORTED,
             "5.1.13 PSCI_FEATURES", "not MEM_PROTECT");
    check_eq((uint64_t)psci(FEATURES, 0xc4000002, 0, 0), (uint64_t)NOT_SUPPORTED,
             "5.1.13 PSCI_FEATURES", "not CPU_OFF in 64 bits");
    check_eq((uint64_t)psci(FEATURES, 0x84000012, 0, 0), 0, "5.1.13 PSCI_FEATURES",
             "SYSTEM_RESET2");
}

static void power(void)
{
    check_eq((uint64_t)psci(AFFINITY_INFO, 0, 0, 0), 0, "5.1.7 AFFINITY_INFO", "this CPU is on");
    check_eq((uint64_t)psci(AFFINITY_INFO, 1, 0, 0), 1, "5.1.7 AFFINITY_INFO", "the other is off");
    check_eq((uint64_t)psci(AFFINITY_INFO, 77, 0, 0), (uint64_t)INVALID_PARAMETERS,
             "5.1.7 AFFINITY_INFO", "a CPU that is not there");
    check_eq((uint64_t)psci(CPU_ON, 0, 0x40400000, 0), (uint64_t)ALREADY_ON, "5.1.4 CPU_ON",
             "of a CPU that is on");
    check_eq((uint64_t)psci(CPU_ON, 77, 0x40400000, 0), (uint64_t)INVALID_PARAMETERS,
             "5.1.4 CPU_ON", "of a CPU that is not there");
    for (int i = 0; i < 2; i++) {
        here = false;
        check(cpu_start(1, second, (void *)(uint64_t)(100 + i)), "5.1.4 CPU_ON",
              i ? "again" : "succeeds");
        while (!here) {
        }
        check(turned_off(), "5.1.3 CPU_OFF", "AFFINITY_INFO tells");
        check(here, "5.1.3 CPU_OFF", "does not return");
        check_eq(contexts, (uint64_t)(100 + i), "5.1.4 CPU_ON", "it ran what it was to run");
    }
    check_eq(level, (uint64_t)boot_el, "6.4 CPU_ON", "starts in the level of the caller");
    check_eq(masks, 0x3c0, "6.4.3.4 CPU_ON", "interrupts are masked");
    check_eq(mpidr, 1, "5.1.4 CPU_ON", "the CPU that was named");
    if (level == 2) {
        check_eq(other_level >> 31 & 1, 1, "6.4.3.5 CPU_ON", "the level below is AArch64");
    }
    check_eq((uint64_t)psci(CPU_ON, 1, 0x40400002, 0), (uint64_t)INVALID_ADDRESS, "5.1.4 CPU_ON",
             "an entry that is no address of an instruction");
}

static void suspend(void)
{
    check_eq((uint64_t)psci(CPU_SUSPEND, 1u << 31, 0x40400000, 0), (uint64_t)INVALID_PARAMETERS,
             "5.4.2.1 power_state", "reserved bits must be 0");
    /* An interrupt ends it, although it is masked here: the virtual timer's, through GICv2. */
    wr32(GICD + 0x100, 1 << 27);
    wr32(GICD, 1);
    wr32(GICC + 4, 0xff);
    wr32(GICC, 1);
    wr(cntv_cval_el0, rd(cntvct_el0) + 100000);
    wr(cntv_ctl_el0, 1);
    check_eq((uint64_t)psci(CPU_SUSPEND, 0, 0, 0), SUCCESS, "5.1.2 CPU_SUSPEND", "standby returns");
    check(rd(cntvct_el0) >= rd(cntv_cval_el0), "5.1.2 CPU_SUSPEND", "when there is an interrupt");
    wr(cntv_ctl_el0, 0);
    wr32(GICC, 0);
}

/* ---- SMCCC */

static uint64_t call_regs(uint64_t id, uint64_t *bad)
{
    register uint64_t x0 asm("x0") = id;
    register uint64_t x18 asm("x18") = 0x1818, x19 asm("x19") = 0x1919, x29 asm("x20") = 0x2020;

    if (boot_el == 1) {
        asm volatile("hvc #0" : "+r"(x0), "+r"(x18), "+r"(x19), "+r"(x29)::"memory");
    } else {
        asm volatile("smc #0" : "+r"(x0), "+r"(x18), "+r"(x19), "+r"(x29)::"memory");
    }
    *bad = x18 != 0x1818 || x19 != 0x1919 || x29 != 0x2020;
    return x0;
}

static void conventions(void)
{
    uint64_t bad;

    check_eq((uint64_t)psci(VERSION, 0, 0, 0) >> 16, 1, "5.1.1 PSCI_VERSION", "major version 1");
    check_eq(call_regs(VERSION, &bad) >> 16, 1, "SMCCC 2.6", "the result is in x0");
    check_eq(bad, 0, "SMCCC 2.6", "x18 and up are preserved");
    check_eq((uint64_t)psci(0x84001234, 0, 0, 0), (uint64_t)NOT_SUPPORTED, "SMCCC 5.2",
             "an unknown function of the service");
    check_eq((uint64_t)psci(0xc3000001, 0, 0, 0), (uint64_t)NOT_SUPPORTED, "SMCCC 5.2",
             "an unknown service");
    check_eq((uint64_t)psci(MIGRATE_INFO_TYPE, 0, 0, 0), 2, "5.1.9 MIGRATE_INFO_TYPE",
             "there is nothing to migrate");
    /* The other conduit. */
    if (boot_el == 1) {
        Trap t = EXPECT("mov x0, #0x84000000\n\tsmc #0");
        check(t.taken && trap_ec(&t) == 0, "SMC", "UNDEFINED without EL3 when HVC is the conduit");
    } else {
        Trap t = EXPECT("mov x0, #0x84000000\n\thvc #0");
        check(t.taken && trap_ec(&t) == 0x16 && t.el == 2, "HVC",
              "is EL2's own when SMC is the conduit");
    }
}

static void smc_of_guest(void *arg)
{
    asm volatile("mov x0, #0x84000000\n\tsmc #0" ::: "x0", "x1", "x2", "x3", "memory");
}

static void down(void *arg)
{
    run_at(1, smc_of_guest, NULL);
}

static void guests(void)
{
    wr(hcr_el2, 1ull << 31 | 1 << 19);
    Trap t = expect(down, NULL);
    check(t.taken && t.el == 2 && trap_ec(&t) == 0x17, "HCR_EL2.TSC",
          "a guest's SMC is EL2's before it is PSCI's");
    wr(hcr_el2, 1ull << 31);
    check(!expect(down, NULL).taken, "HCR_EL2.TSC", "0: the firmware answers EL1 too");
}

void suite_main(void)
{
    conventions();
    features();
    power();
    suspend();
    if (boot_el == 2) {
        guests();
    }
}
