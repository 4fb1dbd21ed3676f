/* SPDX-License-Identifier: MIT */
/* CPU models: what the identification registers of each say, and the features that follow.
 *
 * Values of real CPUs are those of their Technical Reference Manuals (DDI 0500, 0488, 100095,
 * 100236, 100442, 100616, 100798), less what is not there to be used: AArch32 state, mixed
 * endianness, RAS. `max` claims what the instruction table and the MMU implement, and nothing else.
 * EL2, EL3 and the PMU are properties. */
#include "hw/cpu/arm-internal.h"

/* Value v in the 4-bit field that starts at bit `shift`. */
#define F(v, shift) ((uint64_t)(v) << (shift))

/* ID_AA64PFR0: EL0 and EL1 in AArch64 only; FP and AdvSIMD present (0). */
#define PFR0_A64_ONLY (F(1, 0) | F(1, 4))
/* ID_AA64DFR0: 6 breakpoints, 4 watchpoints, 2 context-aware; PMUv3; Armv8 debug, that of Armv8.2
 * with the contexts of VHE. */
#define DFR0_COMMON (F(1, 8) | F(5, 12) | F(3, 20) | F(1, 28))
#define DFR0_CORTEX (F(6, 0) | DFR0_COMMON)
#define DFR0_V82    (F(8, 0) | DFR0_COMMON)
/* ID_AA64ISAR0: AES with PMULL, SHA1, SHA256, CRC32. */
#define ISAR0_CORTEX (F(2, 4) | F(1, 8) | F(1, 12) | F(1, 16))
/* ID_AA64MMFR0 less PARange: 16-bit ASIDs, secure memory told apart; 4K and 64K granules. */
#define MMFR0_CORTEX (F(2, 4) | F(1, 12))
#define CLIDR_L1_L2  0x0a200023u
#define DCZID_64     4u

/* What Cortex-A55, Cortex-A76 and Neoverse N1 (Armv8.2-A) have in common. */
#define PFR0_V82                                                                      \
    (PFR0_A64_ONLY | F(1, 16) | F(1, 20) | F(1, 56) | F(1, 60))   /* FP16, CSV2, CSV3 \
                                                                   */
#define ISAR0_V82 (ISAR0_CORTEX | F(2, 20) | F(1, 28) | F(1, 44)) /* LSE, RDM, DotProd */
#define ISAR1_V82 (F(1, 0) | F(1, 20))                            /* DPB, LRCPC */
#define MMFR0_V82 (MMFR0_CORTEX | F(1, 20))                       /* 16K granule */
/* HAFDBS, 16-bit VMIDs, VHE, HPD, LOR, PAN2, XNX */
#define MMFR1_V82 (F(2, 0) | F(2, 4) | F(1, 8) | F(1, 12) | F(1, 16) | F(2, 20) | F(1, 28))
#define MMFR2_V82 (F(1, 0) | F(1, 4)) /* CnP, UAO */
#define CLIDR_V82 0x82000023u

/* ---- max: one line a feature, so that claims are easy to trim */

#define MAX_PFR0                                                                            \
    (PFR0_A64_ONLY | F(1, 16) /* FP16 */                                                    \
     | F(1, 20)               /* FP16 in AdvSIMD */                                         \
     | F(1, 48)               /* DIT */                                                     \
     | F(3, 56)               /* CSV2_3: no speculation, nothing trained across contexts */ \
     | F(1, 60))              /* CSV3 */
#define MAX_PFR1       \
    (F(1, 0) /* BTI */ \
     | F(2, 4) /* SSBS and its MSR, MRS */)
#define MAX_ISAR0                                                      \
    (F(2, 4)    /* AES, PMULL */                                       \
     | F(1, 8)  /* SHA1 */                                             \
     | F(2, 12) /* SHA256, SHA512 */                                   \
     | F(1, 16) /* CRC32 */                                            \
     | F(2, 20) /* LSE */                                              \
     | F(1, 28) /* RDM */                                              \
     | F(1, 32) /* SHA3 */                                             \
     | F(1, 36) /* SM3 */                                              \
     | F(1, 40) /* SM4 */                                              \
     | F(1, 44) /* DotProd */                                          \
     | F(1, 48) /* FHM */                                              \
     | F(2, 52) /* FlagM2 */                                           \
     | F(2, 56) /* TLBI of ranges and of the outer shareable domain */ \
     | F(1, 60) /* RNDR */)
#define MAX_ISAR1                                    \
    (F(2, 0)    /* DPB2 */                           \
     | F(1, 4)  /* address authentication: QARMA5 */ \
     | F(1, 12) /* JSCVT */                          \
     | F(1, 16) /* FCMA */                           \
     | F(2, 20) /* LRCPC2 */                         \
     | F(1, 24) /* generic authentication: QARMA5 */ \
     | F(1, 32) /* FRINTTS */                        \
     | F(1, 36) /* SB */                             \
     | F(1, 48) /* DGH, a hint */                    \
     | F(1, 52) /* I8MM */)
#define MAX_MMFR0                               \
    (F(5, 0)    /* 48-bit physical addresses */ \
     | F(2, 4)  /* 16-bit ASIDs */              \
     | F(1, 12) /* Secure memory told apart */  \
     | F(1, 20) /* 16K granule */)
#define MAX_MMFR1                                              \
    (F(2, 0)    /* hardware access flag and dirty state */     \
     | F(2, 4)  /* 16-bit VMIDs */                             \
     | F(1, 8)  /* VHE */                                      \
     | F(1, 12) /* hierarchical permissions can be disabled */ \
     | F(1, 16) /* limited ordering regions */                 \
     | F(2, 20) /* PAN and AT S1E1xP */                        \
     | F(1, 28) /* execute-never by level at stage 2 */        \
     | F(1, 36) /* enhanced translation synchronization */)
#define MAX_MMFR2                                     \
    (F(1, 0)    /* common not private translations */ \
     | F(1, 4)  /* UAO */                             \
     | F(1, 28) /* small translation tables */        \
     | F(1, 40) /* stage 2 forces memory types */     \
     | F(1, 48) /* level hints of TLBI */             \
     | F(2, 52) /* blocks may change size */          \
     | F(1, 60) /* E0PD */)
/* DIC and IDC: instruction fetch sees every store, no maintenance needed. */
#define MAX_CTR (0x8444c004u | 1u << 28 | 1u << 29)

static const Property max_properties[] = {
    DEFINE_PROP_BOOL("pauth", ArmCpu, has_pauth, true),
    DEFINE_PROP_BOOL("pauth-impdef", ArmCpu, pauth_impdef, false),
    DEFINE_PROP_END(),
};

const ArmModel arm_models[] = {
    {
        .name = "cortex-a35",
        .desc = "Arm Cortex-A35 (Armv8.0-A)",
        .device_tree = "arm,cortex-a35",
        .id = {.midr = 0x411fd040,
               .id_aa64pfr0 = PFR0_A64_ONLY,
               .id_aa64dfr0 = DFR0_CORTEX,
               .id_aa64isar0 = ISAR0_CORTEX,
               .id_aa64mmfr0 = MMFR0_CORTEX | F(1, 20) | F(2, 0),
               .ctr = 0x84448004,
               .clidr = CLIDR_L1_L2,
               .dczid = DCZID_64,
               .ccsidr = {0x700fe01a, 0x201fe00a, 0x703fe03a}},
    },
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
        .name = "cortex-a55",
        .desc = "Arm Cortex-A55 (Armv8.2-A)",
        .device_tree = "arm,cortex-a55",
        .id = {.midr = 0x412fd050,
               .id_aa64pfr0 = PFR0_V82,
               .id_aa64pfr1 = F(1, 4),
               .id_aa64dfr0 = DFR0_V82,
               .id_aa64isar0 = ISAR0_V82,
               .id_aa64isar1 = ISAR1_V82,
               .id_aa64mmfr0 = MMFR0_V82 | F(2, 0),
               .id_aa64mmfr1 = MMFR1_V82,
               .id_aa64mmfr2 = MMFR2_V82,
               .ctr = 0x84448004,
               .clidr = CLIDR_V82,
               .dczid = DCZID_64,
               .ccsidr = {0x700fe01a, 0x200fe01a, 0x707fe01a}},
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
        .name = "cortex-a76",
        .desc = "Arm Cortex-A76 (Armv8.2-A)",
        .device_tree = "arm,cortex-a76",
        .id = {.midr = 0x414fd0b1,
               .id_aa64pfr0 = PFR0_V82,
               .id_aa64pfr1 = F(1, 4),
               .id_aa64dfr0 = DFR0_V82,
               .id_aa64isar0 = ISAR0_V82,
               .id_aa64isar1 = ISAR1_V82,
               .id_aa64mmfr0 = MMFR0_V82 | F(2, 0),
               .id_aa64mmfr1 = MMFR1_V82,
               .id_aa64mmfr2 = MMFR2_V82,
               .ctr = 0x8444c004,
               .clidr = CLIDR_V82,
               .dczid = DCZID_64,
               .ccsidr = {0x701fe01a, 0x201fe01a, 0x707fe03a}},
    },
    {
        .name = "neoverse-n1",
        .desc = "Arm Neoverse N1 (Armv8.2-A)",
        .device_tree = "arm,neoverse-n1",
        .id = {.midr = 0x414fd0c1,
               .id_aa64pfr0 = PFR0_V82,
               .id_aa64pfr1 = F(2, 4),
               .id_aa64dfr0 = DFR0_V82,
               .id_aa64isar0 = ISAR0_V82,
               .id_aa64isar1 = ISAR1_V82,
               .id_aa64mmfr0 = MMFR0_V82 | F(5, 0),
               .id_aa64mmfr1 = MMFR1_V82,
               .id_aa64mmfr2 = MMFR2_V82,
               .ctr = 0x8444c004,
               .clidr = CLIDR_V82,
               .dczid = DCZID_64,
               .ccsidr = {0x701fe01a, 0x201fe01a, 0x70ffe03a}},
    },
    {
        .name = "max",
        .desc = "Every feature of Poise's CPU",
        .properties = max_properties,
        .device_tree = "arm,armv8",
        .id = {.midr = 0x000f0510,
               .id_aa64pfr0 = MAX_PFR0,
               .id_aa64pfr1 = MAX_PFR1,
               .id_aa64dfr0 = DFR0_V82,
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

/* ISAR1: APA, API: addresses, by QARMA5 or the CPU's own way; GPA, GPI: the same for PACGA. */
enum { ISAR1_APA = 4, ISAR1_API = 8, ISAR1_GPA = 24, ISAR1_GPI = 28 };

bool arm_features_check(const ArmCpu *cpu, Error **errp)
{
    if (cpu->pauth_impdef && !cpu->has_pauth) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "cannot enable pauth-impdef without pauth");
    }
    return true;
}

/* What the properties of a model take away or change. */
void arm_features_apply(ArmCpu *cpu)
{
    uint64_t v = cpu->id.id_aa64isar1;
    bool own = cpu->has_pauth && cpu->pauth_impdef, standard = cpu->has_pauth && !own;

    if (extract64(v, ISAR1_APA, 4) || extract64(v, ISAR1_API, 4)) {
        v = deposit64(v, ISAR1_APA, 4, standard);
        v = deposit64(v, ISAR1_API, 4, own);
        v = deposit64(v, ISAR1_GPA, 4, standard);
        v = deposit64(v, ISAR1_GPI, 4, own);
    }
    cpu->id.id_aa64isar1 = v;
}

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
