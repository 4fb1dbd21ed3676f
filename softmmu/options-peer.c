/* SPDX-License-Identifier: MIT */
/* Options that clients of the peer know and that this program does not have, with what to use
 * instead. */
#include "softmmu/options.h"

#include <string.h>

static const struct {
    const char *name, *instead;
} table[] = {
    {"L", "a full path for -bios"},
    {"acpitable", ""},
    {"async-teardown", ""},
    {"audio", ""},
    {"audio-help", ""},
    {"cdrom", ""},
    {"compat", ""},
    {"debugcon", "-serial"},
    {"dfilter", ""},
    {"dump-vmstate", ""},
    {"echr", ""},
    {"enable-sync-profile", ""},
    {"fda", ""},
    {"fdb", ""},
    {"fsdev", ""},
    {"full-screen", ""},
    {"fw_cfg", ""},
    {"g", ""},
    {"gdb", ""},
    {"hda", ""},
    {"hdb", ""},
    {"hdc", ""},
    {"hdd", ""},
    {"incoming", ""},
    {"iscsi", ""},
    {"k", ""},
    {"loadvm", ""},
    {"mem-path", "-object memory-backend-file and -machine memory-backend=ID"},
    {"mem-prealloc", "-object memory-backend-ram,prealloc=on and -machine memory-backend=ID"},
    {"mtdblock", ""},
    {"netdev", ""},
    {"no-fd-bootchk", ""},
    {"no-hpet", ""},
    {"old-param", ""},
    {"only-migratable", ""},
    {"option-rom", ""},
    {"parallel", "-serial"},
    {"plugin", ""},
    {"portrait", ""},
    {"prom-env", ""},
    {"rotate", ""},
    {"s", ""},
    {"sd", ""},
    {"seed", ""},
    {"singlestep", ""},
    {"snapshot", ""},
    {"spice", ""},
    {"tb-size", ""},
    {"tpmdev", ""},
    {"usb", ""},
    {"usbdevice", ""},
    {"virtfs", ""},
    {"vnc", ""},
    {"win2k-hack", ""},
    {"writeconfig", "-explain"},
    {"xen-attach", ""},
    {"xen-domid", ""},
    {"xen-domid-restrict", ""},
};

const char *option_of_peer(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (strcmp(table[i].name, name) == 0) {
            return table[i].instead;
        }
    }
    return NULL;
}
