/* SPDX-License-Identifier: MIT */
/* Sizes as an operator writes them: "128M", "1.5G", "0x1000". */
#ifndef UTIL_SIZE_H
#define UTIL_SIZE_H

#include "util/error.h"
#include <stdint.h>

/* Bytes, or with a suffix B, k, M, G, T, P, E (powers of 1024, either case). Decimal numbers may
 * have a fraction when the suffix allows one; hexadecimal ones take no suffix. */
bool parse_size(const char *text, uint64_t *ret, Error **errp);
/* The same with a suffix that is assumed when none is written: parse_size_unit("128", 'M', ...). */
bool parse_size_unit(const char *text, char default_unit, uint64_t *ret, Error **errp);
/* Integers in C's notation, all of the text: "10", "-1", "0x1f". */
bool parse_uint64(const char *text, uint64_t *ret, Error **errp);
bool parse_int64(const char *text, int64_t *ret, Error **errp);
/* "on"/"yes"/"true"/"y" and "off"/"no"/"false"/"n". */
bool parse_bool(const char *text, bool *ret, Error **errp);

#endif
