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

/* What went wrong, for programs: the "x-code" member of an error reply. Names are stable; the
 * QAPI enumeration QapiErrorCode documents them (a unit test compares the two). */
#define ERROR_CODES(X)                              \
    X(UNSPECIFIED, "unspecified")                   \
    X(JSON_SYNTAX, "json-syntax")                   \
    X(REQUEST_INVALID, "request-invalid")           \
    X(NOT_NEGOTIATED, "not-negotiated")             \
    X(COMMAND_NOT_FOUND, "command-not-found")       \
    X(PARAMETER_MISSING, "parameter-missing")       \
    X(PARAMETER_UNEXPECTED, "parameter-unexpected") \
    X(PARAMETER_TYPE, "parameter-type")             \
    X(PARAMETER_VALUE, "parameter-value")           \
    X(ID_INVALID, "id-invalid")                     \
    X(ID_DUPLICATE, "id-duplicate")                 \
    X(NOT_FOUND, "not-found")                       \
    X(IN_USE, "in-use")                             \
    X(NOT_SUPPORTED, "not-supported")               \
    X(WRONG_STATE, "wrong-state")                   \
    X(PERMISSION_DENIED, "permission-denied")       \
    X(TIMEOUT, "timeout")                           \
    X(LIMIT_EXCEEDED, "limit-exceeded")             \
    X(FORMAT_INVALID, "format-invalid")             \
    X(HOST_FAILURE, "host-failure")
typedef enum ErrorCode {
#define ERROR_CODE_ENUM(name, text) ERROR_CODE_##name,
    ERROR_CODES(ERROR_CODE_ENUM)
#undef ERROR_CODE_ENUM
        ERROR_CODE__MAX
} ErrorCode;

#define POISE_ERROR (poise_error_quark())
GQuark poise_error_quark(void);

/* Sets *errp (when errp is not NULL) to a GenericError; returns false so that callers can
 * `return error_set_code(errp, ...)`. Texts have no full stop and no line end. */
bool error_set_code(Error **errp, ErrorCode code, const char *fmt, ...) G_GNUC_PRINTF(3, 4);
/* With a class; the code follows from it. */
bool error_set_class(Error **errp, ErrorClass klass, const char *fmt, ...) G_GNUC_PRINTF(3, 4);
/* Appends ": " and the text of the positive errno value `err`; the code is HOST_FAILURE. */
bool error_set_errno(Error **errp, int err, const char *fmt, ...) G_GNUC_PRINTF(3, 4);
/* Puts a text before the message of *errp (which may be NULL or unset). */
void error_prefix(Error **errp, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
/* Adds an operator's hint: a further line that only the command line prints, never QMP. */
void error_append_hint(Error **errp, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
/* The protocol's name of an error's class, e.g. "GenericError". */
const char *error_class_name(const Error *err);
ErrorCode error_code(const Error *err);
const char *error_code_name(ErrorCode code);
/* Changes the code of *errp (which may be NULL or unset). */
void error_change_code(Error **errp, ErrorCode code);
/* Where in the input the culprit is: a JSON pointer (RFC 6901), "/smp/cpus". Ignored when *errp
 * has one already. error_path() is NULL when none is known. */
void error_set_path(Error **errp, const char *pointer);
/* The input of *errp is itself a part of something: its pointer gets a beginning. */
void error_prefix_path(Error **errp, const char *pointer);
const char *error_path(const Error *err);
/* The operator's hint, NULL: none. */
const char *error_hint(const Error *err);

/* Lines for the operator on stderr, prefixed by the program's name. */
void error_set_program_name(const char *argv0);
const char *error_program_name(void);
/* What lines begin with besides: the time (ISO 8601, UTC), the guest's name (NULL: nothing). */
void error_set_prefixes(bool timestamp, const char *guest_name);
void error_report(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
void warn_report(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
void info_report(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
/* Prints err with its hint. */
void error_report_err(const Error *err);

#endif
