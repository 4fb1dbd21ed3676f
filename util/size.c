/* SPDX-License-Identifier: MIT */
/* Sizes, integers and switches as an operator writes them. */
#include "util/size.h"

#include <errno.h>
#include <string.h>

static bool bad_size(const char *text, Error **errp)
{
    error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                   "'%s' is not a size: expected a non-negative number below 2^64", text);
    error_append_hint(errp, "Optional suffixes are k, M, G, T, P and E (powers of 1024).\n");
    return false;
}

/* The power of two a suffix stands for; -1 for none. */
static int suffix_shift(char c)
{
    static const char suffixes[] = "BKMGTPE";
    const char *at = c ? strchr(suffixes, g_ascii_toupper(c)) : NULL;

    return at ? (int)(at - suffixes) * 10 : -1;
}

/* Reads "digits" after a decimal point as a fraction of one, in units of 2^-64. */
static uint64_t parse_fraction(const char **p)
{
    const char *end = *p;
    unsigned __int128 fraction = 0;

    while (g_ascii_isdigit(*end)) {
        end++;
    }
    for (const char *q = end; q-- > *p;) {
        fraction = (fraction + ((unsigned __int128)(*q - '0') << 64)) / 10;
    }
    *p = end;
    return (uint64_t)fraction;
}

static bool parse_hex_size(const char *text, uint64_t *ret, Error **errp)
{
    char *end;

    errno = 0;
    *ret = g_ascii_strtoull(text + 2, &end, 16);
    return (g_ascii_isxdigit(text[2]) && !*end && !errno) || bad_size(text, errp);
}

bool parse_size_unit(const char *text, char default_unit, uint64_t *ret, Error **errp)
{
    const char *p = text;
    uint64_t whole, fraction = 0;
    char *end;

    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        return parse_hex_size(text, ret, errp);
    }
    if (!g_ascii_isdigit(*p)) {
        return bad_size(text, errp);
    }
    errno = 0;
    whole = g_ascii_strtoull(p, &end, 10);
    if (errno) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Size '%s' is out of range", text);
    }
    p = end;
    if (*p == '.') {
        p++;
        fraction = parse_fraction(&p);
    }
    int shift = suffix_shift(*p ? *p : default_unit);
    if (shift < 0 || (*p && p[1]) || (fraction && shift == 0)) {
        return bad_size(text, errp);
    }
    unsigned __int128 bytes = ((unsigned __int128)whole << 64 | fraction) >> (64 - shift);
    if (shift == 0) {
        bytes = whole;
    } else if (whole >> (64 - shift)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Size '%s' is out of range", text);
    }
    *ret = (uint64_t)bytes;
    return true;
}

bool parse_size(const char *text, uint64_t *ret, Error **errp)
{
    return parse_size_unit(text, 'B', ret, errp);
}

bool parse_uint64(const char *text, uint64_t *ret, Error **errp)
{
    char *end;

    errno = 0;
    *ret = g_ascii_strtoull(text, &end, 0);
    if (!g_ascii_isdigit(text[0]) || *end) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "'%s' is not a non-negative integer", text);
    }
    return !errno ||
           error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Integer '%s' is out of range", text);
}

bool parse_int64(const char *text, int64_t *ret, Error **errp)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    char *end;

    errno = 0;
    *ret = g_ascii_strtoll(text, &end, 0);
    if (!g_ascii_isdigit(digits[0]) || *end) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "'%s' is not an integer", text);
    }
    return !errno ||
           error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Integer '%s' is out of range", text);
}

bool parse_bool(const char *text, bool *ret, Error **errp)
{
    static const char *const yes[] = {"on", "yes", "true", "y", NULL};
    static const char *const no[] = {"off", "no", "false", "n", NULL};

    *ret = g_strv_contains(yes, text);
    return *ret || g_strv_contains(no, text) ||
           error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "'%s' is neither 'on' nor 'off'", text);
}
