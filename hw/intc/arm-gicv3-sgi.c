/* SPDX-License-Identifier: MIT */
/* GICv3 software-generated interrupts: which CPUs a write to ICC_SGI0R_EL1, ICC_SGI1R_EL1 or
 * ICC_ASGI1R_EL1 reaches (IHI 0069 12.1, 12.2). */
#include "hw/intc/arm-gicv3.h"

#include "util/bits.h"

/* Aff3.Aff2.Aff1 of a target list, in the bits that GICR_TYPER's affinity has above Aff0. */
static uint32_t sgi_cluster(uint64_t value)
{
    return (uint32_t)(extract64(value, 48, 8) << 24 | extract64(value, 32, 8) << 16 |
                      extract64(value, 16, 8) << 8);
}

static bool sgi_is_target(const GicV3Cpu *from, const GicV3Cpu *c, uint64_t value)
{
    uint32_t affinity = arm_gicv3_affinity(c);
    unsigned first = (unsigned)extract64(value, 44, 4) * 16, aff0 = affinity & 0xff;

    if (value & BIT64(40)) {
        return c != from;
    }
    return (affinity & ~0xffu) == sgi_cluster(value) && aff0 >= first && aff0 < first + 16 &&
           (value >> (aff0 - first) & 1);
}

/* The group that the register sends; Secure software means its own by group 1. */
static GicGroup sgi_group(const GicV3Cpu *from, unsigned what)
{
    bool secure = !from->gic->ds && arm_is_secure(from->cpu);

    switch (what & GICV3_REG_COMMON) {
    case GICV3_REG_G0:
        return GIC_G0;
    case GICV3_REG_G1:
        return secure ? GIC_G1S : GIC_G1NS;
    default: /* of the other Security state */
        return secure ? GIC_G1NS : GIC_G1S;
    }
}

/* Does an SGI sent as `group` reach a CPU where it is of group `is` (IHI 0069 table 12-14)? The
 * Secure side's reach group 0 too; Non-secure software needs NSACR's leave. */
static bool sgi_may(const GicV3Cpu *from, const GicV3Cpu *c, unsigned sgi, GicGroup group)
{
    GicGroup is = arm_gicv3_group(c->gic, &c->bank, sgi);
    unsigned leave = gic_bank_ns_access(&c->bank, sgi);

    if (c->gic->ds) {
        return is == (group == GIC_G1NS ? GIC_G1NS : GIC_G0);
    }
    if (arm_is_secure(from->cpu)) {
        return is == group || (is == GIC_G0 && group == GIC_G1S);
    }
    if (group == GIC_G1NS) {
        return is == GIC_G1NS;
    }
    return (is == GIC_G0 && leave >= 1) || (is == GIC_G1S && group == GIC_G1S && leave >= 2);
}

void arm_gicv3_sgi_send(GicV3Cpu *from, unsigned what, uint64_t value)
{
    ArmGicV3 *s = from->gic;
    unsigned sgi = (unsigned)extract64(value, 24, 4);
    GicGroup group = sgi_group(from, what);

    for (unsigned i = 0; i < s->num_cpu; i++) {
        GicV3Cpu *c = &s->cpus[i];

        if (sgi_is_target(from, c, value) && sgi_may(from, c, sgi, group)) {
            c->bank.latch |= BIT(sgi);
            arm_gicv3_update_cpu(c);
        }
    }
}
