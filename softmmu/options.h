/* SPDX-License-Identifier: MIT */
/* The command line: one table row an option, each a translator into the configuration's document.
 */
#ifndef SOFTMMU_OPTIONS_H
#define SOFTMMU_OPTIONS_H

#include "util/error.h"
#include <json-glib/json-glib.h>

typedef enum OptionForm {
    OPTION_FLAG,   /* no argument */
    OPTION_TEXT,   /* one word: a path, a name, a number */
    OPTION_KEYVAL, /* key=value,... or JSON */
} OptionForm;

/* What the command line says in all. */
typedef struct CommandLine {
    JsonObject *doc;   /* the configuration */
    bool explain;      /* print the configuration and end */
    bool dry_run;      /* look for errors and end */
    GPtrArray *errors; /* of Error *: collected for a dry run instead of ending at the first */
    guint serials, monitors; /* -serial and -qmp given so far: they number the devices they make */
} CommandLine;

typedef struct OptionDef OptionDef;
struct OptionDef {
    const char *name;  /* without the dash */
    const char *alias; /* NULL: none */
    OptionForm form;
    const char *argument; /* its form for -help; NULL for flags */
    const char *help;
    const char *path;    /* in the configuration; NULL: not a part of it */
    const char *implied; /* the key that a bare first word is the value of; a flag's value */
    const char *group;   /* its name in query-command-line-options and -readconfig; NULL: none */
    /* "key:type,key:type": for that command, where the path's type does not say it. */
    const char *params;
    /* NULL: the argument is stored at path. */
    bool (*apply)(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp);
};

extern const OptionDef option_table[]; /* ended by one without a name */
const OptionDef *option_find(const char *name);
const OptionDef *option_find_group(const char *group);
void options_print_help(void);

/* argv[0] decides about what is not said (-S or --run). False: an error that names the option; for
 * a dry run all of them are in errors, and the result is true. Prints and exits 0 for -help and
 * -version; exits 3 for an option of the peer that is not supported. */
bool options_parse(int argc, char **argv, CommandLine *cl, Error **errp);
void command_line_clear(CommandLine *cl);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CommandLine, command_line_clear)
/* One option; the error does not name it yet. */
bool option_apply(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp);

/* -readconfig: sections [group "id"] with key = "value" lines. */
bool options_read_ini(CommandLine *cl, const char *path, Error **errp);

/* An option of the peer that we lack: what to use instead, "" when nothing; NULL: no such option.
 */
const char *option_of_peer(const char *name);

#endif
