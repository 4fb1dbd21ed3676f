/* SPDX-License-Identifier: MIT */
/* GICv3 interrupt translation service: a device's number and an event's make an LPI. */
#ifndef HW_INTC_ARM_GICV3_ITS_H
#define HW_INTC_ARM_GICV3_ITS_H

#include "hw/core/reg.h"
#include "hw/intc/arm-gicv3.h"
#include "softmmu/clock.h"

#define TYPE_ARM_GICV3_ITS "arm-gicv3-its"

enum {
    ITS_TRANSLATER = 0x40, /* in the translation frame */
    ITS_BASERS = 8,
    ITS_ENTRY_SIZE = 8, /* of every table */
    ITS_COMMAND_SIZE = 32,
    ITS_ID_BITS = 16, /* of DeviceIDs, EventIDs and collections */

    ITS_CTLR_ENABLED = 1,
    ITS_CREADR_STALLED = 1,
    ITS_CWRITER_RETRY = 1,
};

/* GITS_BASERn in use: what it has the entries of. */
typedef enum ItsTable { ITS_DEVICES, ITS_COLLECTIONS } ItsTable;

typedef struct ArmGicV3Its {
    Device dev;
    MemoryRegion frames, translation;
    RegBank control;
    Object *parent; /* property parent-gicv3 */
    uint32_t ctlr;
    uint64_t cbaser, cwriter, creadr, baser[ITS_BASERS];
    Timer more; /* commands are left */
} ArmGicV3Its;

#define ARM_GICV3_ITS(obj) OBJECT_CHECK(ArmGicV3Its, obj, TYPE_ARM_GICV3_ITS)

static inline ArmGicV3 *its_gic(const ArmGicV3Its *s)
{
    return ARM_GICV3(s->parent);
}

/* arm-gicv3-its-tables.c: tables in guest memory. Everything read from them is checked. */
typedef struct ItsDevice {
    uint64_t itt; /* address of its interrupt translation table */
    unsigned event_bits;
} ItsDevice;
typedef struct ItsEvent {
    uint32_t irq; /* GIC_FIRST_LPI and on */
    uint16_t collection;
} ItsEvent;
/* False: not mapped, or not in RAM. */
bool its_device_get(const ArmGicV3Its *s, uint32_t device, ItsDevice *ret);
bool its_event_get(const ArmGicV3Its *s, const ItsDevice *device, uint32_t event, ItsEvent *ret);
/* The CPU that a collection's LPIs go to; NULL: not mapped. */
GicV3Cpu *its_collection_get(const ArmGicV3Its *s, uint32_t collection);
/* NULL unmaps. False: there is no place for it. */
bool its_device_set(const ArmGicV3Its *s, uint32_t device, const ItsDevice *to);
bool its_event_set(const ArmGicV3Its *s, const ItsDevice *device, uint32_t event,
                   const ItsEvent *to);
bool its_collection_set(const ArmGicV3Its *s, uint32_t collection, const GicV3Cpu *to);

/* arm-gicv3-its-commands.c */
/* An event of a device, as a write to GITS_TRANSLATER or an INT command says. */
void its_translate(ArmGicV3Its *s, uint32_t device, uint32_t event) REQUIRES(vm_lock);
/* Carries out what is in the queue, up to a bound; then goes on a little later. */
void its_run_commands(ArmGicV3Its *s) REQUIRES(vm_lock);

#endif
