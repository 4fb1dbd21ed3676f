/* SPDX-License-Identifier: MIT */
/* -sandbox: system calls that the process gives up. */
#ifndef SOFTMMU_SANDBOX_H
#define SOFTMMU_SANDBOX_H

#include "gen/qapi-types.h"
#include "util/error.h"

/* False with an error: sandbox_enter() would refuse this on every host. */
bool sandbox_check(const SandboxConfig *cfg, Error **errp);
/* Cannot be undone; holds for every thread. Needs libseccomp. */
bool sandbox_enter(const SandboxConfig *cfg, Error **errp);

#endif
