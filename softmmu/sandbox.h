/* SPDX-License-Identifier: MIT */
/* -sandbox: system calls that the process gives up. */
#ifndef SOFTMMU_SANDBOX_H
#define SOFTMMU_SANDBOX_H

#include "gen/qapi-types.h"
#include "util/error.h"

/* Cannot be undone; holds for every thread. Needs libseccomp. */
bool sandbox_enter(const SandboxConfig *cfg, Error **errp);

#endif
