/* SPDX-License-Identifier: MIT */
/* -readconfig: a file of sections, each of them one option.
 *
 *   # a remark
 *   [device "nic0"]
 *     driver = "virtio-net-pci"
 *
 * The words in quotes are taken as they stand; the id of a section is the option's id=. */
#include "softmmu/options-apply.h"

#include "util/json.h"
#include <string.h>

typedef struct Reader {
    CommandLine *cl;
    const char *path;
    unsigned line;
    const OptionDef *opt; /* of the section; NULL before the first */
    JsonObject *props;
    unsigned section_line;
} Reader;

static bool fail(const Reader *r, unsigned line, Error **errp, const char *text)
{
    return error_set_code(errp, ERROR_CODE_FORMAT_INVALID, "%s:%u: %s", r->path, line, text);
}

/* Hands the section to its option, as JSON. */
static bool end_section(Reader *r, Error **errp)
{
    g_autoptr(JsonObject) props = g_steal_pointer(&r->props);

    if (!r->opt) {
        return true;
    }
    g_autoptr(JsonNode) node = json_new_object(json_object_ref(props));
    g_autofree char *text = json_write(node, false);
    if (!option_apply(r->cl, r->opt, text, errp)) {
        error_prefix(errp, "%s:%u: ", r->path, r->section_line);
        return false;
    }
    return true;
}

/* Text in double quotes at *p, which is moved past it; NULL: there is none. (transfer full) */
static char *take_quoted(const char **p)
{
    const char *end = **p == '"' ? strchr(*p + 1, '"') : NULL;

    if (!end) {
        return NULL;
    }
    char *text = g_strndup(*p + 1, (gsize)(end - *p - 1));
    *p = end + 1;
    return text;
}

static const char *skip_space(const char *p)
{
    return p + strspn(p, " \t\r");
}

/* [group] or [group "id"] */
static bool begin_section(Reader *r, const char *p, Error **errp)
{
    size_t len = strcspn(p, "] \t");
    g_autofree char *group = g_strndup(p, len);
    g_autofree char *id = NULL;

    if (!end_section(r, errp)) {
        return false;
    }
    p = skip_space(p + len);
    if (*p == '"') {
        id = take_quoted(&p);
    }
    if (*p != ']' || *skip_space(p + 1)) {
        return fail(r, r->line, errp, "expected [GROUP] or [GROUP \"ID\"]");
    }
    r->opt = option_find_group(group);
    if (!r->opt) {
        g_autofree char *text = g_strdup_printf("there is no option group '%s'", group);

        return fail(r, r->line, errp, text);
    }
    r->section_line = r->line;
    r->props = json_object_new();
    if (id) {
        json_object_set_string_member(r->props, "id", id);
    }
    return true;
}

/* key = "value" */
static bool take_setting(Reader *r, const char *p, Error **errp)
{
    size_t len = strcspn(p, "= \t");
    g_autofree char *key = g_strndup(p, len);
    g_autofree char *value = NULL;

    p = skip_space(p + len);
    if (!r->opt) {
        return fail(r, r->line, errp, "a setting before the first section");
    }
    if (*p == '=' && *key) {
        p = skip_space(p + 1);
        value = take_quoted(&p);
    }
    if (!value || *skip_space(p)) {
        return fail(r, r->line, errp, "expected KEY = \"VALUE\"");
    }
    json_object_set_string_member(r->props, key, value);
    return true;
}

static bool take_line(Reader *r, const char *line, Error **errp)
{
    const char *p = skip_space(line);

    r->line++;
    if (!*p || *p == '#') {
        return true;
    }
    return *p == '[' ? begin_section(r, p + 1, errp) : take_setting(r, p, errp);
}

bool options_read_ini(CommandLine *cl, const char *path, Error **errp)
{
    size_t len;
    g_autofree char *text = option_read_file(path, &len, errp);

    if (!text) {
        return false;
    }
    if (!g_utf8_validate(text, (gssize)len, NULL)) {
        return error_set_code(errp, ERROR_CODE_FORMAT_INVALID, "%s: no UTF-8 text", path);
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    Reader r = {.cl = cl, .path = path};
    bool ok = true;

    for (char **l = lines; ok && *l; l++) {
        ok = take_line(&r, *l, errp);
    }
    ok = ok && end_section(&r, errp);
    g_clear_pointer(&r.props, json_object_unref);
    return ok;
}
