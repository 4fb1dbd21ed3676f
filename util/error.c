/* SPDX-License-Identifier: MIT */
/* Errors: GError in one domain whose code is the QMP error class. */
#include "util/error.h"

#include <stdio.h>
#include <string.h>

static char *program_name;
static char *guest_name; /* -msg guest-name=on */
static bool timestamps;  /* -msg timestamp=on */

typedef struct PoiseErrorPrivate {
    ErrorCode code;
    char *hint;
    char *path;
} PoiseErrorPrivate;

static void poise_error_private_init(PoiseErrorPrivate *priv)
{
    *priv = (PoiseErrorPrivate){0};
}

static void poise_error_private_copy(const PoiseErrorPrivate *src, PoiseErrorPrivate *dest)
{
    dest->code = src->code;
    dest->hint = g_strdup(src->hint);
    dest->path = g_strdup(src->path);
}

static void poise_error_private_clear(PoiseErrorPrivate *priv)
{
    g_free(priv->hint);
    g_free(priv->path);
}

G_DEFINE_EXTENDED_ERROR(PoiseError, poise_error)

G_GNUC_PRINTF(5, 0)
static void error_set_va(Error **errp, ErrorClass klass, ErrorCode code, const char *suffix,
                         const char *fmt, va_list ap)
{
    g_autofree char *text = g_strdup_vprintf(fmt, ap);

    if (errp) {
        g_assert(!*errp);
        *errp = g_error_new(POISE_ERROR, (int)klass, "%s%s%s", text, suffix ? ": " : "",
                            suffix ? suffix : "");
        poise_error_get_private(*errp)->code = code;
    }
}

bool error_set_code(Error **errp, ErrorCode code, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    error_set_va(errp, ERROR_CLASS_GENERIC, code, NULL, fmt, ap);
    va_end(ap);
    return false;
}

static ErrorCode code_of_class(ErrorClass klass)
{
    switch (klass) {
    case ERROR_CLASS_COMMAND_NOT_FOUND:
        return ERROR_CODE_COMMAND_NOT_FOUND;
    case ERROR_CLASS_DEVICE_NOT_ACTIVE:
    case ERROR_CLASS_DEVICE_NOT_FOUND:
        return ERROR_CODE_NOT_FOUND;
    case ERROR_CLASS_KVM_MISSING_CAP:
        return ERROR_CODE_NOT_SUPPORTED;
    case ERROR_CLASS_GENERIC:
        break;
    }
    return ERROR_CODE_UNSPECIFIED;
}

bool error_set_class(Error **errp, ErrorClass klass, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    error_set_va(errp, klass, code_of_class(klass), NULL, fmt, ap);
    va_end(ap);
    return false;
}

bool error_set_errno(Error **errp, int err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    error_set_va(errp, ERROR_CLASS_GENERIC, ERROR_CODE_HOST_FAILURE, g_strerror(err), fmt, ap);
    va_end(ap);
    return false;
}

void error_prefix(Error **errp, const char *fmt, ...)
{
    va_list ap;

    if (!errp || !*errp) {
        return;
    }
    va_start(ap, fmt);
    g_autofree char *prefix = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    char *old = (*errp)->message;
    (*errp)->message = g_strconcat(prefix, old, NULL);
    g_free(old);
}

void error_append_hint(Error **errp, const char *fmt, ...)
{
    va_list ap;

    if (!errp || !*errp || (*errp)->domain != POISE_ERROR) {
        return;
    }
    va_start(ap, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    PoiseErrorPrivate *priv = poise_error_get_private(*errp);
    char *old = priv->hint;
    priv->hint = g_strconcat(old ? old : "", text, NULL);
    g_free(old);
}

const char *error_class_name(const Error *err)
{
    static const char *const names[] = {
        [ERROR_CLASS_GENERIC] = "GenericError",
        [ERROR_CLASS_COMMAND_NOT_FOUND] = "CommandNotFound",
        [ERROR_CLASS_DEVICE_NOT_ACTIVE] = "DeviceNotActive",
        [ERROR_CLASS_DEVICE_NOT_FOUND] = "DeviceNotFound",
        [ERROR_CLASS_KVM_MISSING_CAP] = "KVMMissingCap",
    };

    if (err->domain != POISE_ERROR || (size_t)err->code >= G_N_ELEMENTS(names)) {
        return names[ERROR_CLASS_GENERIC];
    }
    return names[err->code];
}

/* NULL for errors of other domains: GLib's own. */
static PoiseErrorPrivate *private_of(const Error *err)
{
    return err && err->domain == POISE_ERROR ? poise_error_get_private(err) : NULL;
}

ErrorCode error_code(const Error *err)
{
    const PoiseErrorPrivate *priv = private_of(err);

    return priv ? priv->code : ERROR_CODE_UNSPECIFIED;
}

const char *error_code_name(ErrorCode code)
{
    static const char *const names[] = {
#define ERROR_CODE_TEXT(name, text) [ERROR_CODE_##name] = (text),
        ERROR_CODES(ERROR_CODE_TEXT)
#undef ERROR_CODE_TEXT
    };

    return names[code];
}

void error_change_code(Error **errp, ErrorCode code)
{
    PoiseErrorPrivate *priv = private_of(errp ? *errp : NULL);

    if (priv) {
        priv->code = code;
    }
}

void error_set_path(Error **errp, const char *pointer)
{
    PoiseErrorPrivate *priv = private_of(errp ? *errp : NULL);

    if (priv && !priv->path) {
        priv->path = g_strdup(pointer);
    }
}

void error_prefix_path(Error **errp, const char *pointer)
{
    PoiseErrorPrivate *priv = private_of(errp ? *errp : NULL);

    if (priv) {
        char *old = priv->path;

        priv->path = g_strconcat(pointer, old, NULL);
        g_free(old);
    }
}

const char *error_path(const Error *err)
{
    const PoiseErrorPrivate *priv = private_of(err);

    return priv ? priv->path : NULL;
}

const char *error_hint(const Error *err)
{
    const PoiseErrorPrivate *priv = private_of(err);

    return priv ? priv->hint : NULL;
}

void error_set_program_name(const char *argv0)
{
    g_free(program_name);
    program_name = g_path_get_basename(argv0);
}

const char *error_program_name(void)
{
    return program_name ? program_name : "poise";
}

void error_set_prefixes(bool timestamp, const char *name)
{
    timestamps = timestamp;
    g_free(guest_name);
    guest_name = g_strdup(name);
}

/* "2026-01-31T12:00:00.123456Z"; "" when lines do not begin with the time. (transfer full) */
static char *time_text(void)
{
    if (!timestamps) {
        return g_strdup("");
    }
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *seconds = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S");
    return g_strdup_printf("%s.%06dZ", seconds, g_date_time_get_microsecond(now));
}

G_GNUC_PRINTF(2, 0)
static void report_va(const char *kind, const char *fmt, va_list ap)
{
    g_autofree char *text = g_strdup_vprintf(fmt, ap);

    g_autofree char *time = time_text();
    fprintf(stderr, "%s%s%s%s%s: %s%s\n", time, *time ? " " : "", guest_name ? guest_name : "",
            guest_name ? " " : "", error_program_name(), kind, text);
}

void error_report(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    report_va("", fmt, ap);
    va_end(ap);
}

void warn_report(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    report_va("warning: ", fmt, ap);
    va_end(ap);
}

void info_report(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    report_va("info: ", fmt, ap);
    va_end(ap);
}

void error_report_err(const Error *err)
{
    error_report("%s", err->message);
    if (error_hint(err)) {
        fputs(error_hint(err), stderr);
    }
}
