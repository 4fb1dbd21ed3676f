/* SPDX-License-Identifier: MIT */
/* Inside the command line: translators of options that are more than "store it at a path". */
#ifndef SOFTMMU_OPTIONS_APPLY_H
#define SOFTMMU_OPTIONS_APPLY_H

#include "softmmu/options.h"

typedef bool OptionApply(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp);
OptionApply option_store; /* the default */
OptionApply option_semihosting, option_machine, option_accel, option_enable_kvm, option_cpu,
    option_memory;
OptionApply option_name, option_uuid, option_no_acpi, option_global, option_object, option_set;
OptionApply option_drive, option_numa, option_smbios;
OptionApply option_chardev, option_serial, option_monitor, option_qmp, option_qtest;
OptionApply option_completion, option_trace, option_only_none, option_audiodev, option_config,
    option_readconfig;
/* The text of an option's file, at most 1 MiB of it; NULL with an error. (transfer full) */
char *option_read_file(const char *path, size_t *ret_len, Error **errp);
OptionApply option_dry_run, option_explain, option_help, option_version;

#endif
