/* SPDX-License-Identifier: MIT */
/* What the files of the MMU share: regimes, walks of tables of either stage, faults. */
#ifndef HW_CPU_ARM_MMU_INTERNAL_H
#define HW_CPU_ARM_MMU_INTERNAL_H

#include "hw/cpu/arm-internal.h"
#include "hw/cpu/arm-mmu.h"

/* Stage 2 forces memory types (FEAT_S2FWB). */
#define HCR_FWB BIT64(46)

/* Fault status codes; those of walks add the level. */
enum {
    FSC_ADDRESS_SIZE = 0x00,
    FSC_TRANSLATION = 0x04,
    FSC_ACCESS_FLAG = 0x08,
    FSC_PERMISSION = 0x0c,
    FSC_EXTERNAL = 0x10,
    FSC_EXTERNAL_WALK = 0x14,
    FSC_ALIGNMENT = 0x21,
    FSC_UNSUPPORTED_UPDATE = 0x31,
    FSC_UNSUPPORTED_ATOMIC = 0x35,
};

typedef struct ArmFault {
    uint8_t fsc;  /* with the level */
    bool write;   /* a read would not have met it */
    bool stage2;  /* found by stage 2 */
    bool s1ptw;   /* there, for a descriptor of stage 1 */
    uint64_t ipa; /* what stage 2 was asked */
} ArmFault;

/* Memory attributes in the format of MAIR_ELx. */
enum { ATTR_DEVICE = 0x00, ATTR_NC = 0x44, ATTR_WT = 0xaa, ATTR_WB = 0xff };
static inline bool arm_attr_is_device(uint8_t attr)
{
    return attr >> 4 == 0;
}

/* What one stage, or both, say of an address. */
typedef struct ArmStage {
    uint64_t out; /* PA or IPA */
    uint64_t map_size;
    uint8_t perms, attr, sh;
    bool secure, global, guarded;
} ArmStage;

/* What one half of a regime's address space is translated with. */
typedef struct ArmRegime {
    int el; /* whose SCTLR, TCR, MAIR */
    bool two_halves, high;
    bool secure;
    bool stage1, stage2; /* enabled */
    uint64_t sctlr, tcr, ttbr;
    unsigned tsz, granule_bits;
    bool disabled; /* no walks: EPD, E0PD for what is unprivileged, a size that cannot be */
    bool tbi;
    bool no_hierarchy; /* HPD */
    bool hw_af, hw_dirty;
    unsigned pa_bits;
} ArmRegime;

void arm_regime_select(const ArmCpu *cpu, uint64_t va, ArmAccess access, ArmMmuIdx idx,
                       ArmRegime *ret);
uint64_t arm_regime_strip(const ArmRegime *r, uint64_t va);
bool arm_idx_is_unpriv(ArmMmuIdx idx);
/* HCR_EL2 as stage 2 sees it; 0: no EL2 above the levels that it is for. */
uint64_t arm_stage2_hcr(const ArmCpu *cpu);
/* log2 of a granule, `wanted` where the CPU has it. */
unsigned arm_granule_bits(const ArmCpu *cpu, unsigned wanted, bool stage2);
unsigned arm_max_tsz(const ArmCpu *cpu, unsigned granule_bits);
/* ID_AA64MMFR1_EL1.HAFDBS: 1 the access flag, 2 dirty state too. */
static inline unsigned arm_hw_updates(const ArmCpu *cpu)
{
    return (unsigned)extract64(cpu->id.id_aa64mmfr1, 0, 4);
}
static inline unsigned arm_pa_max(const ArmCpu *cpu)
{
    return arm_pa_bits((unsigned)extract64(cpu->id.id_aa64mmfr0, 0, 4));
}

/* ---- a walk of the tables of one stage (arm-mmu-walk.c) */

/* Descriptor bits of both stages. */
#define DESC_VALID   BIT64(0)
#define DESC_TABLE   BIT64(1) /* at the last level: a page */
#define DESC_AF      BIT64(10)
#define DESC_DBM     BIT64(51)
#define TABLE_PXN    BIT64(59)
#define TABLE_UXN    BIT64(60)
#define TABLE_AP_EL0 BIT64(61) /* no access from EL0 below */
#define TABLE_AP_RO  BIT64(62) /* no writes below */
#define TABLE_NS     BIT64(63) /* tables and what they map are Non-secure */

typedef struct ArmWalk {
    ArmCpu *cpu;
    const ArmMmuRequest *req;
    /* ---- the tables */
    bool stage2;         /* whose they are */
    bool through_stage2; /* stage 1: addresses of descriptors are IPAs */
    bool secure;         /* the space they are in; of the leaf's when done */
    unsigned granule_bits, in_bits, pa_bits;
    int level;     /* of the first table; of the leaf when done */
    uint64_t base; /* of the first table */
    /* ---- the leaf */
    uint64_t table_bits; /* TABLE_* of all tables above */
    uint64_t desc, desc_addr;
    uint64_t out, map_size;
    ArmFault fault; /* of a failed walk */
} ArmWalk;

/* Notes a fault: false. */
bool arm_walk_fail(ArmWalk *w, unsigned fsc, int level);
/* Follows the tables to the leaf of `in`. */
bool arm_walk(ArmWalk *w, uint64_t in);
/* Stores a changed leaf. False: fault; *ret_again: somebody else changed it, walk again. */
bool arm_walk_update(ArmWalk *w, uint64_t new_desc, bool *ret_again);

/* ---- stage 2 (arm-mmu-stage2.c) */

/* Translates the IPA that stage 1 gave, joining what both say in *s. */
bool arm_stage2_apply(ArmCpu *cpu, const ArmMmuRequest *req, ArmStage *s, ArmFault *ret_fault);
/* The address of a descriptor of stage 1. */
bool arm_stage2_table(ArmCpu *cpu, const ArmMmuRequest *req, uint64_t ipa, bool write,
                      uint64_t *ret_pa, ArmFault *ret_fault);

/* ---- faults (arm-mmu-fault.c) */

ArmException arm_fault_exception(ArmCpu *cpu, const ArmMmuRequest *req, const ArmFault *f);

#endif
