/* SPDX-License-Identifier: MIT */
/* What -accel tcg was told. */
#ifndef ACCEL_TCG_OPTIONS_H
#define ACCEL_TCG_OPTIONS_H

enum { TCG_NEVER = 256 };
typedef struct TcgOptions {
    unsigned heat_limit;
} TcgOptions;
extern TcgOptions tcg_options;

#endif
