/* SPDX-License-Identifier: MIT */
/* PL011: Arm PrimeCell UART (DDI 0183G), r1p5 identification.
 *
 * Region 0: registers, 0x1000 bytes. Outputs: 0 UARTINTR (combined), 1 UARTRXINTR, 2 UARTTXINTR,
 * 3 UARTRTINTR, 4 UARTMSINTR, 5 UARTEINTR. Property: chardev.
 * The line is infinitely fast: a character is sent at once, and what lies in the receive FIFO
 * below its trigger level counts as timed out at once. */
#include "hw/char/pl011.h"
#include "backends/chardev/chardev.h"
#include "hw/core/reg.h"
#include "hw/core/state-hash.h"

#define FIFO_DEPTH 16

/* UARTFR */
#define FR_RI   BIT(8)
#define FR_TXFE BIT(7)
#define FR_RXFF BIT(6)
#define FR_RXFE BIT(4)
#define FR_DCD  BIT(2)
#define FR_DSR  BIT(1)
#define FR_CTS  BIT(0)
/* UARTLCR_H */
#define LCR_FEN BIT(4)
/* UARTCR */
#define CR_RTS  BIT(11)
#define CR_DTR  BIT(10)
#define CR_OUT2 BIT(13)
#define CR_OUT1 BIT(12)
#define CR_RXE  BIT(9)
#define CR_TXE  BIT(8)
#define CR_LBE  BIT(7)
#define CR_EN   BIT(0)
/* UARTRIS and friends */
#define INT_OE BIT(10)
#define INT_BE BIT(9)
#define INT_E  (BIT(7) | BIT(8) | INT_BE | INT_OE)
#define INT_RT BIT(6)
#define INT_TX BIT(5)
#define INT_RX BIT(4)
#define INT_MS (BIT(0) | BIT(1) | BIT(2) | BIT(3))
/* UARTDR: a break was received; data was lost before this character */
#define DR_BE BIT(10)
#define DR_OE BIT(11)

typedef struct Pl011State {
    Device dev;
    RegBank bank;
    Object *chardev;
    IrqLine irq[6];

    uint32_t rsr, ilpr, ibrd, fbrd, lcr_h, cr, ifls, imsc, ris, dmacr;
    uint16_t fifo[FIFO_DEPTH]; /* data and error bits of UARTDR */
    uint8_t fifo_first, fifo_count;
} Pl011State;

static Chardev *backend(const Pl011State *s)
{
    return (Chardev *)s->chardev;
}

static void update_irq(Pl011State *s) NO_THREAD_SAFETY
{
    static const uint32_t masks[] = {
        INT_E | INT_RT | INT_TX | INT_RX | INT_MS, INT_RX, INT_TX, INT_RT, INT_MS, INT_E};

    for (int i = 0; i < (int)G_N_ELEMENTS(masks); i++) {
        device_set_irq(&s->dev, i, (s->ris & s->imsc & masks[i]) != 0);
    }
}

static unsigned fifo_depth(const Pl011State *s)
{
    return s->lcr_h & LCR_FEN ? FIFO_DEPTH : 1;
}

/* Characters at which UARTRXINTR is asserted (UARTIFLS.RXIFLSEL). */
static unsigned rx_trigger(const Pl011State *s)
{
    static const uint8_t levels[8] = {2, 4, 8, 12, 14, 14, 14, 14};

    return s->lcr_h & LCR_FEN ? levels[s->ifls >> 3 & 7] : 1;
}

static void update_rx(Pl011State *s)
{
    s->ris &= ~(INT_RX | INT_RT);
    if (s->fifo_count >= rx_trigger(s)) {
        s->ris |= INT_RX;
    } else if (s->fifo_count) {
        s->ris |= INT_RT;
    }
    update_irq(s);
}

static void rx_put(Pl011State *s, uint16_t value)
{
    if (s->fifo_count >= fifo_depth(s)) {
        s->ris |= INT_OE;
        s->rsr |= DR_OE >> 8;
        update_irq(s);
        return;
    }
    s->fifo[(s->fifo_first + s->fifo_count++) % FIFO_DEPTH] = value;
    update_rx(s);
}

/* ---- registers */

static uint64_t read_dr(void *opaque, unsigned index)
{
    Pl011State *s = opaque;
    uint16_t v = s->fifo[s->fifo_first];

    if (!s->fifo_count) {
        return 0;
    }
    s->fifo_first = (uint8_t)((s->fifo_first + 1) % FIFO_DEPTH);
    s->fifo_count--;
    s->rsr = v >> 8;
    update_rx(s);
    if (backend(s)) {
        chardev_accept_input(backend(s));
    }
    return v;
}

static void write_dr(void *opaque, unsigned index, uint64_t value)
{
    Pl011State *s = opaque;
    uint8_t ch = (uint8_t)value;

    if (s->cr & CR_LBE) {
        rx_put(s, ch);
    } else if (backend(s)) {
        chardev_write(backend(s), &ch, 1);
    }
    s->ris |= INT_TX;
    update_irq(s);
}

static void write_ecr(void *opaque, unsigned index, uint64_t value)
{
    ((Pl011State *)opaque)->rsr = 0;
}

static uint64_t read_fr(void *opaque, unsigned index)
{
    const Pl011State *s = opaque;
    uint32_t fr = FR_TXFE;

    fr |= s->fifo_count == 0 ? FR_RXFE : 0;
    fr |= s->fifo_count >= fifo_depth(s) ? FR_RXFF : 0;
    if (s->cr & CR_LBE) {
        fr |= s->cr & CR_RTS ? FR_CTS : 0;
        fr |= s->cr & CR_DTR ? FR_DSR : 0;
        fr |= s->cr & CR_OUT1 ? FR_DCD : 0;
        fr |= s->cr & CR_OUT2 ? FR_RI : 0;
    }
    return fr;
}

/* Changing FEN empties the FIFO. */
static void write_lcr_h(void *opaque, unsigned index, uint64_t value)
{
    Pl011State *s = opaque;

    if ((s->lcr_h ^ value) & LCR_FEN) {
        s->fifo_first = s->fifo_count = 0;
    }
    s->lcr_h = value & 0xff;
    update_rx(s);
}

static void rx_settings_written(void *opaque)
{
    update_rx(opaque);
    if (backend(opaque)) {
        chardev_accept_input(backend(opaque));
    }
}

static void irq_settings_written(void *opaque)
{
    update_irq(opaque);
}

static uint64_t read_mis(void *opaque, unsigned index)
{
    const Pl011State *s = opaque;

    return s->ris & s->imsc;
}

static void write_icr(void *opaque, unsigned index, uint64_t value)
{
    Pl011State *s = opaque;

    s->ris &= ~(uint32_t)value;
    update_irq(s);
}

#define F(f) REG_FIELD(Pl011State, f)

static const RegDef pl011_regs[] = {
    REG32("UARTDR", 0x000, REG_RW, .flags = REG_READ_EFFECT, REG_NO_FIELD, .read = read_dr,
          .write = write_dr),
    REG32("UARTRSR", 0x004, REG_RW, F(rsr), .write = write_ecr),
    REG32("UARTFR", 0x018, REG_RO, REG_NO_FIELD, .reset = FR_TXFE | FR_RXFE, .read = read_fr),
    REG32("UARTILPR", 0x020, REG_RW, F(ilpr), .write_mask = 0xff),
    REG32("UARTIBRD", 0x024, REG_RW, F(ibrd), .write_mask = 0xffff),
    REG32("UARTFBRD", 0x028, REG_RW, F(fbrd), .write_mask = 0x3f),
    REG32("UARTLCR_H", 0x02c, REG_RW, F(lcr_h), .write_mask = 0xff, .write = write_lcr_h),
    REG32("UARTCR", 0x030, REG_RW, F(cr), .reset = CR_RXE | CR_TXE, .write_mask = 0xff87,
          .written = rx_settings_written),
    REG32("UARTIFLS", 0x034, REG_RW, F(ifls), .reset = 0x12, .write_mask = 0x3f,
          .written = rx_settings_written),
    REG32("UARTIMSC", 0x038, REG_RW, F(imsc), .write_mask = 0x7ff, .written = irq_settings_written),
    REG32("UARTRIS", 0x03c, REG_RO, .flags = REG_VOLATILE, F(ris)),
    REG32("UARTMIS", 0x040, REG_RO, REG_NO_FIELD, .read = read_mis),
    REG32("UARTICR", 0x044, REG_WO, REG_NO_FIELD, .write = write_icr),
    REG32("UARTDMACR", 0x048, REG_RW, F(dmacr), .write_mask = 0x7),
    REG_PRIMECELL_IDS("UART", 0x011, 0x14, 0x00),
};

static const RegBlock pl011_block = {
    .name = "pl011",
    .size = 0x1000,
    .regs = pl011_regs,
    .n = G_N_ELEMENTS(pl011_regs),
};

/* ---- backend */

static size_t pl011_can_receive(void *opaque)
{
    const Pl011State *s = opaque;

    return s->cr & CR_RXE && s->fifo_count < fifo_depth(s) ? fifo_depth(s) - s->fifo_count : 0;
}

static void pl011_receive(void *opaque, const uint8_t *buf, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        rx_put(opaque, buf[i]);
    }
}

static void pl011_event(void *opaque, ChardevEvent event)
{
    Pl011State *s = opaque;

    if (event == CHARDEV_BREAK && !(s->cr & CR_LBE)) {
        s->ris |= INT_BE;
        rx_put(s, DR_BE);
    }
}

static void pl011_change(void *opaque, Chardev *to)
{
    Pl011State *s = opaque;

    object_ref((Object *)to);
    object_unref(s->chardev);
    s->chardev = (Object *)to;
}

static const ChardevHandlers pl011_handlers = {
    .can_receive = pl011_can_receive,
    .receive = pl011_receive,
    .event = pl011_event,
    .change = pl011_change,
};

/* ---- device */

static void pl011_reset(Device *dev)
{
    Pl011State *s = (Pl011State *)dev;

    s->fifo_first = s->fifo_count = 0;
    update_irq(s);
}

static void pl011_hash(Device *dev, StateHash *h)
{
    const Pl011State *s = (Pl011State *)dev;

    state_hash_u64(h, s->fifo_count);
    for (unsigned i = 0; i < s->fifo_count; i++) {
        state_hash_u64(h, s->fifo[(s->fifo_first + i) % FIFO_DEPTH]);
    }
}

static bool pl011_realize(Device *dev, Error **errp)
{
    Pl011State *s = (Pl011State *)dev;

    return !s->chardev || chardev_attach(backend(s), &pl011_handlers, s, errp);
}

static void pl011_unrealize(Device *dev)
{
    Pl011State *s = (Pl011State *)dev;

    if (s->chardev) {
        chardev_detach_front_end(backend(s), s);
    }
}

static void pl011_init(Object *obj)
{
    Pl011State *s = (Pl011State *)obj;

    reg_bank_init(&s->bank, &s->dev, &pl011_block, s);
    device_add_outputs(&s->dev, "", s->irq, G_N_ELEMENTS(s->irq));
}

static void pl011_fdt_node(Device *dev, FdtBuilder *fdt, const FdtPlace *place)
{
    g_autofree char *path = g_strdup_printf("/pl011@%" PRIx64, place->addr);

    fdt_node(fdt, path);
    fdt_prop_strs(fdt, path, "compatible", "arm,pl011", "arm,primecell", NULL);
    fdt_prop_reg(fdt, path, 1, place->addr, place->size);
    fdt_prop_cells(fdt, path, "interrupts", 3, 0u, place->irq, 4u);
    fdt_prop_cells(fdt, path, "clocks", 2, place->clock, place->clock);
    fdt_prop_strs(fdt, path, "clock-names", "uartclk", "apb_pclk", NULL);
}

static const Property pl011_props[] = {
    DEFINE_PROP_LINK("chardev", Pl011State, chardev, TYPE_CHARDEV),
    DEFINE_PROP_END(),
};

static void pl011_class_init(ObjectClass *klass, const void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "Arm PrimeCell UART";
    dc->fdt_node = pl011_fdt_node;
    dc->realize = pl011_realize;
    dc->unrealize = pl011_unrealize;
    dc->reset = pl011_reset;
    dc->hash = pl011_hash;
}

static const TypeInfo pl011_types[] = {
    {.name = TYPE_PL011,
     .parent = TYPE_SYS_BUS_DEVICE,
     .instance_size = sizeof(Pl011State),
     .class_size = sizeof(DeviceClass),
     .instance_init = pl011_init,
     .properties = pl011_props,
     .class_init = pl011_class_init},
};
DEFINE_TYPES(pl011_types);
