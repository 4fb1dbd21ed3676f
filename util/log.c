/* SPDX-License-Identifier: MIT */
/* The debug log (-d, -D). */
#include "util/log.h"

#include "util/lock.h"
#include "util/trace.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

const LogItem log_items[] = {
    {"guest_errors", LOG_GUEST_ERROR, "accesses by the guest that no driver should make"},
    {"unimp", LOG_UNIMP, "accesses to parts that a device model leaves out"},
    {"int", LOG_INT, "exceptions taken and returned from"},
    {"cpu_reset", LOG_RESET, "CPU state at reset"},
    {"mmu", LOG_MMU, "translation faults with their syndrome"},
    {"in_asm", LOG_IN_ASM, "guest instructions of each translated block"},
    {"op", LOG_OP, "its intermediate representation"},
    {"out_asm", LOG_OUT_ASM, "its host instructions"},
    {.name = NULL},
};

#define GUEST_ERRORS_PER_SECOND 100

uint32_t log_mask;
static FILE *log_file;
static Mutex lock;
static gint64 window_start_us;
static unsigned window_lines;

bool log_set_items(const char *list, Error **errp)
{
    g_auto(GStrv) words = g_strsplit(list, ",", -1);
    uint32_t mask = 0;

    for (char **w = words; *w; w++) {
        const LogItem *i = log_items;

        if (g_str_has_prefix(*w, "trace:")) {
            trace_apply(*w + strlen("trace:"));
            continue;
        }
        while (i->name && strcmp(i->name, *w) != 0) {
            i++;
        }
        if (!i->name && strcmp(*w, "none") != 0) {
            return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                                  "Invalid log item '%s' for -d (try -d help)", *w);
        }
        mask |= i->mask;
    }
    log_mask = mask;
    return true;
}

bool log_set_file(const char *path, Error **errp)
{
    FILE *f = fopen(path, "we");

    if (!f) {
        return error_set_errno(errp, errno, "Could not open log file '%s'", path);
    }
    setvbuf(f, NULL, _IOLBF, 0);
    mutex_lock(&lock);
    if (log_file) {
        fclose(log_file);
    }
    log_file = f;
    mutex_unlock(&lock);
    return true;
}

void log_print_items(void)
{
    printf("Log items (comma separated):\n");
    for (const LogItem *i = log_items; i->name; i++) {
        printf("%-15s %s\n", i->name, i->help);
    }
    printf("%-15s %s\n", "trace:PATTERN", "trace points: 'trace:help' lists them");
}

G_GNUC_PRINTF(1, 0)
static void log_line(const char *fmt, va_list ap)
{
    FILE *f = log_file ? log_file : stderr;

    mutex_lock(&lock);
    vfprintf(f, fmt, ap);
    fputc('\n', f);
    mutex_unlock(&lock);
}

void log_text(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    log_line(fmt, ap);
    va_end(ap);
}

void log_printf(uint32_t kind, const char *fmt, ...)
{
    va_list ap;

    if (log_enabled(kind)) {
        va_start(ap, fmt);
        log_line(fmt, ap);
        va_end(ap);
    }
}

static bool within_rate(void)
{
    gint64 now = g_get_monotonic_time();
    bool ok;

    mutex_lock(&lock);
    if (now - window_start_us >= G_USEC_PER_SEC) {
        window_start_us = now;
        window_lines = 0;
    }
    ok = window_lines++ < GUEST_ERRORS_PER_SECOND;
    mutex_unlock(&lock);
    return ok;
}

void guest_error(const char *fmt, ...)
{
    va_list ap;

    if (log_enabled(LOG_GUEST_ERROR) && within_rate()) {
        va_start(ap, fmt);
        log_line(fmt, ap);
        va_end(ap);
    }
}
