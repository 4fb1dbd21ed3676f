/* SPDX-License-Identifier: MIT */
/* The configuration: one typed object that every command-line option is translated into and
 * that start-up phases read. Paths in comments are those of the option table. */
#ifndef SOFTMMU_CONFIGURATION_H
#define SOFTMMU_CONFIGURATION_H

#include "util/error.h"
#include <json-glib/json-glib.h>
#include <stdint.h>

/* One -device, -object, -chardev, -mon: its options as JSON (text values from key=value lists)
 * and the words the operator typed, for messages. */
typedef struct ConfigItem {
    JsonObject *props;
    char *text;
} ConfigItem;

typedef struct GlobalProperty {
    char *driver;
    char *property;
    char *value;
    bool used;
} GlobalProperty;

typedef struct Config {
    const char *target; /* "aarch64": by the name of the program */
    /* machine */
    char *machine_type;
    JsonObject *machine_props; /* of -machine, less type and accel */
    GPtrArray *accels;         /* of char *: "tcg,thread=single" in order of preference */
    char *cpu_model;           /* "cortex-a57,pmu=off" */
    struct {
        int64_t cpus, maxcpus, sockets, clusters, cores, threads; /* 0: not given */
    } smp;
    uint64_t memory_bytes; /* 0: the machine's default */
    char *kernel, *initrd, *append, *dtb, *firmware;
    char *pflash[2];
    /* identity */
    char *name;
    char *process_name;
    bool debug_threads; /* accepted: threads have names in any case */
    char *uuid;
    /* devices */
    bool nodefaults;
    bool no_user_config;
    bool nographic;
    GPtrArray *chardevs, *devices, *objects; /* of ConfigItem */
    GPtrArray *monitors;                     /* of ConfigItem: chardev, mode, pretty */
    GPtrArray *serials;                      /* of char *: short forms */
    GPtrArray *globals;                      /* of GlobalProperty */
    /* life cycle */
    bool start_paused; /* -S, or our default */
    bool run;          /* --run, or called as qemu-system-* without -S */
    bool no_reboot, no_shutdown;
    bool daemonize;
    char *pidfile;
    char *log_items, *log_file;
    char *qtest, *qtest_log;
} Config;

extern Config config;

/* Defaults; the program's name decides whether the VM starts at once. */
void config_init(Config *cfg, const char *program);
void config_clear(Config *cfg);
/* config_init, then the command line. Prints and exits 0 for -help and -version; an error names
 * the option. */
bool options_parse(int argc, char **argv, Config *cfg, Error **errp);

#endif
