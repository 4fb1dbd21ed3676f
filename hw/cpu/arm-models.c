/* SPDX-License-Identifier: MIT */
/* CPU models: what the identification registers of each say, and the features that follow.
 *
 * Cortex values are those of the Technical Reference Manuals (DDI 0500, 0488, 100095), less what
 * is not there to be used: AArch32 state, mixed endianness, EL2, EL3. `max` claims what the
 * instruction table and the MMU implement, and nothing else. */
#include "hw/cpu/arm-internal.h"

/* Value v in the 4-bit field that starts at bit `shift`. */
#define F(v, shift) ((uint64_t)(v) << (shift))

/* ID_AA64PFR0: EL0 and EL1 in AArch64 only; FP and AdvSIMD present (0). */
#define PFR0_A64_ONLY (F(1, 0) | F(1, 4))
/* ID_AA64DFR0: Armv8 debug, 6 breakpoints, 4 watchpoints, 2 context-aware; PMUv3. */
#define DFR0_CORTEX (F(6, 0) | F(1, 8) | F(5, 12) | F(3, 20) | F(1, 28))
/* ID_AA64ISAR0: AES with PMULL, SHA1, SHA256, CRC32. */
#define ISAR0_CORTEX (F(2, 4) | F(1, 8) | F(1, 12) | F(1, 16))
/* ID_AA64MMFR0 less PARange: 16-bit ASIDs, secure memory told apart; 4K and 64K granules. */
#define MMFR0_CORTEX (F(2, 4) | F(1, 12))
#define CLIDR_L1_L2  0x0a200023u
#define DCZID_64     4u

/* ---- max: one line a feature, so that claims are easy to trim */

#define MAX_PFR0                                                                            \
    (PFR0_A64_ONLY | F(1, 16) /* FP16 */                                                    \
     | F(1, 20)               /* FP16 in AdvSIMD */                                         \
     | F(1, 48)               /* DIT */                                                     \
     | F(3, 56)               /* CSV2_3: no speculation, nothing trained across contexts */ \
     | F(1, 60))              /* CSV3 */
#define MAX_PFR1 F(2, 4)      /* SSBS and its MSR, MRS */
#define MAX_ISAR0                \
    (F(2, 4)    /* AES, PMULL */ \
     | F(1, 8)  /* SHA1 */       \
     | F(1, 12) /* SHA256 */     \
     | F(1, 16) /* CRC32 */      \
     | F(2, 20) /* LSE */        \
     | F(1, 28) /* RDM */        \
     | F(1, 44) /* DotProd */    \
     | F(1, 52) /* FlagM */      \
     | F(2, 56) /* TLBI of ranges and of the outer shareable domain */)
#define MAX_ISAR1             \
    (F(1, 0)    /* DPB */     \
     | F(1, 12) /* JSCVT */   \
     | F(1, 16) /* FCMA */    \
     | F(1, 20) /* LRCPC */   \
     | F(1, 32) /* FRINTTS */ \
     | F(1, 36) /* SB */)
#define MAX_MMFR0                              \
    (F(5, 0)   /* 48-bit physical addresses */ \
     | F(2, 4) /* 16-bit ASIDs */              \
     | F(1, 20) /* 16K granule */)
#define MAX_MMFR1                                              \
    (F(2, 0)    /* hardware access flag and dirty state */     \
     | F(2, 4)  /* 16-bit VMIDs */                             \
     | F(1, 8)  /* VHE */                                      \
     | F(1, 12) /* hierarchical permissions can be disabled */ \
     | F(1, 16) /* limited ordering regions */                 \
     | F(2, 20) /* PAN and AT S1E1xP */)
#define MAX_MMFR2                                    \
    (F(1, 0)   /* common not private translations */ \
     | F(1, 4) /* UAO */                             \
     | F(1, 60) /* E0PD */)
/* DIC and IDC: instruction fetch sees every store, no maintenance needed. */
#define MAX_CTR (0x8444c004u | 1u << 28 | 1u << 29)

const ArmModel arm_models[] = {
    {
        .name = "cortex-a53",
        .desc = "Arm Cortex-A53 (Armv8.0-A)",
        .device_tree = "arm,cortex-a53",
        .id = {.midr = 0x410fd034,
               .id_aa64pfr0 = PFR0_A64_ONLY,
               .id_aa64dfr0 = DFR0_CORTEX,
               .id_aa64isar0 = ISAR0_CORTEX,
               .id_aa64mmfr0 = MMFR0_CORTEX | F(2, 0),
               .ctr = 0x84448004,
               .clidr = CLIDR_L1_L2,
               .dczid = DCZID_64,
               .ccsidr = {0x700fe01a, 0x201fe00a, 0x707fe07a}},
    },
    {
        .name = "cortex-a57",
        .desc = "Arm Cortex-A57 (Armv8.0-A)",
        .device_tree = "arm,cortex-a57",
        .id = {.midr = 0x411fd070,
               .id_aa64pfr0 = PFR0_A64_ONLY,
               .id_aa64dfr0 = DFR0_CORTEX,
               .id_aa64isar0 = ISAR0_CORTEX,
               .id_aa64mmfr0 = MMFR0_CORTEX | F(4, 0),
               .ctr = 0x8444c004,
               .clidr = CLIDR_L1_L2,
               .dczid = DCZID_64,
               .ccsidr = {0x701fe00a, 0x201fe012, 0x70ffe07a}},
    },
    {
        .name = "cortex-a72",
        .desc = "Arm Cortex-A72 (Armv8.0-A)",
        .device_tree = "arm,cortex-a72",
        .id = {.midr = 0x410fd083,
               .id_aa64pfr0 = PFR0_A64_ONLY,
               .id_aa64dfr0 = DFR0_CORTEX,
               .id_aa64isar0 = ISAR0_CORTEX,
               .id_aa64mmfr0 = MMFR0_CORTEX | F(4, 0),
               .ctr = 0x8444c004,
               .clidr = CLIDR_L1_L2,
               .dczid = DCZID_64,
               .ccsidr = {0x701fe00a, 0x201fe012, 0x707fe07a}},
    },
    {
        .name = "max",
        .desc = "Every feature of Poise's CPU",
        .device_tree = "arm,armv8",
        .id = {.midr = 0x000f0510,
               .id_aa64pfr0 = MAX_PFR0,
               .id_aa64pfr1 = MAX_PFR1,
               .id_aa64dfr0 = DFR0_CORTEX,
               .id_aa64isar0 = MAX_ISAR0,
               .id_aa64isar1 = MAX_ISAR1,
               .id_aa64mmfr0 = MAX_MMFR0,
               .id_aa64mmfr1 = MAX_MMFR1,
               .id_aa64mmfr2 = MAX_MMFR2,
               .ctr = MAX_CTR,
               .clidr = 0x02000023,
               .dczid = DCZID_64,
               .ccsidr = {0x701fe00a, 0x201fe012, 0x70ffe07a}},
    },
};
const size_t arm_models_count = G_N_ELEMENTS(arm_models);

/* A feature is there when a 4-bit field of an identification register is at least `min`.
 * Fields where 0xf means "absent" are signed. */
typedef struct FeatureRule {
    uint8_t feature; /* ArmFeature */
    uint8_t shift, min;
    bool is_signed;
    uint16_t reg; /* offset in ArmIdRegs */
} FeatureRule;

#define RULE(f, r, s, m)                                  \
    {                                                     \
        ARM_FEAT_##f, s, m, false, offsetof(ArmIdRegs, r) \
    }
#define RULE_S(f, r, s, m)                               \
    {                                                    \
        ARM_FEAT_##f, s, m, true, offsetof(ArmIdRegs, r) \
    }

static const FeatureRule feature_rules[] = {
    RULE_S(FP, id_aa64pfr0, 16, 0),     RULE_S(FP16, id_aa64pfr0, 16, 1),
    RULE(RAS, id_aa64pfr0, 28, 1),      RULE(DIT, id_aa64pfr0, 48, 1),
    RULE(BTI, id_aa64pfr1, 0, 1),       RULE(SSBS, id_aa64pfr1, 4, 1),
    RULE(AES, id_aa64isar0, 4, 1),      RULE(PMULL, id_aa64isar0, 4, 2),
    RULE(SHA1, id_aa64isar0, 8, 1),     RULE(SHA256, id_aa64isar0, 12, 1),
    RULE(SHA512, id_aa64isar0, 12, 2),  RULE(CRC32, id_aa64isar0, 16, 1),
    RULE(LSE, id_aa64isar0, 20, 2),     RULE(RDM, id_aa64isar0, 28, 1),
    RULE(SHA3, id_aa64isar0, 32, 1),    RULE(SM3, id_aa64isar0, 36, 1),
    RULE(SM4, id_aa64isar0, 40, 1),     RULE(DOTPROD, id_aa64isar0, 44, 1),
    RULE(FHM, id_aa64isar0, 48, 1),     RULE(FLAGM, id_aa64isar0, 52, 1),
    RULE(FLAGM2, id_aa64isar0, 52, 2),  RULE(RNG, id_aa64isar0, 60, 1),
    RULE(DPB, id_aa64isar1, 0, 1),      RULE(DPB2, id_aa64isar1, 0, 2),
    RULE(PAUTH, id_aa64isar1, 4, 1),    RULE(PAUTH, id_aa64isar1, 8, 1),
    RULE(JSCVT, id_aa64isar1, 12, 1),   RULE(FCMA, id_aa64isar1, 16, 1),
    RULE(LRCPC, id_aa64isar1, 20, 1),   RULE(LRCPC2, id_aa64isar1, 20, 2),
    RULE(FRINTTS, id_aa64isar1, 32, 1), RULE(SB, id_aa64isar1, 36, 1),
    RULE(BF16, id_aa64isar1, 44, 1),    RULE(I8MM, id_aa64isar1, 52, 1),
    RULE(VHE, id_aa64mmfr1, 8, 1),      RULE(LOR, id_aa64mmfr1, 16, 1),
    RULE(PAN, id_aa64mmfr1, 20, 1),     RULE(UAO, id_aa64mmfr2, 4, 1),
};

void arm_features_derive(ArmCpu *cpu)
{
    cpu->isa_features = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(feature_rules); i++) {
        const FeatureRule *r = &feature_rules[i];
        uint64_t reg = *(const uint64_t *)((const char *)&cpu->id + r->reg);
        int64_t field =
            r->is_signed ? sextract64(reg, r->shift, 4) : (int64_t)extract64(reg, r->shift, 4);

        if (field >= r->min) {
            cpu->isa_features |= BIT64(r->feature);
        }
    }
}
