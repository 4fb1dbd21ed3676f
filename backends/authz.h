/* SPDX-License-Identifier: MIT */
/* Authorization: objects of types authz-* say which identities are let in. */
#ifndef BACKENDS_AUTHZ_H
#define BACKENDS_AUTHZ_H

#include "qom/object.h"

#define TYPE_AUTHZ           "authz"
#define TYPE_AUTHZ_SIMPLE    "authz-simple"
#define TYPE_AUTHZ_LIST      "authz-list"
#define TYPE_AUTHZ_LIST_FILE "authz-list-file"

/* Whether the object, of type authz, lets that identity in. */
bool authz_check(Object *authz, const char *identity);

#endif
