/* SPDX-License-Identifier: MIT */
/* Lines that switch the machine off and restart it. */
#ifndef HW_GPIO_GPIO_PWR_H
#define HW_GPIO_GPIO_PWR_H

#define TYPE_GPIO_PWR "gpio-pwr"

#endif
