/* SPDX-License-Identifier: MIT */
/* Secrets: given as text or file, perhaps in base64, perhaps encrypted with another secret. What
 * they hold goes in and never comes out by QMP; memory that held it is overwritten. */
#include "backends/secret.h"

#include "backends/aes.h"
#include "backends/host-file.h"
#include "qom/user-creatable.h"
#include <string.h>

typedef struct Secret {
    Object parent;
    char *data, *file, *keyid, *iv; /* properties */
    int format;                     /* QCryptoSecretFormat */

    uint8_t *bytes; /* of length len, and a NUL; NULL before the object is complete */
    size_t len;
} Secret;

static void wipe(void *p, size_t len)
{
    if (p) {
        explicit_bzero(p, len);
        g_free(p);
    }
}

static const Secret *find(const char *id, Error **errp)
{
    const Secret *s = (const Secret *)user_creatable_find(id, TYPE_SECRET);

    if (!s || !s->bytes) {
        error_set_code(errp, ERROR_CODE_NOT_FOUND, "No secret with id '%s'", id);
        return NULL;
    }
    return s;
}

const uint8_t *secret_find(const char *id, size_t *ret_len, Error **errp)
{
    const Secret *s = find(id, errp);

    if (!s) {
        return NULL;
    }
    *ret_len = s->len;
    return s->bytes;
}

const char *secret_find_text(const char *id, Error **errp)
{
    const Secret *s = find(id, errp);

    if (s && !g_utf8_validate((const char *)s->bytes, (gssize)s->len, NULL)) {
        error_set_code(errp, ERROR_CODE_FORMAT_INVALID, "Data from secret '%s' is not valid UTF-8",
                       id);
        return NULL;
    }
    return s ? (const char *)s->bytes : NULL;
}

/* ---- from what was given to the bytes */

/* (transfer full) */
static uint8_t *decode_base64(const char *text, size_t len, size_t *ret_len, Error **errp)
{
    size_t digits = 0;

    for (size_t i = 0; i < len; i++) {
        if (g_ascii_isalnum(text[i]) || (text[i] && strchr("+/=", text[i]))) {
            digits++;
        } else if (!text[i] || !strchr("\r\n", text[i])) {
            error_set_code(errp, ERROR_CODE_FORMAT_INVALID,
                           "Base64 data contains invalid characters");
            return NULL;
        }
    }
    if (digits % 4) {
        error_set_code(errp, ERROR_CODE_FORMAT_INVALID, "Base64 data ends too early");
        return NULL;
    }
    uint8_t *bytes = g_base64_decode(text, ret_len);
    /* Room for the NUL; nothing stays behind where the bytes were before. */
    uint8_t *copy = g_malloc(*ret_len + 1);
    memcpy(copy, bytes, *ret_len);
    copy[*ret_len] = 0;
    wipe(bytes, *ret_len);
    return copy;
}

/* Bytes without their padding; false: there is none that could be. */
static bool strip_padding(const uint8_t *data, size_t *len)
{
    uint8_t n = *len ? data[*len - 1] : 0;

    if (n < 1 || n > AES_BLOCK_BYTES) {
        return false;
    }
    for (size_t i = *len - n; i < *len; i++) {
        if (data[i] != n) {
            return false;
        }
    }
    *len -= n;
    return true;
}

static bool decrypt(Secret *s, Error **errp)
{
    size_t key_len, iv_len = 0;
    const uint8_t *key = secret_find(s->keyid, &key_len, errp);

    if (!key) {
        return false;
    }
    if (key_len != AES_256_KEY_BYTES) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Key should be %d bytes in length",
                              AES_256_KEY_BYTES);
    }
    if (!s->iv) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                              "IV is required to decrypt secret");
    }
    g_autofree uint8_t *iv = decode_base64(s->iv, strlen(s->iv), &iv_len, errp);
    if (!iv) {
        return false;
    }
    if (iv_len != AES_BLOCK_BYTES) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "IV should be %d bytes in length not %zu", AES_BLOCK_BYTES, iv_len);
    }
    if (s->len % AES_BLOCK_BYTES) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Length %zu must be a multiple of block size %d", s->len,
                              AES_BLOCK_BYTES);
    }
    if (!aes_256_cbc_decrypt(key, iv, s->bytes, s->len, errp)) {
        return false;
    }
    if (!strip_padding(s->bytes, &s->len)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Secret '%s' cannot be decrypted with key '%s': its padding is wrong",
                              s->parent.name, s->keyid);
    }
    s->bytes[s->len] = 0;
    return true;
}

static bool check(Object *obj, Error **errp)
{
    const Secret *s = (Secret *)obj;

    if (s->file && s->data) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED,
                              "'file' and 'data' are mutually exclusive");
    }
    return s->file || s->data ||
           error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                          "Either 'file' or 'data' must be provided");
}

static bool load(Secret *s, Error **errp)
{
    if (s->file) {
        s->bytes = (uint8_t *)host_file_read(s->file, &s->len, errp);
    } else {
        s->len = strlen(s->data);
        s->bytes = (uint8_t *)g_steal_pointer(&s->data);
    }
    if (s->bytes && s->format == Q_CRYPTO_SECRET_FORMAT_BASE64) {
        uint8_t *text = s->bytes;
        size_t len = s->len;

        s->bytes = decode_base64((char *)text, len, &s->len, errp);
        wipe(text, len);
    }
    return s->bytes != NULL;
}

static bool complete(Object *obj, Error **errp)
{
    Secret *s = (Secret *)obj;

    return check(obj, errp) && load(s, errp) && (!s->keyid || decrypt(s, errp));
}

/* ---- the type */

static bool may_set(Object *obj, const Property *prop, Error **errp)
{
    return !((Secret *)obj)->bytes ||
           error_set_code(errp, ERROR_CODE_WRONG_STATE,
                          "Property '%s' of a secret cannot be changed", prop->name);
}

static JsonNode *get_loaded(Object *obj, const Property *prop, Error **errp)
{
    return json_new_bool(((Secret *)obj)->bytes != NULL);
}

static void finalize(Object *obj)
{
    Secret *s = (Secret *)obj;

    wipe(s->bytes, s->len);
    if (s->data) {
        explicit_bzero(s->data, strlen(s->data));
    }
}

static const Property secret_props[] = {
    {.name = "loaded", .kind = PROP_BOOL, .get = get_loaded},
    {.name = "format",
     .kind = PROP_ENUM,
     .type_name = "QCryptoSecretFormat",
     .enum_names = QCryptoSecretFormat_lookup,
     .offset = offsetof(Secret, format)},
    {.name = "data",
     .kind = PROP_STRING,
     .flags = PROP_WRITE_ONLY,
     .offset = offsetof(Secret, data)},
    DEFINE_PROP_STRING("file", Secret, file),
    DEFINE_PROP_STRING("keyid", Secret, keyid),
    DEFINE_PROP_STRING("iv", Secret, iv),
    DEFINE_PROP_END(),
};

static void class_init(ObjectClass *klass, const void *data)
{
    static const UserCreatableClass creatable = {.check = check, .complete = complete};

    klass->may_set = may_set;
    object_class_implement(klass, TYPE_USER_CREATABLE, &creatable);
}

static const char *const creatable_interface[] = {TYPE_USER_CREATABLE, NULL};
static const TypeInfo secret_types[] = {
    {.name = TYPE_SECRET_COMMON, .abstract = true, .interfaces = creatable_interface},
    {.name = TYPE_SECRET,
     .parent = TYPE_SECRET_COMMON,
     .instance_size = sizeof(Secret),
     .properties = secret_props,
     .class_init = class_init,
     .instance_finalize = finalize},
};
DEFINE_TYPES(secret_types);
