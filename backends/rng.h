/* SPDX-License-Identifier: MIT */
/* Sources of random bytes for devices: objects of types rng-*. */
#ifndef BACKENDS_RNG_H
#define BACKENDS_RNG_H

#include "qom/object.h"

#define TYPE_RNG_BACKEND "rng-backend"
#define TYPE_RNG_RANDOM  "rng-random"
#define TYPE_RNG_BUILTIN "rng-builtin"

typedef struct RngBackend RngBackend;
typedef struct RngRequest RngRequest;
#define RNG_BACKEND(obj) OBJECT_CHECK(RngBackend, obj, TYPE_RNG_BACKEND)

enum { RNG_REQUEST_MAX = 64 * 1024 }; /* bytes of one request */

/* Called once from the main loop with the bytes, never before rng_request() returned. Fewer than
 * were asked for: as many as there were at once; 0: the source has ended. */
typedef void RngReceiveFn(void *opaque, const uint8_t *data, size_t len);
/* Asks for 1 to RNG_REQUEST_MAX bytes; requests are answered in order. The result is good until fn
 * is called, for rng_cancel(). */
RngRequest *rng_request(RngBackend *rng, size_t len, RngReceiveFn *fn, void *opaque);
void rng_cancel(RngRequest *request);

#endif
