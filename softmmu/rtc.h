/* SPDX-License-Identifier: MIT */
/* The guest's time of day: where it starts and what moves it (-rtc). */
#ifndef SOFTMMU_RTC_H
#define SOFTMMU_RTC_H

#include "gen/qapi-types.h"
#include "softmmu/clock.h"
#include "util/error.h"

/* False with an error: rtc_configure() would refuse it. */
bool rtc_check(const RtcConfig *cfg, Error **errp);
/* Before any device is made. */
bool rtc_configure(const RtcConfig *cfg, Error **errp);
/* Timers for a time of day run on this clock. */
ClockType rtc_clock(void);
/* What that clock shows + this = nanoseconds since 1970 as the guest is to see them. */
int64_t rtc_offset_ns(void);

#endif
