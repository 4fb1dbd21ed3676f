/* SPDX-License-Identifier: MIT */
/* PL011 UART: region 0 registers; output 0 the combined interrupt; property chardev. */
#ifndef HW_CHAR_PL011_H
#define HW_CHAR_PL011_H

#define TYPE_PL011 "pl011"

#endif
