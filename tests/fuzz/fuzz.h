/* SPDX-License-Identifier: MIT */
/* A fuzz target: libFuzzer calls it (`make fuzz-X`), or replay.c with the committed corpus. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
