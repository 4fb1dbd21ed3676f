/* SPDX-License-Identifier: MIT */
/* SMBIOS 3.0 tables (DMTF DSP0134): what a machine tells of itself, from -smbios and what it is. */
#ifndef HW_SMBIOS_SMBIOS_H
#define HW_SMBIOS_SMBIOS_H

#include "hw/core/machine.h"

/* What is said unless -smbios says something else. */
typedef struct SmbiosIdentity {
    const char *manufacturer, *product, *version;
    const char *uuid; /* NULL: all zeros */
} SmbiosIdentity;

/* False with an error: a type that cannot be given, or a field that it does not have. */
bool smbios_check(const SmbiosConfigList *list, Error **errp);
/* The structures of a machine, one after the other. The list was checked. (transfer full) */
GBytes *smbios_tables(const Machine *m, const SmbiosConfigList *list, const SmbiosIdentity *id);
/* The entry point for them; the address is the firmware's to set. (transfer full) */
GBytes *smbios_anchor(GBytes *tables);

#endif
