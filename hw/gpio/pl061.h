/* SPDX-License-Identifier: MIT */
/* PL061 GPIO: region 0 registers; inputs 0-7; outputs "" 0 interrupt, "pins" 0-7. */
#ifndef HW_GPIO_PL061_H
#define HW_GPIO_PL061_H

#define TYPE_PL061 "pl061"

#endif
