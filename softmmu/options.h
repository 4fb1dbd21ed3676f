/* SPDX-License-Identifier: MIT */
/* The option table: every command-line option, the form of its argument, its help, and the
 * configuration path it is translated into. */
#ifndef SOFTMMU_OPTIONS_H
#define SOFTMMU_OPTIONS_H

#include "softmmu/configuration.h"

typedef enum OptionForm {
    OPTION_FLAG,   /* no argument */
    OPTION_TEXT,   /* one word: a path, a name, a number */
    OPTION_KEYVAL, /* key=value,... or JSON */
} OptionForm;

typedef struct OptionDef {
    const char *name;  /* without the dash */
    const char *alias; /* NULL: none */
    OptionForm form;
    const char *argument; /* its form for -help; NULL for flags */
    const char *help;
    const char *path;    /* in the configuration */
    const char *implied; /* the key that a bare first word is the value of */
    bool (*apply)(Config *cfg, const struct OptionDef *opt, const char *arg, Error **errp);
} OptionDef;

extern const OptionDef option_table[]; /* ended by one without a name */
void options_print_help(void);

#endif
