/* SPDX-License-Identifier: MIT */
/* Inside monitor: the version that the greeting and query-version show. */
#ifndef MONITOR_VERSION_H
#define MONITOR_VERSION_H

#include "util/json.h"

JsonNode *version_to_json(void);

#endif
