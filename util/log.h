/* SPDX-License-Identifier: MIT */
/* The debug log (-d, -D): what a guest did wrong, and chosen kinds of detail. */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

#include "util/error.h"
#include "util/thread-safety.h"
#include <stdint.h>

enum {
    LOG_GUEST_ERROR = 1 << 0, /* "guest_errors": accesses that no driver should make */
    LOG_UNIMP = 1 << 1,       /* "unimp": accesses to what the device model leaves out */
    LOG_INT = 1 << 2,         /* "int": exceptions taken and returned from */
    LOG_RESET = 1 << 3,       /* "cpu_reset" */
    LOG_MMU = 1 << 4,         /* "mmu": translation faults with their syndrome */
    LOG_IN_ASM = 1 << 5,      /* "in_asm": what is translated */
    LOG_OP = 1 << 6,          /* "op": as the translator sees it */
    LOG_OUT_ASM = 1 << 7,     /* "out_asm": what it makes of it */
};

typedef struct LogItem {
    const char *name;
    uint32_t mask;
    const char *help;
} LogItem;
extern const LogItem log_items[]; /* ended by one without a name */

extern uint32_t log_mask;
static inline bool log_enabled(uint32_t kind)
{
    return __builtin_expect(log_mask & kind, 0);
}

/* Items as -d takes them, comma-separated; an unknown one is an error that names it.
 * "trace:PATTERN" switches trace points on. */
bool log_set_items(const char *items, Error **errp);
bool log_set_file(const char *path, Error **errp);
void log_print_items(void);
/* A line whatever the items. */
void log_text(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
void log_printf(uint32_t kind, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

/* A guest broke a rule of the hardware: logged under guest_errors, at most 100 lines a second;
 * the caller then does what the hardware documents. Never asserts. */
void guest_error(const char *fmt, ...) G_GNUC_PRINTF(1, 2);

#endif
