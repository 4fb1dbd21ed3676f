/* SPDX-License-Identifier: MIT */
/* PL031: Arm PrimeCell real-time clock (DDI 0224C).
 *
 * Region 0: registers, 0x1000 bytes. Output 0: RTCINTR. Counts seconds of the time of day (-rtc)
 * from the offset that the guest loads. */
#include "hw/rtc/pl031.h"

#include "gen/qapi-events.h"
#include "hw/core/reg.h"
#include "softmmu/rtc.h"

#define NS_PER_S 1000000000

typedef struct Pl031State {
    Device dev;
    RegBank bank;
    IrqLine irq[1];
    Timer timer;

    /* Counter = seconds of the time of day + offset, 32 bits. */
    uint32_t offset;
    uint32_t match, load, imsc, ris, cr;
} Pl031State;

/* Seconds of the time of day, as the operator set it up. */
static int64_t now_s(void)
{
    return (clock_now_ns(rtc_clock()) + rtc_offset_ns()) / NS_PER_S;
}

static uint32_t count(const Pl031State *s)
{
    return (uint32_t)now_s() + s->offset;
}

static void update_irq(Pl031State *s) NO_THREAD_SAFETY
{
    device_set_irq(&s->dev, 0, (s->ris & s->imsc) != 0);
}

static void match_alarm(void *opaque)
{
    Pl031State *s = opaque;

    s->ris = 1;
    update_irq(s);
}

/* The alarm fires when the counter next equals the match register. */
static void schedule(Pl031State *s) NO_THREAD_SAFETY
{
    uint32_t seconds = s->match - count(s);
    int64_t now = clock_now_ns(rtc_clock()) + rtc_offset_ns();

    if (seconds == 0) {
        timer_del(&s->timer);
        match_alarm(s);
    } else {
        timer_mod(&s->timer, (now / NS_PER_S + seconds) * NS_PER_S - rtc_offset_ns());
    }
}

static uint64_t read_dr(void *opaque, unsigned index)
{
    return count(opaque);
}

static void write_mr(void *opaque, unsigned index, uint64_t value)
{
    ((Pl031State *)opaque)->match = (uint32_t)value;
    schedule(opaque);
}

static void write_lr(void *opaque, unsigned index, uint64_t value)
{
    Pl031State *s = opaque;
    g_autofree char *path = object_path(OBJECT(s));

    s->load = (uint32_t)value;
    s->offset += (uint32_t)value - count(s);
    if (path) {
        qapi_event_send_rtc_change((int64_t)value - now_s(), path);
    }
    schedule(s);
}

static void imsc_written(void *opaque)
{
    update_irq(opaque);
}

static uint64_t read_mis(void *opaque, unsigned index)
{
    const Pl031State *s = opaque;

    return s->ris & s->imsc;
}

static void write_icr(void *opaque, unsigned index, uint64_t value)
{
    Pl031State *s = opaque;

    s->ris &= ~(uint32_t)value;
    update_irq(s);
}

/* Once enabled the counter cannot be stopped. */
static void write_cr(void *opaque, unsigned index, uint64_t value)
{
    ((Pl031State *)opaque)->cr |= value & 1;
}

#define F(f) REG_FIELD(Pl031State, f)

static const RegDef pl031_regs[] = {
    REG32("RTCDR", 0x000, REG_RO, REG_NO_FIELD, .read = read_dr),
    REG32("RTCMR", 0x004, REG_RW, F(match), .write = write_mr),
    REG32("RTCLR", 0x008, REG_RW, F(load), .write = write_lr),
    REG32("RTCCR", 0x00c, REG_RW, F(cr), .reset = 1, .write = write_cr),
    REG32("RTCIMSC", 0x010, REG_RW, F(imsc), .write_mask = 1, .written = imsc_written),
    REG32("RTCRIS", 0x014, REG_RO, .flags = REG_VOLATILE, F(ris)),
    REG32("RTCMIS", 0x018, REG_RO, REG_NO_FIELD, .read = read_mis),
    REG32("RTCICR", 0x01c, REG_WO, REG_NO_FIELD, .write = write_icr),
    REG_PRIMECELL_IDS("RTC", 0x031, 0x14, 0x00),
};

static const RegBlock pl031_block = {
    .name = "pl031",
    .size = 0x1000,
    .regs = pl031_regs,
    .n = G_N_ELEMENTS(pl031_regs),
};

static void pl031_reset(Device *dev) NO_THREAD_SAFETY
{
    Pl031State *s = (Pl031State *)dev;

    /* The offset stays: a clock does not lose the time at reset. */
    timer_del(&s->timer);
    update_irq(s);
}

static void pl031_unrealize(Device *dev) NO_THREAD_SAFETY
{
    timer_del(&((Pl031State *)dev)->timer);
}

static void pl031_init(Object *obj)
{
    Pl031State *s = (Pl031State *)obj;

    reg_bank_init(&s->bank, &s->dev, &pl031_block, s);
    device_add_outputs(&s->dev, "", s->irq, 1);
    timer_init(&s->timer, rtc_clock(), match_alarm, s);
}

static void pl031_fdt_node(Device *dev, FdtBuilder *fdt, const FdtPlace *place)
{
    g_autofree char *path = g_strdup_printf("/pl031@%" PRIx64, place->addr);

    fdt_node(fdt, path);
    fdt_prop_strs(fdt, path, "compatible", "arm,pl031", "arm,primecell", NULL);
    fdt_prop_reg(fdt, path, 1, place->addr, place->size);
    fdt_prop_cells(fdt, path, "interrupts", 3, 0u, place->irq, 4u);
    fdt_prop_cells(fdt, path, "clocks", 1, place->clock);
    fdt_prop_str(fdt, path, "clock-names", "apb_pclk");
}

static void pl031_class_init(ObjectClass *klass, const void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "Arm PrimeCell real-time clock";
    dc->fdt_node = pl031_fdt_node;
    dc->reset = pl031_reset;
    dc->unrealize = pl031_unrealize;
}

static const TypeInfo pl031_types[] = {
    {.name = TYPE_PL031,
     .parent = TYPE_SYS_BUS_DEVICE,
     .instance_size = sizeof(Pl031State),
     .instance_init = pl031_init,
     .class_init = pl031_class_init},
};
DEFINE_TYPES(pl031_types);
