/* SPDX-License-Identifier: MIT */
/* Module registry: functions that a start-up phase runs, by type. */
#include "util/module.h"

#include <stdbool.h>
#include <time.h>

extern const ModuleEntry __start_poise_modules[] __attribute__((weak));
extern const ModuleEntry __stop_poise_modules[] __attribute__((weak));

static gint64 took_ns[MODULE_TYPE_COUNT] = {[0 ... MODULE_TYPE_COUNT - 1] = -1};

static gint64 now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (gint64)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

void module_call_init(ModuleType type)
{
    gint64 start = now_ns();

    if (took_ns[type] >= 0) {
        return;
    }
    took_ns[type] = 0;
    for (const ModuleEntry *e = __start_poise_modules; e < __stop_poise_modules; e++) {
        if (e->type == (long)type) {
            e->init();
        }
    }
    took_ns[type] = now_ns() - start;
}

const char *module_type_name(ModuleType type)
{
    static const char *const names[MODULE_TYPE_COUNT] = {
        [MODULE_TRACE] = "trace",
        [MODULE_QOM] = "qom",
        [MODULE_OPTS] = "opts",
        [MODULE_QMP] = "qmp",
    };

    return names[type];
}

gint64 module_init_ns(ModuleType type)
{
    return took_ns[type];
}
