# SPDX-License-Identifier: MIT
migration-srcs += migration/qmp-migration.c
