/* SPDX-License-Identifier: MIT */
/* "poise ctl": what the server can be asked, for people and for shells. */
#include "monitor/ctl-help.h"

#include "monitor/ctl-schema.h"

#include <stdio.h>
#include <string.h>

/* The first sentence, on one line. */
static void print_summary(const char *name, const char *doc)
{
    g_autofree char *text = g_strdup(doc);
    char *end = strstr(text, "\n\n");

    if (end) {
        *end = '\0';
    }
    end = strstr(text, ". ");
    if (end) {
        *end = '\0';
    }
    g_strdelimit(text, "\n", ' ');
    printf(*text ? "%-34s %s\n" : "%s\n", name, text);
}

static void print_indented(const char *doc, const char *indent)
{
    g_auto(GStrv) lines = g_strsplit(doc, "\n", -1);

    for (char **line = lines; *line; line++) {
        printf("%s%s\n", **line ? indent : "", *line);
    }
}

static JsonArray *members_of(const CtlSchema *s, JsonObject *info)
{
    JsonObject *type = ctl_schema_find(s, ctl_text(info, "arg-type"));

    return type ? ctl_schema_array(type, "members") : NULL;
}

static void print_argument(const CtlSchema *s, JsonObject *m)
{
    g_autofree char *type = ctl_schema_describe(s, ctl_text(m, "type"));
    bool optional = json_object_has_member(m, "default");

    printf("  %s%s=%s%s\n", optional ? "[" : "", ctl_text(m, "name"), type, optional ? "]" : "");
    if (*ctl_text(m, "x-doc")) {
        print_indented(ctl_text(m, "x-doc"), "      ");
    }
}

static void print_command(const CtlSchema *s, JsonObject *info)
{
    g_autofree char *ret = ctl_schema_describe(s, ctl_text(info, "ret-type"));
    JsonArray *members = members_of(s, info);

    printf("%s\n", ctl_text(info, "name"));
    if (*ctl_text(info, "x-doc")) {
        print_indented(ctl_text(info, "x-doc"), "  ");
    }
    for (guint i = 0; members && i < json_array_get_length(members); i++) {
        print_argument(s, json_array_get_object_element(members, i));
    }
    printf("  returns %s\n", ret);
}

static JsonObject *find_command(const CtlSchema *s, const char *command, Error **errp)
{
    JsonObject *info = ctl_schema_find(s, command);

    if (info && !strcmp(ctl_text(info, "meta-type"), "command")) {
        return info;
    }
    error_set_class(errp, ERROR_CLASS_COMMAND_NOT_FOUND, "The command %s has not been found",
                    command);
    return NULL;
}

bool ctl_help(CtlLink *l, const char *command, Error **errp)
{
    g_autoptr(CtlSchema) s = ctl_schema_read(l, true, errp);

    if (!s) {
        return false;
    }
    if (command) {
        JsonObject *info = find_command(s, command, errp);

        if (info) {
            print_command(s, info);
        }
        return info;
    }
    g_autoptr(GList) list = ctl_schema_list(s, "command");
    for (GList *i = list; i; i = i->next) {
        print_summary(ctl_text(i->data, "name"), ctl_text(i->data, "x-doc"));
    }
    return true;
}

/* Words that a value can be: those of an enumeration, on and off. */
static void print_values(const CtlSchema *s, JsonObject *m)
{
    g_autofree char *type = ctl_schema_describe(s, ctl_text(m, "type"));

    if (!strcmp(type, "boolean")) {
        puts("on\noff");
    } else if (strchr(type, '|')) {
        puts(g_strdelimit(type, "|", '\n'));
    }
}

bool ctl_complete(CtlLink *l, const char *command, const char *argument, Error **errp)
{
    g_autoptr(CtlSchema) s = ctl_schema_read(l, false, errp);

    if (!s) {
        return false;
    }
    if (!command) {
        g_autoptr(GList) list = ctl_schema_list(s, "command");

        for (GList *i = list; i; i = i->next) {
            puts(ctl_text(i->data, "name"));
        }
        return true;
    }
    JsonObject *info = find_command(s, command, errp);
    JsonArray *members = info ? members_of(s, info) : NULL;
    for (guint i = 0; members && i < json_array_get_length(members); i++) {
        JsonObject *m = json_array_get_object_element(members, i);

        if (!argument) {
            printf("%s=\n", ctl_text(m, "name"));
        } else if (!strcmp(ctl_text(m, "name"), argument)) {
            print_values(s, m);
        }
    }
    return info;
}
