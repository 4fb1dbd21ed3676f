/* SPDX-License-Identifier: MIT */
/* Errors: GError in one domain whose code is the QMP error class. */
#ifndef UTIL_ERROR_H
#define UTIL_ERROR_H

#include <glib.h>
#include <stdbool.h>

typedef GError Error;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Error, g_error_free)

/* QMP error classes (the "class" member of an error reply). */
typedef enum ErrorClass {
    ERROR_CLASS_GENERIC,
    ERROR_CLASS_COMMAND_NOT_FOUND,
    ERROR_CLASS_DEVICE_NOT_ACTIVE,
    ERROR_CLASS_DEVICE_NOT_FOUND,
    ERROR_CLASS_KVM_MISSING_CAP,
} ErrorClass;

#define POISE_ERROR (poise_error_quark())
GQuark poise_error_quark(void);

/* Sets *errp (when errp is not NULL) to a GenericError; returns false so that callers can
 * `return error_set(errp, ...)`. Texts have no full stop and no line end. */
bool error_set(Error **errp, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
bool error_set_class(Error **errp, ErrorClass klass, const char *fmt, ...) G_GNUC_PRINTF(3, 4);
/* Appends ": " and the text of the positive errno value `err`. */
bool error_set_errno(Error **errp, int err, const char *fmt, ...) G_GNUC_PRINTF(3, 4);
/* Puts a text before the message of *errp (which may be NULL or unset). */
void error_prefix(Error **errp, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
/* Adds an operator's hint: a further line that only the command line prints, never QMP. */
void error_append_hint(Error **errp, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
/* The protocol's name of an error's class, e.g. "GenericError". */
const char *error_class_name(const Error *err);

/* Lines for the operator on stderr, prefixed by the program's name. */
void error_set_program_name(const char *argv0);
const char *error_program_name(void);
void error_report(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
void warn_report(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
void info_report(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
/* Prints err with its hint. */
void error_report_err(const Error *err);

#endif
