/* SPDX-License-Identifier: MIT */
/* The command line: the table of options, and its parser. */
#include "softmmu/options.h"

#include "softmmu/configuration.h"
#include "softmmu/options-apply.h"
#include "util/json.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_NOT_SUPPORTED = 3 };

/* ---- the table */

#define FLAG(n, path_, value, help_)                                                            \
    {                                                                                           \
        .name = (n), .form = OPTION_FLAG, .help = (help_), .path = (path_), .implied = (value), \
    }
#define TEXT(n, arg_, path_, help_)                                                             \
    {                                                                                           \
        .name = (n), .form = OPTION_TEXT, .argument = (arg_), .help = (help_), .path = (path_), \
    }
#define KEYVAL(n, arg_, path_, implied_, group_, help_)                                           \
    {                                                                                             \
        .name = (n), .form = OPTION_KEYVAL, .argument = (arg_), .help = (help_), .path = (path_), \
        .implied = (implied_), .group = (group_),                                                 \
    }

const OptionDef option_table[] = {
    {"machine", "M", OPTION_KEYVAL, "[type=]NAME[,PROPERTY=VALUE...]",
     "board, with its properties; 'help' lists the boards", "machine", "type", "machine",
     .apply = option_machine},
    {"accel", NULL, OPTION_KEYVAL, "[accel=]NAME[,PROPERTY=VALUE...]",
     "how instructions are executed; again for a fall-back; 'help' lists them", "accel", "accel",
     "accel", "accel:string", option_accel},
    KEYVAL("icount", "[shift=]0..10|auto[,sleep=on|off][,align=on|off]", "icount", "shift",
           "icount", "virtual time from instructions: the same every time, vCPUs take turns"),
    FLAG("semihosting", "semihosting.enable", "on",
         "the guest may use files, console and exit of the host by HLT #0xf000"),
    {"semihosting-config", NULL, OPTION_KEYVAL,
     "[enable=on|off][,target=native][,chardev=ID][,userspace=on|off][,arg=WORD...]",
     "the same, in detail", "semihosting", "enable", "semihosting-config",
     .apply = option_semihosting},
    {"enable-kvm", NULL, OPTION_FLAG, NULL, "the same as -accel kvm", "accel",
     .apply = option_enable_kvm},
    {"cpu", NULL, OPTION_KEYVAL, "MODEL[,+FEATURE][,-FEATURE][,PROPERTY=VALUE...]",
     "CPU model with its features; 'help' lists the models", "machine.cpu", "model",
     .apply = option_cpu},
    KEYVAL("smp", "[cpus=]N[,maxcpus=N][,sockets=N][,clusters=N][,cores=N][,threads=N]",
           "machine.smp", "cpus", "smp-opts", "number of vCPUs and their topology"),
    {"m", NULL, OPTION_KEYVAL, "[size=]SIZE", "guest memory, in MiB without a suffix",
     "machine.memory", "size", "memory", "size:size,slots:number,maxmem:size", option_memory},
    {"numa", NULL, OPTION_KEYVAL,
     "node[,nodeid=N][,cpus=FIRST[-LAST]][,memdev=ID] | dist,src=N,dst=N,val=N | "
     "cpu,node-id=N[,socket-id=N][,cluster-id=N][,core-id=N][,thread-id=N]",
     "nodes of memory and vCPUs, and how far they are from each other", "machine.numa", "type",
     "numa", .apply = option_numa},
    TEXT("kernel", "FILE", "machine.boot.kernel",
         "kernel image: Linux Image (also gzipped) or ELF"),
    TEXT("initrd", "FILE", "machine.boot.initrd", "initial RAM disk for the kernel"),
    TEXT("append", "TEXT", "machine.boot.append", "command line of the kernel"),
    TEXT("dtb", "FILE", "machine.boot.dtb", "device tree to use instead of the board's own"),
    TEXT("bios", "FILE", "machine.boot.firmware", "firmware image for the first flash"),
    TEXT("pflash", "FILE", "machine.boot.pflash", "image of the first, then of the second flash"),
    KEYVAL("blockdev", "[driver=]DRIVER,node-name=NAME[,PROPERTY=VALUE...]", "blockdevs", "driver",
           "blockdev", "block node, for devices to use by its name"),
    {"drive", NULL, OPTION_KEYVAL, "if=pflash,file=FILE[,format=raw][,readonly=on][,unit=0|1]",
     "image of a flash: a block node, and that the flash uses it", .apply = option_drive},
    KEYVAL("boot", "[order=]DRIVES[,menu=on|off][,strict=on|off]", "machine.boot", "order",
           "boot-opts", "what firmware starts from"),
    KEYVAL("rtc", "[base=]utc|localtime|DATETIME[,clock=host|rt|vm]", "machine.rtc", "base", "rtc",
           "real-time clock: where it starts and what moves it"),
    {"no-acpi", NULL, OPTION_FLAG, NULL, "no ACPI tables", "machine", .apply = option_no_acpi},
    {"name", NULL, OPTION_KEYVAL, "[guest=]NAME[,process=NAME][,debug-threads=on|off]",
     "name of the guest", "machine.identity", "guest", "name",
     "guest:string,process:string,debug-threads:boolean", option_name},
    {"uuid", NULL, OPTION_TEXT, "UUID", "UUID of the machine", "machine.identity.uuid",
     .apply = option_uuid},
    {"smbios", NULL, OPTION_KEYVAL, "type=0|1|2|3|4|11|17[,FIELD=TEXT...]",
     "fields of SMBIOS structures", "machine.smbios", NULL, "smbios", .apply = option_smbios},
    {"device", NULL, OPTION_KEYVAL, "[driver=]DRIVER[,id=ID][,PROPERTY=VALUE...]",
     "a further device; 'help' lists them, 'DRIVER,help' its properties", "devices", "driver",
     "device", "driver:string,id:string,bus:string"},
    {"object", NULL, OPTION_KEYVAL, "[qom-type=]TYPE,id=ID[,PROPERTY=VALUE...]",
     "a backend object under /objects; 'help' lists the types", "objects", "qom-type", "object",
     "qom-type:string,id:string", option_object},
    {"global", NULL, OPTION_KEYVAL, "DRIVER.PROPERTY=VALUE",
     "default of a property for every device of a type", "globals", NULL, "global",
     "driver:string,property:string,value:string", option_global},
    {"set", NULL, OPTION_TEXT, "GROUP.ID.PROPERTY=VALUE",
     "a property of the device or object given before", .apply = option_set},
    {"chardev", NULL, OPTION_KEYVAL, "BACKEND,id=ID[,PROPERTY=VALUE...]",
     "character device; 'help' lists the backends", "chardevs", "backend", "chardev",
     "backend:string,id:string,path:string,host:string,port:string,fd:string,server:boolean,"
     "wait:boolean,reconnect:number,telnet:boolean,websocket:boolean,mux:boolean,signal:boolean,"
     "size:size,append:boolean,logfile:string,logappend:boolean",
     option_chardev},
    {"serial", NULL, OPTION_TEXT, "DEV",
     "connects the next serial port: stdio, pty, file:F, unix:P, tcp:H:P, chardev:ID, null, none",
     "machine.serials", .apply = option_serial},
    KEYVAL("mon", "[chardev=]ID[,mode=readline|control][,pretty=on|off][,role=ROLE]", "monitors",
           "chardev", "mon", "monitor on a character device: QMP with mode=control"),
    {"qmp", NULL, OPTION_TEXT, "DEV", "QMP monitor on a device written as for -serial", "monitors",
     .apply = option_qmp},
    {"qmp-pretty", NULL, OPTION_TEXT, "DEV", "the same, with indented output", "monitors",
     .apply = option_qmp},
    {"monitor", NULL, OPTION_TEXT, "DEV", "text monitor on a device written as for -serial",
     "monitors", .apply = option_monitor},
    KEYVAL("add-fd", "fd=FD,set=N[,opaque=TEXT]", "fds", NULL, "add-fd",
           "lets /dev/fdset/N name an inherited descriptor"),
    {"display", NULL, OPTION_TEXT, "none", "there is no display", .apply = option_only_none},
    {"net", NULL, OPTION_TEXT, "none", "there is no default network", .apply = option_only_none},
    {"nic", NULL, OPTION_TEXT, "none", "there is no default network", .apply = option_only_none},
    {"vga", NULL, OPTION_TEXT, "none", "there is no display adapter", .apply = option_only_none},
    {"audiodev", NULL, OPTION_KEYVAL, "[driver=]none,id=ID", "there is no sound", NULL, "driver",
     .apply = option_audiodev},
    FLAG("nographic", "nographic", "on",
         "the first serial port and a text monitor share stdio: C-a h helps"),
    FLAG("nodefaults", "defaults", "off", "no default devices"),
    {"no-user-config", NULL, OPTION_FLAG, NULL, "reads no user configuration (there is none)"},
    FLAG("S", "paused", "on", "starts paused: the default, except when called as qemu-system-*"),
    FLAG("run", "paused", "off", "starts the vCPUs at once, without waiting for cont"),
    FLAG("preconfig", "preconfig", "on", "waits for machine-init before the machine is made"),
    KEYVAL("action", "[reboot=reset|shutdown][,shutdown=poweroff|pause][,panic=...][,watchdog=...]",
           "action", NULL, "action", "what happens on events of the guest"),
    FLAG("no-reboot", "action.reboot", "shutdown", "a reset ends the process"),
    FLAG("no-shutdown", "action.shutdown", "pause",
         "a guest's power-off stops the VM, not the process"),
    TEXT("watchdog-action", "ACTION", "action.watchdog", "what an expired watchdog does"),
    KEYVAL("overcommit", "[mem-lock=on|off][,cpu-pm=on|off]", "overcommit", NULL, "overcommit",
           "resources of the host that the process keeps for itself"),
    KEYVAL("sandbox", "on|off[,obsolete=S][,elevateprivileges=S][,spawn=S][,resourcecontrol=S]",
           "process.sandbox", "enable", "sandbox",
           "gives up system calls; S is allow, deny, for some children"),
    FLAG("daemonize", "process.daemonize", "on", "goes to the background once QMP answers"),
    TEXT("pidfile", "FILE", "process.pidfile", "writes the process number"),
    TEXT("runas", "USER|UID:GID", "process.runas", "becomes this user once set up"),
    TEXT("chroot", "DIR", "process.chroot", "makes this directory the root once set up"),
    KEYVAL("msg", "[timestamp=on|off][,guest-name=on|off]", "msg", NULL, "msg",
           "what messages begin with"),
    TEXT("d", "ITEM,...", "log.items", "debug log; 'help' lists the items"),
    {"trace", NULL, OPTION_KEYVAL, "[enable=]PATTERN[,events=FILE][,file=FILE]",
     "switches trace points on, those in FILE too; 'help' lists them", "log.trace", "enable",
     "trace", .apply = option_trace},
    TEXT("D", "FILE", "log.file", "where the debug log goes, instead of stderr"),
    TEXT("audit", "FILE", "log.audit", "journal of all commands, replies and events"),
    {"qtest", NULL, OPTION_TEXT, "DEV", "test protocol on a character device", "qtest",
     .apply = option_qtest},
    TEXT("qtest-log", "FILE", "qtest.log", "log of the test protocol"),
    {"readconfig", NULL, OPTION_TEXT, "FILE", "options from a file of sections",
     .apply = option_readconfig},
    {"config", NULL, OPTION_TEXT, "FILE", "configuration as JSON: see -explain",
     .apply = option_config},
    {"explain", NULL, OPTION_FLAG, NULL, "prints the configuration as JSON, and ends",
     .apply = option_explain},
    {"dry-run", NULL, OPTION_FLAG, NULL,
     "reports every error of the configuration as JSON, and ends: status 2 if there is one",
     .apply = option_dry_run},
    {"completion", NULL, OPTION_TEXT, "bash|zsh",
     "prints a script with which the shell completes options, and commands of 'ctl'",
     .apply = option_completion},
    {"version", NULL, OPTION_FLAG, NULL, "prints the version", .apply = option_version},
    {"help", "h", OPTION_FLAG, NULL, "prints this text", .apply = option_help},
    {.name = NULL},
};

void options_print_help(void)
{
    printf("usage: %s [options]\n\n"
           "Sets a machine up, paused, and waits for 'cont' over QMP.\n\n",
           error_program_name());
    for (const OptionDef *o = option_table; o->name; o++) {
        printf("-%s%s%s%s%s\n        %s\n", o->name, o->alias ? ", -" : "",
               o->alias ? o->alias : "", o->argument ? " " : "", o->argument ? o->argument : "",
               o->help);
    }
}

const OptionDef *option_find(const char *name)
{
    for (const OptionDef *o = option_table; o->name; o++) {
        if (strcmp(o->name, name) == 0 || g_strcmp0(o->alias, name) == 0) {
            return o;
        }
    }
    return NULL;
}

const OptionDef *option_find_group(const char *group)
{
    for (const OptionDef *o = option_table; o->name; o++) {
        if (g_strcmp0(o->group, group) == 0) {
            return o;
        }
    }
    return NULL;
}

/* ---- the parser */

bool option_apply(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    if (!opt->apply && !opt->path) {
        return true; /* nothing to do in any case */
    }
    return (opt->apply ? opt->apply : option_store)(cl, opt, arg, errp);
}

/* The name of an option word, less its dashes; NULL: it is no option. */
static const char *option_name_of(const char *word)
{
    if (word[0] != '-' || !word[1]) {
        return NULL;
    }
    return word[1] == '-' ? word + 2 : word + 1;
}

/* Options of the peer that we do not have are no typing errors. */
static void refuse_option_of_peer(const char *word)
{
    const char *instead = option_of_peer(option_name_of(word));

    if (instead) {
        error_report("%s: recognised, but not supported%s%s", word, *instead ? "; use " : "",
                     instead);
        exit(EXIT_NOT_SUPPORTED);
    }
}

/* The error is in what the option's path holds: of a list in the element that it would have
 * added. */
static void error_set_place(CommandLine *cl, const OptionDef *opt, Error **errp)
{
    if (!opt->path) {
        return;
    }
    g_autoptr(GString) path = g_string_new("/");
    JsonNode *node = config_doc_get(cl->doc, opt->path);
    const QapiType *type = config_type_at(opt->path);

    g_string_append(path, opt->path);
    g_string_replace(path, ".", "/", 0);
    if (type->kind == QAPI_LIST) {
        guint n = node ? json_array_get_length(json_node_get_array(node)) : 0;

        g_string_append_printf(path, "/%u", n);
    }
    error_prefix_path(errp, path->str);
}

/* One option at argv[*i], which is moved to its last word. */
static bool parse_word(CommandLine *cl, int argc, char **argv, int *i, Error **errp)
{
    const char *word = argv[*i], *name = option_name_of(word);
    const OptionDef *opt = name ? option_find(name) : NULL;
    const char *arg = NULL;

    if (!name) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED,
                              "%s: unexpected argument, not an option", word);
    }
    if (!opt) {
        refuse_option_of_peer(word);
        return error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED, "%s: invalid option", word);
    }
    if (opt->form != OPTION_FLAG) {
        if (*i + 1 == argc) {
            return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING, "%s: requires an argument",
                                  word);
        }
        arg = argv[++*i];
    }
    if (!option_apply(cl, opt, arg, errp)) {
        error_set_place(cl, opt, errp);
        /* Objects may hold secrets: no more than the type is repeated. */
        int shown = opt->apply == option_object && arg ? (int)strcspn(arg, ",") : -1;

        error_prefix(errp, "-%s %.*s: ", opt->name, shown, arg ? arg : "");
        return false;
    }
    return true;
}

static bool asks_for_dry_run(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *name = option_name_of(argv[i]);
        const OptionDef *opt = name ? option_find(name) : NULL;

        if (opt && opt->apply == option_dry_run) {
            return true;
        }
        i += opt && opt->form != OPTION_FLAG;
    }
    return false;
}

static void error_free_element(gpointer err)
{
    g_error_free(err);
}

bool options_parse(int argc, char **argv, CommandLine *cl, Error **errp)
{
    g_autofree char *base = g_path_get_basename(argv[0]);

    *cl = (CommandLine){.doc = json_object_new(), .dry_run = asks_for_dry_run(argc, argv)};
    cl->errors = g_ptr_array_new_with_free_func(error_free_element);
    if (g_str_has_prefix(base, "qemu-system-")) {
        json_object_set_boolean_member(cl->doc, "paused", FALSE);
    }
    for (int i = 1; i < argc; i++) {
        Error *err = NULL;

        if (parse_word(cl, argc, argv, &i, &err)) {
            continue;
        }
        if (!cl->dry_run) {
            g_propagate_error(errp, err);
            return false;
        }
        g_ptr_array_add(cl->errors, err);
    }
    return true;
}

void command_line_clear(CommandLine *cl)
{
    g_clear_pointer(&cl->doc, json_object_unref);
    g_clear_pointer(&cl->errors, g_ptr_array_unref);
}
