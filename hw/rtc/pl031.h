/* SPDX-License-Identifier: MIT */
/* PL031 real-time clock: region 0 registers; output 0 RTCINTR. */
#ifndef HW_RTC_PL031_H
#define HW_RTC_PL031_H

#define TYPE_PL031 "pl031"

#endif
