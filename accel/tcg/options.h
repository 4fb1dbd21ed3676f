/* SPDX-License-Identifier: MIT */
/* What -accel tcg was told: properties of the accelerator object, which clients see at /accel. */
#ifndef ACCEL_TCG_OPTIONS_H
#define ACCEL_TCG_OPTIONS_H

#include "accel/tcg/host-caps.h"
#include <stdbool.h>
#include <stdint.h>

typedef enum TcgTier {
    TCG_TIER_INTERP,
    TCG_TIER_JIT,  /* the translator; an error where there is none */
    TCG_TIER_AUTO, /* the translator where it works */
} TcgTier;

enum { TCG_TB_SIZE_DEFAULT = 256 /* MiB */, TCG_NEVER = 256 };

/* Enumerations are int: properties of kind PROP_ENUM. */
typedef struct TcgOptions {
    int thread;           /* TCG_THREAD_* */
    int tier;             /* TcgTier; never JIT or AUTO on a host without a translator */
    int host;             /* HostLevel: what instructions of the host may be used */
    uint32_t tb_size;     /* MiB for translated code and its tables */
    bool one_insn_per_tb; /* each translated block is one instruction */
    uint64_t verify;      /* every so many blocks are compared with the interpreter; 0: none */
    bool perfmap;         /* /tmp/perf-PID.map names translated code */
    bool jitdump;         /* jit-PID.dump does */
    unsigned heat_limit;  /* branches to an instruction before it is translated; TCG_NEVER: never */
} TcgOptions;

enum { TCG_THREAD_MULTI, TCG_THREAD_SINGLE };

/* From the accelerator's setup on; does not change after. */
extern TcgOptions tcg_options;

#endif
