/* SPDX-License-Identifier: MIT */
/* The configuration: one document that every command-line option is translated into, that --config
 * and machine-set change, and that start-up reads as the QAPI type Config. */
#ifndef SOFTMMU_CONFIGURATION_H
#define SOFTMMU_CONFIGURATION_H

#include "gen/qapi-types.h"
#include "util/error.h"

/* What start-up works from: every section and list is there, empty where nothing was said. NULL
 * before the command line was read. */
extern Config *config;
/* "aarch64": what this program emulates. */
extern const char *config_target;

/* The type of what a path of the document holds ("machine.smp", "chardevs"); NULL: no such path. */
const QapiType *config_type_at(const char *path);

/* Checks node by the type at path and puts it into the document: members of an object are added
 * to those that are there, list elements (node is one element) appended, others replaced. Errors
 * name the value. */
bool config_doc_store(JsonObject *doc, const char *path, JsonNode *node, QapiForm form,
                      Error **errp);
/* Sets a member of an element of the list at path to what the text means by the list's type. */
bool config_doc_set_text(const char *path, JsonObject *element, const char *name, const char *text,
                         Error **errp);
/* Members of `from` into `into`: objects member by member, lists appended (or replaced). */
void config_doc_merge(JsonObject *into, JsonObject *from, bool replace_lists);
/* The value at a path; NULL: none. (borrowed) */
JsonNode *config_doc_get(JsonObject *doc, const char *path);

/* The document as start-up's configuration, completed. NULL with an error that names the place. */
Config *config_from_doc(JsonObject *doc, Error **errp);
/* config becomes c (transfer full; NULL: none). */
void config_set(Config *c);

#endif
