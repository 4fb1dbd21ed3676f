/* SPDX-License-Identifier: MIT */
/* AES-256 in CBC mode, by a library of the host. */
#ifndef BACKENDS_AES_H
#define BACKENDS_AES_H

#include "util/error.h"
#include <stdint.h>

enum { AES_256_KEY_BYTES = 32, AES_BLOCK_BYTES = 16 };

/* Decrypts in place; len is a multiple of AES_BLOCK_BYTES. */
bool aes_256_cbc_decrypt(const uint8_t *key, const uint8_t *iv, uint8_t *data, size_t len,
                         Error **errp);

#endif
