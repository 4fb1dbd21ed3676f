/* SPDX-License-Identifier: MIT */
/* Bits of SCTLR_ELx and CNTKCTL_EL1 (Arm ARM D17.2, D17.11), for all that look at them. */
#ifndef HW_CPU_ARM_CONTROL_H
#define HW_CPU_ARM_CONTROL_H

#include "util/bits.h"

#define SCTLR_M     BIT64(0)
#define SCTLR_A     BIT64(1)
#define SCTLR_C     BIT64(2)
#define SCTLR_SA    BIT64(3)
#define SCTLR_SA0   BIT64(4)
#define SCTLR_UMA   BIT64(9)
#define SCTLR_I     BIT64(12)
#define SCTLR_ENDB  BIT64(13)
#define SCTLR_DZE   BIT64(14)
#define SCTLR_UCT   BIT64(15)
#define SCTLR_NTWI  BIT64(16)
#define SCTLR_NTWE  BIT64(18)
#define SCTLR_WXN   BIT64(19)
#define SCTLR_TSCXT BIT64(20)
#define SCTLR_SPAN  BIT64(23)
#define SCTLR_UCI   BIT64(26)
#define SCTLR_ENDA  BIT64(27)
#define SCTLR_ENIB  BIT64(30)
#define SCTLR_ENIA  BIT64(31)
#define SCTLR_BT0   BIT64(35)
#define SCTLR_BT1   BIT64(36)
#define SCTLR_DSSBS BIT64(44)

#define CNTKCTL_EL0PCTEN BIT64(0)
#define CNTKCTL_EL0VCTEN BIT64(1)
#define CNTKCTL_EL0VTEN  BIT64(8)
#define CNTKCTL_EL0PTEN  BIT64(9)

#endif
