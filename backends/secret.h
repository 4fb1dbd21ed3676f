/* SPDX-License-Identifier: MIT */
/* Secrets: passwords and keys that other objects refer to by id. */
#ifndef BACKENDS_SECRET_H
#define BACKENDS_SECRET_H

#include "qom/object.h"

#define TYPE_SECRET_COMMON "secret_common"
#define TYPE_SECRET        "secret"

/* The bytes of the secret of that id, with a NUL after them that does not count. (borrowed until
 * the object is deleted) */
const uint8_t *secret_find(const char *id, size_t *ret_len, Error **errp);
/* The same for a text: an error when the secret is not UTF-8 or has a NUL in it. */
const char *secret_find_text(const char *id, Error **errp);

#endif
