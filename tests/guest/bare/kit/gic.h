/* SPDX-License-Identifier: MIT */
/* Registers of the GIC suites, and what all of them do with them. */
#ifndef BARE_GIC_H
#define BARE_GIC_H

#include "kit/bare.h"

#define ICC_PMR        S3_0_C4_C6_0
#define ICC_IAR0       S3_0_C12_C8_0
#define ICC_EOIR0      S3_0_C12_C8_1
#define ICC_HPPIR0     S3_0_C12_C8_2
#define ICC_BPR0       S3_0_C12_C8_3
#define ICC_AP0R0      S3_0_C12_C8_4
#define ICC_AP1R0      S3_0_C12_C9_0
#define ICC_DIR        S3_0_C12_C11_1
#define ICC_RPR        S3_0_C12_C11_3
#define ICC_SGI1R      S3_0_C12_C11_5
#define ICC_ASGI1R     S3_0_C12_C11_6
#define ICC_SGI0R      S3_0_C12_C11_7
#define ICC_IAR1       S3_0_C12_C12_0
#define ICC_EOIR1      S3_0_C12_C12_1
#define ICC_HPPIR1     S3_0_C12_C12_2
#define ICC_BPR1       S3_0_C12_C12_3
#define ICC_CTLR       S3_0_C12_C12_4
#define ICC_SRE        S3_0_C12_C12_5
#define ICC_IGRPEN0    S3_0_C12_C12_6
#define ICC_IGRPEN1    S3_0_C12_C12_7
#define ICC_SRE_EL2    S3_4_C12_C9_5
#define ICC_CTLR_EL3   S3_6_C12_C12_4
#define ICC_SRE_EL3    S3_6_C12_C12_5
#define ICC_IGRPEN_EL3 S3_6_C12_C12_7
#define ICH_AP0R0      S3_4_C12_C8_0
#define ICH_AP1R0      S3_4_C12_C9_0
#define ICH_HCR        S3_4_C12_C11_0
#define ICH_VTR        S3_4_C12_C11_1
#define ICH_MISR       S3_4_C12_C11_2
#define ICH_EISR       S3_4_C12_C11_3
#define ICH_ELRSR      S3_4_C12_C11_5
#define ICH_VMCR       S3_4_C12_C11_7
#define ICH_LR0        S3_4_C12_C12_0
#define ICH_LR1        S3_4_C12_C12_1
#define ICH_LR2        S3_4_C12_C12_2
#define ICH_LR3        S3_4_C12_C12_3
/* A level of names, so that rd(X(ICC_PMR)) knows them. */
#define RD(reg)        rd(reg)
#define WR(reg, value) wr(reg, value)

enum {
    SPURIOUS = 1023,
    /* The CPU interface of GICv2. */
    C_CTLR = GICC + 0x00,
    C_PMR = GICC + 0x04,
    C_BPR = GICC + 0x08,
    C_IAR = GICC + 0x0c,
    C_EOIR = GICC + 0x10,
    C_RPR = GICC + 0x14,
    C_HPPIR = GICC + 0x18,
    C_ABPR = GICC + 0x1c,
    C_AIAR = GICC + 0x20,
    C_AEOIR = GICC + 0x24,
    C_DIR = GICC + 0x1000,
    RD_BASE = GICR,
    SGI_BASE = GICR + 0x10000,
    /* Offsets of banked registers, in GICD and SGI_BASE. */
    CTLR = 0x000,
    TYPER = 0x004,
    IGROUPR = 0x080,
    ISENABLER = 0x100,
    ICENABLER = 0x180,
    ISPENDR = 0x200,
    ICPENDR = 0x280,
    ISACTIVER = 0x300,
    ICACTIVER = 0x380,
    IPRIORITYR = 0x400,
    ITARGETSR = 0x800,
    ICFGR = 0xc00,
    IGRPMODR = 0xd00,
    NSACR = 0xe00,
    IROUTER = 0x6000,
    PIDR2 = 0xffe8,
    WAKER = 0x014,
};

static inline void wr8(uintptr_t addr, uint8_t v)
{
    *(volatile uint8_t *)addr = v;
}
static inline uint8_t rd8(uintptr_t addr)
{
    return *(volatile uint8_t *)addr;
}
static inline uint32_t bit_of(uintptr_t base, unsigned irq)
{
    return rd32(base + irq / 32 * 4) >> (irq % 32) & 1;
}
static inline void set_bit(uintptr_t base, unsigned irq)
{
    wr32(base + irq / 32 * 4, 1u << irq % 32);
}

#endif
