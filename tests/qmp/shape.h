/* SPDX-License-Identifier: MIT */
/* What a QMP interface offers, as lines: one for each argument, member of an answer, and member of
 * an event's data, with its type spelled out. */
#ifndef TESTS_QMP_SHAPE_H
#define TESTS_QMP_SHAPE_H

#include "util/json.h"

/* Lines such as "command qom-get arg path: str" and "event RESET data reason: enum{a,b}", sorted,
 * from the answer of query-qmp-schema. (transfer full) */
GPtrArray *surface_lines(JsonNode *schema);

/* Is every member of `ours` in `theirs`, of the same kind? Empty lists agree with any. The text
 * names the first difference. */
bool shape_is_part_of(JsonNode *ours, JsonNode *theirs, char **ret_difference);

#endif
