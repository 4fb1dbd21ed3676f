/* SPDX-License-Identifier: MIT */
/* GICv2 distributor registers (IHI 0048B 4.3). */
#include "hw/intc/arm-gic.h"

#include "util/bits.h"
#include "util/log.h"

enum {
    GICD_CTLR = 0x000,
    GICD_TYPER = 0x004,
    GICD_IIDR = 0x008,
    GICD_BITS = 0x080, /* one bit an interrupt, up to GICD_PRIORITY */
    GICD_PRIORITY = 0x400,
    GICD_TARGETS = 0x800,
    GICD_CONFIG = 0xc00,
    GICD_NSAC = 0xe00,
    GICD_SGIR = 0xf00,
    GICD_CPENDSGIR = 0xf10,
    GICD_SPENDSGIR = 0xf20,
    GICD_IDS = 0xfd0,

    CTLR_GRP0 = 1 << 0,
    CTLR_GRP1 = 1 << 1,
    CTLR_NS_GRP1 = 1 << 0, /* as Non-secure software sees it */
    TYPER_SECURITY = 1 << 10,
    SGIR_NSATT = 1 << 15,
};

/* ---- software-generated interrupts */

/* May this SGI of a CPU be sent, or its sources changed, by such an access? Secure software says
 * for which group it means it. */
static bool sgi_may(const ArmGic *s, unsigned cpu, unsigned sgi, uint32_t value, bool secure)
{
    const GicBank *b = &s->cpu[cpu].bank;
    bool group1 = b->group >> sgi & 1;

    if (!s->has_security) {
        return true;
    }
    return secure ? group1 == !!(value & SGIR_NSATT) : group1 || gic_bank_ns_access(b, sgi) >= 1;
}

static void sgi_send(ArmGic *s, unsigned from, uint32_t value, bool secure) REQUIRES(vm_lock)
{
    unsigned sgi = value & 15, filter = extract32(value, 24, 2);
    unsigned targets = filter == 0   ? extract32(value, 16, 8)
                       : filter == 1 ? ~BIT(from)
                       : filter == 2 ? BIT(from)
                                     : 0;

    for (unsigned cpu = 0; cpu < s->num_cpu; cpu++) {
        if ((targets >> cpu & 1) && sgi_may(s, cpu, sgi, value, secure)) {
            arm_gic_set_sgi_source(s, cpu, sgi, s->cpu[cpu].sgi_source[sgi] | (uint8_t)BIT(from));
            arm_gic_update_cpu(s, cpu);
        }
    }
}

/* ---- registers of a byte an interrupt */

static bool sees_irq(const GicBank *b, unsigned irq, bool secure)
{
    return secure || (b->group >> (irq % 32) & 1);
}

static uint8_t read_byte(ArmGic *s, unsigned cpu, unsigned offset, bool secure)
{
    unsigned irq = offset & 0x3ff;
    const GicBank *b;

    if (offset >= GICD_CPENDSGIR) {
        unsigned sgi = offset & 15;

        return sees_irq(&s->cpu[cpu].bank, sgi, secure) ? s->cpu[cpu].sgi_source[sgi] : 0;
    }
    if (irq >= s->num_irq) {
        return 0;
    }
    b = arm_gic_bank(s, cpu, irq);
    if (offset < GICD_TARGETS) {
        return gic_bank_read_priority(b, irq % 32, secure);
    }
    if (s->num_cpu == 1 || !sees_irq(b, irq, secure)) {
        return 0;
    }
    return irq < GIC_PRIVATE ? (uint8_t)BIT(cpu) : s->target[irq];
}

static void write_sgi_source(ArmGic *s, unsigned cpu, unsigned offset, uint8_t value, bool secure)
{
    unsigned sgi = offset & 15;
    uint8_t sources = s->cpu[cpu].sgi_source[sgi];

    if (sees_irq(&s->cpu[cpu].bank, sgi, secure)) {
        sources = offset >= GICD_SPENDSGIR ? sources | value : sources & (uint8_t)~value;
        arm_gic_set_sgi_source(s, cpu, sgi, sources);
    }
}

static void write_byte(ArmGic *s, unsigned cpu, unsigned offset, uint8_t value, bool secure)
{
    unsigned irq = offset & 0x3ff;
    GicBank *b;

    if (offset >= GICD_CPENDSGIR) {
        write_sgi_source(s, cpu, offset, value, secure);
        return;
    }
    if (irq >= s->num_irq) {
        return;
    }
    b = arm_gic_bank(s, cpu, irq);
    if (offset < GICD_TARGETS) {
        gic_bank_write_priority(b, irq % 32, value, secure, s->priority_bits);
    } else if (irq >= GIC_PRIVATE && s->num_cpu > 1 &&
               (sees_irq(b, irq, secure) || gic_bank_ns_access(b, irq % 32) == 3)) {
        arm_gic_set_target(s, irq, value & (uint8_t)MASK64(s->num_cpu));
    }
}

static bool is_byte_register(unsigned offset)
{
    return (offset >= GICD_PRIORITY && offset < GICD_CONFIG) ||
           (offset >= GICD_CPENDSGIR && offset < GICD_SPENDSGIR + GIC_SGIS);
}

/* ---- registers of a word */

static uint32_t id_register(unsigned offset)
{
    /* PIDR4..7, PIDR0..3 (part 0x490, JEP106 Arm, architecture 2), CIDR0..3 */
    static const uint8_t ids[] = {0x04, 0, 0, 0, 0x90, 0xb4, 0x2b, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

    return ids[(offset - GICD_IDS) / 4];
}

static uint32_t read_ctlr(const ArmGic *s, bool secure)
{
    bool grp1 = s->group_enabled[GIC_G1NS];

    if (!secure) {
        return grp1 ? CTLR_NS_GRP1 : 0;
    }
    return (s->group_enabled[GIC_G0] ? CTLR_GRP0 : 0) | (grp1 ? CTLR_GRP1 : 0);
}

static void write_ctlr(ArmGic *s, uint32_t value, bool secure)
{
    s->group_enabled[GIC_G1NS] = value & (secure ? CTLR_GRP1 : CTLR_NS_GRP1);
    if (secure) {
        s->group_enabled[GIC_G0] = value & CTLR_GRP0;
    }
}

/* Registers with two bits an interrupt. */
static bool is_wide(unsigned offset)
{
    return offset >= GICD_CONFIG && offset < GICD_SGIR &&
           (offset < GICD_CONFIG + 0x100 || offset >= GICD_NSAC);
}

static uint32_t read_wide(ArmGic *s, unsigned cpu, unsigned offset, bool secure)
{
    unsigned irq = (offset & 0xff) * 4;
    const GicBank *b;

    if (irq >= s->num_irq) {
        return 0;
    }
    b = arm_gic_bank(s, cpu, irq);
    if (offset < GICD_NSAC) {
        return gic_bank_read_config(b, irq & 16, secure);
    }
    return s->has_security && secure ? gic_bank_read_ns_access(b, irq & 16) : 0;
}

static void write_wide(ArmGic *s, unsigned cpu, unsigned offset, uint32_t value, bool secure)
{
    unsigned irq = (offset & 0xff) * 4;
    GicBank *b;

    if (irq >= s->num_irq) {
        return;
    }
    b = arm_gic_bank(s, cpu, irq);
    if (offset >= GICD_NSAC) {
        if (s->has_security && secure) {
            gic_bank_write_ns_access(b, irq & 16, value);
        }
    } else if (irq >= GIC_SGIS) { /* SGIs are edges */
        gic_bank_write_config(b, irq & 16, value, secure);
    }
}

static uint32_t read_word(ArmGic *s, unsigned cpu, unsigned offset, bool secure)
{
    if (offset >= GICD_BITS && offset < GICD_PRIORITY) {
        unsigned irq = (offset & 0x7f) * 8;

        return irq < s->num_irq ? gic_bank_read_bits(arm_gic_bank(s, cpu, irq), offset >> 7, secure)
                                : 0;
    }
    if (is_wide(offset)) {
        return read_wide(s, cpu, offset, secure);
    }
    if (offset >= GICD_IDS) {
        return id_register(offset);
    }
    switch (offset) {
    case GICD_CTLR:
        return read_ctlr(s, secure);
    case GICD_TYPER:
        return (s->num_irq / 32 - 1) | (s->num_cpu - 1) << 5 |
               (s->has_security ? TYPER_SECURITY : 0);
    case GICD_IIDR:
        return ARM_GIC_IIDR_DIST;
    default:
        guest_error("arm_gic: read of reserved distributor offset 0x%x", offset);
        return 0;
    }
}

static void write_bits(ArmGic *s, unsigned cpu, unsigned offset, uint32_t value, bool secure)
{
    GicBitReg reg = offset >> 7;
    unsigned irq = (offset & 0x7f) * 8;

    if (irq >= s->num_irq) {
        return;
    }
    if (irq == 0 && reg >= GIC_ISENABLER && reg <= GIC_ICPENDR) {
        value &= 0xffff0000; /* SGIs are always enabled, and pended through other registers */
    }
    gic_bank_write_bits(arm_gic_bank(s, cpu, irq), reg, value, secure);
}

static void write_word(ArmGic *s, unsigned cpu, unsigned offset, uint32_t value, bool secure)
    REQUIRES(vm_lock)
{
    if (offset >= GICD_BITS && offset < GICD_PRIORITY) {
        write_bits(s, cpu, offset, value, secure);
    } else if (is_wide(offset)) {
        write_wide(s, cpu, offset, value, secure);
    } else if (offset == GICD_CTLR) {
        write_ctlr(s, value, secure);
    } else {
        guest_error("arm_gic: write to read-only or reserved distributor offset 0x%x", offset);
    }
}

static MemResult dist_read(void *opaque, hwaddr addr, unsigned size, uint64_t *ret_value,
                           MemAttrs attrs)
{
    ArmGic *s = opaque;
    unsigned offset = (unsigned)addr, cpu = arm_gic_current_cpu(s);
    bool secure = arm_gic_sees_secure(s, attrs);

    *ret_value = 0;
    if (is_byte_register(offset)) {
        for (unsigned i = 0; i < size; i++) {
            *ret_value |= (uint64_t)read_byte(s, cpu, offset + i, secure) << (8 * i);
        }
    } else {
        *ret_value = read_word(s, cpu, offset & ~3u, secure) >> (8 * (offset & 3));
    }
    return MEM_OK;
}

static MemResult dist_write(void *opaque, hwaddr addr, unsigned size, uint64_t value,
                            MemAttrs attrs) NO_THREAD_SAFETY
{
    ArmGic *s = opaque;
    unsigned offset = (unsigned)addr, cpu = arm_gic_current_cpu(s);
    bool secure = arm_gic_sees_secure(s, attrs);

    if (is_byte_register(offset)) {
        for (unsigned i = 0; i < size; i++) {
            write_byte(s, cpu, offset + i, (uint8_t)(value >> (8 * i)), secure);
        }
    } else if (size != 4) {
        guest_error("arm_gic: %u-byte write to distributor offset 0x%x", size, offset);
    } else if (offset == GICD_SGIR) {
        sgi_send(s, cpu, (uint32_t)value, secure); /* which updates what it touches */
        return MEM_OK;
    } else {
        write_word(s, cpu, offset, (uint32_t)value, secure);
    }
    arm_gic_update(s);
    return MEM_OK;
}

const MemoryRegionOps arm_gic_dist_ops = {.read = dist_read, .write = dist_write, .max_access = 4};
