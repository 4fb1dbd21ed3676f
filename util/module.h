/* SPDX-License-Identifier: MIT */
/* Module registry: functions that a start-up phase runs, by type, without run-time constructors.
 * An entry is a constant in a linker section, so an idle module costs nothing before its phase. */
#ifndef UTIL_MODULE_H
#define UTIL_MODULE_H

#include <glib.h>

/* In the order in which start-up calls them. */
typedef enum ModuleType {
    MODULE_TRACE,
    MODULE_QOM,
    MODULE_OPTS,
    MODULE_QMP,
    MODULE_TYPE_COUNT,
} ModuleType;

typedef struct ModuleEntry {
    void (*init)(void);
    const char *name;
    long type;
    long reserved; /* keeps the section an array: a power-of-two size, equal to its alignment */
} ModuleEntry;

/* module_init(pl011_register, MODULE_QOM); at file scope. */
#define module_init(fn, module_type)                           \
    static const ModuleEntry module_entry_##fn __attribute__(( \
        used, section("poise_modules"), aligned(sizeof(ModuleEntry)))) = {fn, #fn, module_type, 0}

/* Runs every entry of the type once; a second call for the same type does nothing. */
void module_call_init(ModuleType type);
const char *module_type_name(ModuleType type);
/* Nanoseconds of the type's run, -1 before it. */
gint64 module_init_ns(ModuleType type);

#endif
