/* SPDX-License-Identifier: MIT */
/* Random requests that have the shape of the schema, more or less. */
#ifndef TESTS_FUZZ_RANDOM_ARGS_H
#define TESTS_FUZZ_RANDOM_ARGS_H

#include "util/json.h"

typedef struct RandomArgs RandomArgs;

/* schema: the answer of query-qmp-schema with x-names (borrowed while this lives). */
RandomArgs *random_args_new(JsonNode *schema, guint32 seed);
void random_args_free(RandomArgs *ra);

guint random_args_below(RandomArgs *ra, guint n);
/* Some command and arguments for it; skip(name) leaves commands out. The name is (borrowed), the
 * arguments are (transfer full), NULL for none. */
const char *random_args_command(RandomArgs *ra, bool (*skip)(const char *name),
                                JsonNode **ret_arguments);

#endif
