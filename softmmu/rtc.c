/* SPDX-License-Identifier: MIT */
/* The guest's time of day: where it starts and what moves it (-rtc). */
#include "softmmu/rtc.h"

#include <string.h>

#define NS_PER_S 1000000000

static ClockType clock_type = CLOCK_TYPE_HOST;
static int64_t offset_ns;

ClockType rtc_clock(void)
{
    return clock_type;
}

int64_t rtc_offset_ns(void)
{
    return offset_ns;
}

/* "2006-06-17T16:01:21" or "2006-06-17", as UTC; false: it is neither. */
static bool parse_date(const char *text, int64_t *ret_ns)
{
    g_autofree char *full = g_strdup_printf("%s%s", text, strchr(text, 'T') ? "" : "T00:00:00");
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(full, utc);

    if (!date) {
        return false;
    }
    *ret_ns = g_date_time_to_unix(date) * NS_PER_S;
    return true;
}

bool rtc_check(const RtcConfig *cfg, Error **errp)
{
    int64_t ns;

    if (!cfg->base || strcmp(cfg->base, "utc") == 0 || strcmp(cfg->base, "localtime") == 0 ||
        parse_date(cfg->base, &ns)) {
        return true;
    }
    error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "-rtc base=%s: invalid datetime format",
                   cfg->base);
    error_append_hint(errp, "valid formats: '2006-06-17T16:01:21' or '2006-06-17'\n");
    error_set_path(errp, "/machine/rtc/base");
    return false;
}

bool rtc_configure(const RtcConfig *cfg, Error **errp)
{
    static const ClockType clocks[] = {
        [RTC_CLOCK_HOST] = CLOCK_TYPE_HOST,
        [RTC_CLOCK_RT] = CLOCK_TYPE_REALTIME,
        [RTC_CLOCK_VM] = CLOCK_TYPE_VIRTUAL,
    };
    int64_t host_ns = clock_now_ns(CLOCK_TYPE_HOST), start_ns = host_ns;

    if (!rtc_check(cfg, errp)) {
        return false;
    }
    clock_type = cfg->has_clock ? clocks[cfg->clock] : CLOCK_TYPE_HOST;
    if (g_strcmp0(cfg->base, "localtime") == 0) {
        g_autoptr(GDateTime) now = g_date_time_new_now_local();

        start_ns += g_date_time_get_utc_offset(now) * 1000;
    } else if (cfg->base && strcmp(cfg->base, "utc") != 0) {
        (void)parse_date(cfg->base, &start_ns);
    }
    offset_ns = start_ns - (clock_type == CLOCK_TYPE_HOST ? host_ns : clock_now_ns(clock_type));
    return true;
}
