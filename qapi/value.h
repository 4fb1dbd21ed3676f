/* SPDX-License-Identifier: MIT */
/* Inside qapi: where values of a type lie and how large they are. */
#ifndef QAPI_VALUE_H
#define QAPI_VALUE_H

#include "qapi/types.h"

bool qapi_kind_is_pointer(const QapiType *type);
/* Bytes of storage: of an integer or enum, or of a pointer. */
size_t qapi_value_size(const QapiType *type);
/* The branch that obj's tag selects; NULL when its type adds no members. */
const QapiBranch *qapi_branch(const QapiType *type, const void *obj);

#endif
