/* SPDX-License-Identifier: MIT */
/* Performance monitors (Arm ARM, The Performance Monitors Extension, PMUv3): what the counters
 * count.
 *
 * A counter's field is its value when arm_pmu_sync() last looked at the sources: virtual time, one
 * cycle a nanosecond, and instructions executed. Which counters count, the CPU itself decides,
 * before and behind whatever changes that, its level included; the timer that waits for an overflow
 * with an interrupt only reads what it decided: it runs in the main loop, the CPU meanwhile goes
 * on. All with vm_lock. */
#include "hw/cpu/arm-pmu.h"

#include "hw/cpu/arm-internal.h"

enum {
    CYCLES_PER_COUNT = 64, /* with PMCR_EL0.D */
    POLL_NS = 100000,      /* the least time between looks at an instruction counter */
    INSNS_PER_NS = 4,      /* nobody executes faster */
};

/* ---- which counters run: for the CPU's own thread, or while it stands still */

/* Counters from MDCR_EL2.HPMN on are EL2's. */
unsigned arm_pmu_guest_counters(const ArmCpu *cpu)
{
    return cpu->has_el2 ? MIN((unsigned)(cpu->mdcr[2] & 31), PMU_COUNTERS) : PMU_COUNTERS;
}

/* PMCR_EL0.E, or for EL2's counters MDCR_EL2.HPME. */
static bool is_on(const ArmCpu *cpu, unsigned n)
{
    return n < arm_pmu_guest_counters(cpu) || n == PMU_CYCLES ? cpu->pmcr & PMCR_E
                                                              : cpu->mdcr[2] & MDCR_EL2_HPME;
}

static bool is_enabled(const ArmCpu *cpu, unsigned n)
{
    return is_on(cpu, n) && (cpu->pmcnten >> n & 1);
}

/* MDCR_EL3.SPME lets the Secure state be counted; the cycle counter minds only with PMCR_EL0.DP. */
static bool is_prohibited(const ArmCpu *cpu, unsigned n)
{
    return arm_is_secure(cpu) && !(cpu->mdcr[3] & MDCR_EL3_SPME) &&
           (n != PMU_CYCLES || (cpu->pmcr & PMCR_DP));
}

/* The filter of PMEVTYPER and PMCCFILTR, for the current level and state. */
static bool is_filtered(const ArmCpu *cpu, uint64_t type)
{
    bool p = type & TYPER_P, u = type & TYPER_U;
    bool non_secure = cpu->has_el3 && !arm_is_secure(cpu);

    switch (arm_el(cpu)) {
    case 0:
        return non_secure ? u != !!(type & TYPER_NSU) : u;
    case 1:
        return non_secure ? p != !!(type & TYPER_NSK) : p;
    case 2:
        return !(type & TYPER_NSH);
    default:
        return p != !!(type & TYPER_M);
    }
}

static uint64_t type_of(const ArmCpu *cpu, unsigned n)
{
    return n == PMU_CYCLES ? cpu->pmccfiltr | EVENT_CPU_CYCLES : cpu->pmevtyper[n];
}

static unsigned next_counter(unsigned n)
{
    return n == PMU_COUNTERS - 1 ? PMU_CYCLES : n + 1;
}

static void decide(ArmCpu *cpu)
{
    cpu->pmu_on = cpu->pmu_counting = 0;
    cpu->pmu_by_level = cpu->exact_count = false;
    for (unsigned n = 0; n <= PMU_CYCLES; n = next_counter(n)) {
        uint64_t type = type_of(cpu, n);

        cpu->pmu_on |= is_on(cpu, n) ? BIT64(n) : 0;
        if (is_enabled(cpu, n)) {
            bool on = !is_prohibited(cpu, n) && !is_filtered(cpu, type);

            cpu->pmu_counting |= on ? BIT64(n) : 0;
            cpu->pmu_by_level |= type & TYPER_FILTERS || cpu->has_el2 || cpu->has_el3;
            cpu->exact_count |= (type & TYPER_EVENT) == EVENT_INST_RETIRED;
        }
    }
}

/* What was decided. */
static bool counts(const ArmCpu *cpu, unsigned n)
{
    return cpu->pmu_counting >> n & 1;
}

/* ---- counting */

static void add(ArmCpu *cpu, unsigned n, uint64_t delta);

static void overflow(ArmCpu *cpu, unsigned n, uint64_t times)
{
    cpu->pmovs |= BIT64(n);
    /* An odd counter of CHAIN counts what the one before it overflows. */
    if (n != PMU_CYCLES && !(n & 1) && n + 1 < PMU_COUNTERS &&
        (cpu->pmevtyper[n + 1] & TYPER_EVENT) == EVENT_CHAIN && counts(cpu, n + 1)) {
        add(cpu, n + 1, times);
    }
}

static void add(ArmCpu *cpu, unsigned n, uint64_t delta)
{
    if (n == PMU_CYCLES) {
        uint64_t old = cpu->pmccntr;

        cpu->pmccntr += delta;
        if (cpu->pmcr & PMCR_LC ? cpu->pmccntr < old : (cpu->pmccntr ^ old) >> 32) {
            overflow(cpu, n, 1);
        }
        return;
    }
    uint64_t sum = cpu->pmevcntr[n] + delta;

    cpu->pmevcntr[n] = (uint32_t)sum;
    if (sum >> 32) {
        overflow(cpu, n, sum >> 32);
    }
}

static uint64_t divided(ArmCpu *cpu, uint64_t cycles)
{
    if ((cpu->pmcr & (PMCR_D | PMCR_LC)) != PMCR_D) {
        return cycles;
    }
    cycles += cpu->pmu_remainder;
    cpu->pmu_remainder = cycles % CYCLES_PER_COUNT;
    return cycles / CYCLES_PER_COUNT;
}

void arm_pmu_sync(ArmCpu *cpu)
{
    uint64_t now = (uint64_t)clock_now_ns(CLOCK_TYPE_VIRTUAL);
    uint64_t insns = atomic_load_explicit(&cpu->cs.insn_count, memory_order_relaxed);
    uint64_t cycles = now - cpu->pmu_last_ns, retired = insns - cpu->pmu_last_insns;

    cpu->pmu_last_ns = now;
    cpu->pmu_last_insns = insns;
    if (counts(cpu, PMU_CYCLES)) {
        add(cpu, PMU_CYCLES, divided(cpu, cycles));
    }
    for (unsigned n = 0; n < PMU_COUNTERS; n++) {
        unsigned event = cpu->pmevtyper[n] & TYPER_EVENT;

        if ((event == EVENT_CPU_CYCLES || event == EVENT_INST_RETIRED) && counts(cpu, n)) {
            add(cpu, n, event == EVENT_CPU_CYCLES ? cycles : retired);
        }
    }
}

/* PMSWINC */
void arm_pmu_software_increment(ArmCpu *cpu, uint64_t which)
{
    for (unsigned n = 0; n < PMU_COUNTERS; n++) {
        if ((which >> n & 1) && (cpu->pmevtyper[n] & TYPER_EVENT) == EVENT_SW_INCR &&
            counts(cpu, n)) {
            add(cpu, n, 1);
        }
    }
}

/* ---- overflows to come, and the line */

static void update_line(ArmCpu *cpu) REQUIRES(vm_lock)
{
    device_set_output(&cpu->dev, "pmu", 0, (cpu->pmovs & cpu->pminten & cpu->pmu_on) != 0);
}

/* Nanoseconds until counter n overflows, UINT64_MAX when that has no end; for instructions, when
 * to look again. */
static uint64_t overflow_delay(const ArmCpu *cpu, unsigned n)
{
    unsigned event = type_of(cpu, n) & TYPER_EVENT;
    uint64_t value = n == PMU_CYCLES ? cpu->pmccntr : cpu->pmevcntr[n];
    bool is_long = n == PMU_CYCLES && (cpu->pmcr & PMCR_LC);
    uint64_t left = is_long ? 0 - value : (1ull << 32) - (uint32_t)value;
    bool slow = n == PMU_CYCLES && (cpu->pmcr & (PMCR_D | PMCR_LC)) == PMCR_D;

    if (!counts(cpu, n) || (event != EVENT_CPU_CYCLES && event != EVENT_INST_RETIRED)) {
        return UINT64_MAX;
    }
    if (event == EVENT_INST_RETIRED) {
        return MAX(left / INSNS_PER_NS, POLL_NS);
    }
    return slow ? left * CYCLES_PER_COUNT - cpu->pmu_remainder : left ? left : UINT64_MAX;
}

/* An overflow that no interrupt and no chain asks for is seen when the register is read. */
static bool overflow_matters(const ArmCpu *cpu, unsigned n)
{
    return cpu->pminten & (BIT64(n) | (n == PMU_CYCLES || n & 1 ? 0 : BIT64(n + 1)));
}

static void wait_for_overflow(ArmCpu *cpu) REQUIRES(vm_lock)
{
    uint64_t delay = UINT64_MAX, now = cpu->pmu_last_ns;

    for (unsigned n = 0; n <= PMU_CYCLES; n = next_counter(n)) {
        if (overflow_matters(cpu, n)) {
            delay = MIN(delay, overflow_delay(cpu, n));
        }
    }
    if (delay < (uint64_t)INT64_MAX - now) {
        timer_mod(&cpu->pmu_timer, (int64_t)(now + delay));
    } else {
        timer_del(&cpu->pmu_timer);
    }
    update_line(cpu);
}

void arm_pmu_update(ArmCpu *cpu)
{
    decide(cpu);
    wait_for_overflow(cpu);
}

static void timer_expired(void *opaque) NO_THREAD_SAFETY
{
    arm_pmu_sync(opaque);
    wait_for_overflow(opaque);
}

/* ---- life */

void arm_pmu_init(ArmCpu *cpu)
{
    timer_init(&cpu->pmu_timer, CLOCK_TYPE_VIRTUAL, timer_expired, cpu);
}

void arm_pmu_reset(ArmCpu *cpu)
{
    cpu->pmcr = cpu->pmcnten = cpu->pminten = cpu->pmovs = cpu->pmccntr = 0;
    cpu->pmu_remainder = 0;
    memset(cpu->pmevcntr, 0, sizeof(cpu->pmevcntr));
    memset(cpu->pmevtyper, 0, sizeof(cpu->pmevtyper));
    arm_pmu_sync(cpu);
    arm_pmu_update(cpu);
}

void arm_pmu_stop(ArmCpu *cpu)
{
    timer_del(&cpu->pmu_timer);
}

void arm_pmu_before_change(ArmCpu *cpu) NO_THREAD_SAFETY
{
    bool taken = arm_vm_lock_enter();

    arm_pmu_sync(cpu);
    arm_vm_lock_leave(taken);
}

void arm_pmu_after_change(ArmCpu *cpu) NO_THREAD_SAFETY
{
    bool taken = arm_vm_lock_enter();

    arm_pmu_update(cpu);
    arm_vm_lock_leave(taken);
}
