/* SPDX-License-Identifier: MIT */
/* Locality-specific interrupts (IHI 0069 chapter 5): a redistributor's configuration and pending
 * tables. They belong to the guest, so everything read from them is checked or harmless. */
#include "hw/intc/arm-gicv3.h"

#include "util/bits.h"
#include "util/log.h"
#include "util/rcu.h"

enum {
    CONFIG_ENABLE = 1 << 0,
    CONFIG_PRIORITY = 0xfc,
    WORDS = GICV3_LPIS / 64,
};
#define PROPBASER_ADDRESS (MASK64(40) << 12)
#define PENDBASER_ADDRESS (MASK64(36) << 16)
#define FIRST_BYTE        (GIC_FIRST_LPI / 8)

/* ---- guest memory */

typedef bool RamFn(const FlatRange *fr, uint64_t offset, void *buf, uint64_t len);

static bool ram_each(ArmGicV3 *s, hwaddr addr, void *buf, uint64_t len, RamFn *fn)
{
    AddressSpace *as = s->cpus[0].cpu->cs.as;
    bool ok = true;

    rcu_read_lock();
    while (ok && len) {
        const FlatRange *fr = address_space_find(as, addr);
        uint64_t offset = fr ? addr - fr->start : 0;
        uint64_t n = fr ? MIN(len, fr->size - offset) : 0;

        ok = fr && fn(fr, offset, buf, n);
        addr += n;
        buf = (uint8_t *)buf + n;
        len -= n;
    }
    rcu_read_unlock();
    return ok;
}

static bool copy_in(const FlatRange *fr, uint64_t offset, void *buf, uint64_t len)
{
    if (!fr->host) {
        return false;
    }
    memcpy(buf, fr->host + offset, len);
    return true;
}

static bool copy_out(const FlatRange *fr, uint64_t offset, void *buf, uint64_t len)
{
    if (!fr->host || !fr->writable) {
        return false;
    }
    memcpy(fr->host + offset, buf, len);
    ram_written(fr->ram, fr->mr_offset + offset, len);
    return true;
}

bool arm_gicv3_ram_read(ArmGicV3 *s, hwaddr addr, void *buf, uint64_t len)
{
    return ram_each(s, addr, buf, len, copy_in);
}

bool arm_gicv3_ram_write(ArmGicV3 *s, hwaddr addr, const void *buf, uint64_t len)
{
    return ram_each(s, addr, (void *)buf, len, copy_out);
}

/* ---- the most urgent */

static uint8_t lpi_priority(const GicV3Cpu *c, uint8_t config)
{
    uint8_t priority = config & CONFIG_PRIORITY;

    priority = c->gic->ds ? priority : gic_priority_from_ns(priority);
    return priority & gic_priority_mask(GICV3_PRIORITY_BITS);
}

static void consider(GicV3Cpu *c, unsigned n)
{
    uint8_t config = c->lpis.config[n];

    if (config & CONFIG_ENABLE) {
        gic_best_consider(&c->lpis.best, GIC_FIRST_LPI + n, lpi_priority(c, config), GIC_G1NS);
    }
}

static void find_best(GicV3Cpu *c)
{
    GicV3Lpis *l = &c->lpis;

    l->best = GIC_BEST_NONE;
    for (unsigned w = 0; l->enabled && w < WORDS; w++) {
        for (uint64_t m = l->pending[w]; m; m &= m - 1) {
            consider(c, w * 64 + (unsigned)__builtin_ctzll(m));
        }
    }
}

/* ---- tables */

/* LPIs beyond the table, or in memory that is none, are disabled. */
static void load_config(GicV3Cpu *c, unsigned first, unsigned n)
{
    GicV3Lpis *l = &c->lpis;
    hwaddr table = l->propbaser & PROPBASER_ADDRESS;

    if (n && !arm_gicv3_ram_read(c->gic, table + first, l->config + first, n)) {
        guest_error("arm-gicv3: LPI configuration table at 0x%" PRIx64 " is not in RAM", table);
        memset(l->config + first, 0, n);
    }
}

static unsigned table_lpis(const GicV3Cpu *c)
{
    unsigned bits = MIN((unsigned)(c->lpis.propbaser & 31) + 1, GICV3_ID_BITS);

    return BIT(bits) > GIC_FIRST_LPI ? BIT(bits) - GIC_FIRST_LPI : 0;
}

static void load_pending(GicV3Cpu *c)
{
    GicV3Lpis *l = &c->lpis;
    hwaddr table = (l->pendbaser & PENDBASER_ADDRESS) + FIRST_BYTE;

    memset(l->pending, 0, GICV3_LPIS / 8);
    if (l->pendbaser & GICR_PENDBASER_PTZ || !l->count) {
        return;
    }
    if (!arm_gicv3_ram_read(c->gic, table, l->pending, l->count / 8)) {
        guest_error("arm-gicv3: LPI pending table at 0x%" PRIx64 " is not in RAM", table);
        memset(l->pending, 0, GICV3_LPIS / 8);
        return;
    }
    for (unsigned w = 0; w < WORDS; w++) {
        l->pending[w] = ld_le(&l->pending[w], 8);
    }
}

static void store_pending(GicV3Cpu *c)
{
    GicV3Lpis *l = &c->lpis;
    hwaddr table = (l->pendbaser & PENDBASER_ADDRESS) + FIRST_BYTE;

    for (unsigned w = 0; w < WORDS; w++) {
        st_le(&l->pending[w], 8, l->pending[w]);
    }
    if (l->count && !arm_gicv3_ram_write(c->gic, table, l->pending, l->count / 8)) {
        guest_error("arm-gicv3: LPI pending table at 0x%" PRIx64 " is not in RAM", table);
    }
    memset(l->pending, 0, GICV3_LPIS / 8);
}

void arm_gicv3_lpi_enable(GicV3Cpu *c, bool enable)
{
    GicV3Lpis *l = &c->lpis;

    if (enable == l->enabled) {
        return;
    }
    if (enable) {
        if (!l->pending) {
            l->pending = g_new0(uint64_t, WORDS);
            l->config = g_new0(uint8_t, GICV3_LPIS);
        }
        l->count = table_lpis(c);
        memset(l->config, 0, GICV3_LPIS);
        /* The table's first byte is that of LPI 8192. */
        load_config(c, 0, l->count);
        load_pending(c);
    } else {
        store_pending(c);
    }
    l->enabled = enable;
    find_best(c);
    arm_gicv3_update_cpu(c);
}

/* ---- what the ITS does */

static bool is_pending(const GicV3Lpis *l, unsigned n)
{
    return l->pending[n / 64] >> (n % 64) & 1;
}

void arm_gicv3_lpi_set(GicV3Cpu *c, uint32_t irq, bool pending)
{
    GicV3Lpis *l = &c->lpis;
    unsigned n = irq - GIC_FIRST_LPI;

    if (irq < GIC_FIRST_LPI || !l->enabled || n >= l->count || is_pending(l, n) == pending) {
        return;
    }
    l->pending[n / 64] ^= BIT64(n % 64);
    if (pending) {
        load_config(c, n, 1);
        consider(c, n);
    } else if (l->best.irq == irq) {
        find_best(c);
    } else {
        return;
    }
    arm_gicv3_update_cpu(c);
}

void arm_gicv3_lpi_invalidate(GicV3Cpu *c, uint32_t irq)
{
    GicV3Lpis *l = &c->lpis;

    if (!l->enabled) {
        return;
    }
    if (!irq) {
        load_config(c, 0, l->count);
    } else if (irq >= GIC_FIRST_LPI && irq - GIC_FIRST_LPI < l->count) {
        load_config(c, irq - GIC_FIRST_LPI, 1);
        if (!is_pending(l, irq - GIC_FIRST_LPI)) {
            return;
        }
    }
    find_best(c);
    arm_gicv3_update_cpu(c);
}

void arm_gicv3_lpi_move(GicV3Cpu *from, GicV3Cpu *to, uint32_t irq)
{
    GicV3Lpis *l = &from->lpis, *m = &to->lpis;

    if (from == to || !l->enabled) {
        return;
    }
    if (irq) {
        if (irq >= GIC_FIRST_LPI && irq - GIC_FIRST_LPI < l->count &&
            is_pending(l, irq - GIC_FIRST_LPI)) {
            arm_gicv3_lpi_set(from, irq, false);
            arm_gicv3_lpi_set(to, irq, true);
        }
        return;
    }
    for (unsigned n = 0; n < l->count && m->enabled; n++) {
        if (n < m->count && is_pending(l, n)) {
            m->pending[n / 64] |= BIT64(n % 64);
        }
    }
    memset(l->pending, 0, GICV3_LPIS / 8);
    find_best(from);
    arm_gicv3_update_cpu(from);
    arm_gicv3_lpi_invalidate(to, 0);
}

/* ---- life cycle */

void arm_gicv3_lpi_reset(GicV3Cpu *c)
{
    arm_gicv3_lpi_finalize(c);
    c->lpis = (GicV3Lpis){.best = GIC_BEST_NONE};
}

void arm_gicv3_lpi_finalize(GicV3Cpu *c)
{
    g_free(c->lpis.pending);
    g_free(c->lpis.config);
}

void arm_gicv3_lpi_hash(const GicV3Cpu *c, StateHash *h)
{
    const GicV3Lpis *l = &c->lpis;

    state_hash_u64(h, l->enabled);
    state_hash_u64(h, l->propbaser);
    state_hash_u64(h, l->pendbaser);
    for (unsigned w = 0; l->enabled && w < WORDS; w++) {
        state_hash_u64(h, l->pending[w]);
    }
    if (l->enabled) {
        state_hash_bytes(h, l->config, l->count);
    }
}
