/* SPDX-License-Identifier: MIT */
/* The ITS's commands (IHI 0069 5.3). One that is wrong is skipped, as the architecture allows; a
 * queue that cannot be read stalls until software says to try again. */
#include "hw/intc/arm-gicv3-its.h"

#include "util/bits.h"
#include "util/log.h"

#include <inttypes.h>

enum {
    CMD_MOVI = 0x01,
    CMD_INT = 0x03,
    CMD_CLEAR = 0x04,
    CMD_SYNC = 0x05,
    CMD_MAPD = 0x08,
    CMD_MAPC = 0x09,
    CMD_MAPTI = 0x0a,
    CMD_MAPI = 0x0b,
    CMD_INV = 0x0c,
    CMD_INVALL = 0x0d,
    CMD_MOVALL = 0x0e,
    CMD_DISCARD = 0x0f,

    /* How much is done at a time, in single commands; some go through all LPIs of a CPU. */
    BUDGET = 1024,
    COST_ALL = 64,
    PAUSE_NS = 1000,
};
#define VALID        BIT64(63)
#define CBASER_VALID BIT64(63)

/* Four words of eight bytes. */
typedef struct Command {
    uint64_t word[4];
} Command;

static uint32_t device_of(const Command *c)
{
    return (uint32_t)(c->word[0] >> 32);
}

static uint32_t event_of(const Command *c)
{
    return (uint32_t)c->word[1];
}

static uint32_t collection_of(const Command *c)
{
    return c->word[2] & 0xffff;
}

/* The redistributor that a word names by its processor number; NULL: there is none. */
static GicV3Cpu *redistributor(const ArmGicV3Its *s, uint64_t word)
{
    ArmGicV3 *gic = its_gic(s);
    uint64_t n = extract64(word, 16, 35);

    return n < gic->num_cpu ? &gic->cpus[n] : NULL;
}

/* What an event of a device is mapped to, all the way to a CPU. */
typedef struct Mapping {
    ItsDevice device;
    ItsEvent event;
    GicV3Cpu *cpu;
} Mapping;

static bool find_mapping(const ArmGicV3Its *s, uint32_t device, uint32_t event, Mapping *m)
{
    if (!its_device_get(s, device, &m->device) || !its_event_get(s, &m->device, event, &m->event)) {
        return false;
    }
    m->cpu = its_collection_get(s, m->event.collection);
    return m->cpu != NULL;
}

/* ---- commands: false is one that was wrong */

static bool run_mapd(ArmGicV3Its *s, const Command *c)
{
    ItsDevice device = {c->word[2] & MASK64(44) << 8, (unsigned)(c->word[1] & 31) + 1};

    if (!(c->word[2] & VALID)) {
        return its_device_set(s, device_of(c), NULL);
    }
    return device.event_bits <= ITS_ID_BITS && its_device_set(s, device_of(c), &device);
}

static bool run_mapc(ArmGicV3Its *s, const Command *c)
{
    const GicV3Cpu *cpu = redistributor(s, c->word[2]);

    if (!(c->word[2] & VALID)) {
        return its_collection_set(s, collection_of(c), NULL);
    }
    return cpu && its_collection_set(s, collection_of(c), cpu);
}

static bool run_map_event(ArmGicV3Its *s, const Command *c, uint32_t irq)
{
    ItsEvent event = {irq, (uint16_t)collection_of(c)};
    ItsDevice device;

    return irq >= GIC_FIRST_LPI && irq < BIT(GICV3_ID_BITS) &&
           its_device_get(s, device_of(c), &device) &&
           its_event_set(s, &device, event_of(c), &event);
}

static bool run_movi(ArmGicV3Its *s, const Command *c) REQUIRES(vm_lock)
{
    GicV3Cpu *to = its_collection_get(s, collection_of(c));
    Mapping m;

    if (!to || !find_mapping(s, device_of(c), event_of(c), &m)) {
        return false;
    }
    m.event.collection = (uint16_t)collection_of(c);
    if (!its_event_set(s, &m.device, event_of(c), &m.event)) {
        return false;
    }
    arm_gicv3_lpi_move(m.cpu, to, m.event.irq);
    return true;
}

static bool run_movall(ArmGicV3Its *s, const Command *c) REQUIRES(vm_lock)
{
    GicV3Cpu *from = redistributor(s, c->word[2]), *to = redistributor(s, c->word[3]);

    if (!from || !to) {
        return false;
    }
    arm_gicv3_lpi_move(from, to, 0);
    return true;
}

/* Those about one mapped event. */
static bool run_on_event(ArmGicV3Its *s, const Command *c) REQUIRES(vm_lock)
{
    Mapping m;

    if (!find_mapping(s, device_of(c), event_of(c), &m)) {
        return false;
    }
    switch (c->word[0] & 0xff) {
    case CMD_INT:
        arm_gicv3_lpi_set(m.cpu, m.event.irq, true);
        return true;
    case CMD_INV:
        arm_gicv3_lpi_invalidate(m.cpu, m.event.irq);
        return true;
    case CMD_DISCARD:
        arm_gicv3_lpi_set(m.cpu, m.event.irq, false);
        return its_event_set(s, &m.device, event_of(c), NULL);
    default: /* CMD_CLEAR */
        arm_gicv3_lpi_set(m.cpu, m.event.irq, false);
        return true;
    }
}

static bool run_invall(ArmGicV3Its *s, const Command *c) REQUIRES(vm_lock)
{
    GicV3Cpu *cpu = its_collection_get(s, collection_of(c));

    if (!cpu) {
        return false;
    }
    arm_gicv3_lpi_invalidate(cpu, 0);
    return true;
}

static bool run_one(ArmGicV3Its *s, const Command *c) REQUIRES(vm_lock)
{
    switch (c->word[0] & 0xff) {
    case CMD_MAPD:
        return run_mapd(s, c);
    case CMD_MAPC:
        return run_mapc(s, c);
    case CMD_MAPTI:
        return run_map_event(s, c, (uint32_t)(c->word[1] >> 32));
    case CMD_MAPI:
        return run_map_event(s, c, event_of(c));
    case CMD_MOVI:
        return run_movi(s, c);
    case CMD_MOVALL:
        return run_movall(s, c);
    case CMD_INT:
    case CMD_CLEAR:
    case CMD_INV:
    case CMD_DISCARD:
        return run_on_event(s, c);
    case CMD_INVALL:
        return run_invall(s, c);
    case CMD_SYNC:
        return redistributor(s, c->word[2]) != NULL; /* everything is done in order */
    default:
        return false;
    }
}

/* ---- the queue */

static int cost_of(const Command *c)
{
    unsigned code = c->word[0] & 0xff;

    return code == CMD_INVALL || code == CMD_MOVALL || code == CMD_INV ? COST_ALL : 1;
}

static uint64_t queue_size(const ArmGicV3Its *s)
{
    return (extract64(s->cbaser, 0, 8) + 1) * 0x1000;
}

static bool read_command(const ArmGicV3Its *s, Command *c)
{
    uint64_t base = s->cbaser & MASK64(40) << 12;
    uint8_t raw[ITS_COMMAND_SIZE];

    if (!arm_gicv3_ram_read(its_gic(s), base + s->creadr, raw, sizeof(raw))) {
        return false;
    }
    for (unsigned i = 0; i < 4; i++) {
        c->word[i] = ld_le(raw + 8 * i, 8);
    }
    return true;
}

static bool has_command(const ArmGicV3Its *s)
{
    return (s->ctlr & ITS_CTLR_ENABLED) && (s->cbaser & CBASER_VALID) &&
           !(s->creadr & ITS_CREADR_STALLED) && s->cwriter < queue_size(s) &&
           s->creadr != s->cwriter;
}

void its_run_commands(ArmGicV3Its *s)
{
    int budget = BUDGET;
    Command c;

    while (has_command(s) && budget > 0) {
        if (!read_command(s, &c)) {
            guest_error("arm-gicv3-its: command queue at 0x%" PRIx64 " is not in RAM", s->cbaser);
            s->creadr |= ITS_CREADR_STALLED;
            return;
        }
        if (!run_one(s, &c)) {
            guest_error("arm-gicv3-its: command 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64
                        " 0x%" PRIx64 " is wrong",
                        c.word[0], c.word[1], c.word[2], c.word[3]);
        }
        budget -= cost_of(&c);
        s->creadr = (s->creadr + ITS_COMMAND_SIZE) % queue_size(s);
    }
    if (has_command(s)) {
        timer_mod(&s->more, clock_now_ns(CLOCK_TYPE_VIRTUAL) + PAUSE_NS);
    }
}

void its_translate(ArmGicV3Its *s, uint32_t device, uint32_t event)
{
    Mapping m;

    if (!(s->ctlr & ITS_CTLR_ENABLED)) {
        return;
    }
    if (!find_mapping(s, device, event, &m)) {
        guest_error("arm-gicv3-its: event %u of device 0x%x is not mapped", event, device);
        return;
    }
    arm_gicv3_lpi_set(m.cpu, m.event.irq, true);
}
