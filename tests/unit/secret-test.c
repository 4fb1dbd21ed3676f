/* SPDX-License-Identifier: MIT */
/* Secrets: forms, files, encryption, what stays hidden. */
#include "backends/secret.h"

#include "config.h"
#include "qom/user-creatable.h"
#include "tests/lib/check-main.h"
#include "util/json.h"
#include "util/module.h"
#include <string.h>
#include <unistd.h>

/* Key 00..1f; IV f0..ff; AES-256-CBC of "attack at dawn!!" with its block of padding, and of
 * "", as another implementation computes them. */
#define KEY         "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define IV          "8PHy8/T19vf4+fr7/P3+/w=="
#define CIPHER_DAWN "gQRjpJEBQV2i+Hz8l+NVS5t+ljo1JFA2UcQzBNJL2Tc="
#define CIPHER_NONE "7a+eV9BFrIV/Aj+dwjixTg=="

static void setup(void)
{
    module_call_init(MODULE_QOM);
}

static Object *add(const char *id, const char *json, Error **errp)
{
    g_autoptr(JsonNode) node = json_parse(json, -1, NULL);

    ck_assert_ptr_nonnull(node);
    return user_creatable_add(TYPE_SECRET, id, json_node_get_object(node), errp);
}

static void refused(const char *json, const char *text)
{
    g_autoptr(Error) err = NULL;

    ck_assert_ptr_null(add("refused", json, &err));
    ck_assert_str_eq(err->message, text);
    ck_assert_ptr_null(user_creatable_find("refused", TYPE_SECRET));
}

static void holds(const char *id, const char *bytes, size_t len)
{
    size_t n;
    const uint8_t *data = secret_find(id, &n, NULL);

    ck_assert_ptr_nonnull(data);
    ck_assert_uint_eq(n, len);
    ck_assert_mem_eq(data, bytes, len);
    ck_assert_uint_eq(data[len], 0);
}

START_TEST(forms)
{
    ck_assert_ptr_nonnull(add("raw", "{'data':'h\\u00e9'}", NULL));
    holds("raw", "h\xc3\xa9", 3);
    ck_assert_str_eq(secret_find_text("raw", NULL), "h\xc3\xa9");
    ck_assert_ptr_nonnull(add("b64", "{'data':'AP8B','format':'base64'}", NULL));
    holds("b64", "\0\xff\1", 3);
    ck_assert_ptr_nonnull(add("empty", "{'data':'','format':'base64'}", NULL));
    holds("empty", "", 0);
    ck_assert_ptr_nonnull(add("lines", "{'data':'QUJD\\r\\nREVG\\n','format':'base64'}", NULL));
    holds("lines", "ABCDEF", 6);
    refused("{}", "Either 'file' or 'data' must be provided");
    refused("{'data':'x','file':'y'}", "'file' and 'data' are mutually exclusive");
    refused("{'data':'a!bc','format':'base64'}", "Base64 data contains invalid characters");
    refused("{'data':'QUJ','format':'base64'}", "Base64 data ends too early");
    refused("{'data':'x','format':'rot13'}", "Parameter 'format' does not accept value 'rot13'");
}
END_TEST

START_TEST(text)
{
    g_autoptr(Error) err = NULL;

    ck_assert_ptr_nonnull(add("nul", "{'data':'QQBC','format':'base64'}", NULL));
    ck_assert_ptr_null(secret_find_text("nul", &err));
    ck_assert_str_eq(err->message, "Data from secret 'nul' is not valid UTF-8");
    g_clear_error(&err);
    ck_assert_ptr_null(secret_find_text("nosuch", &err));
    ck_assert_str_eq(err->message, "No secret with id 'nosuch'");
}
END_TEST

START_TEST(files)
{
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "secret-test.XXXXXX", NULL);
    int fd = g_mkstemp(path);
    g_autofree char *json = g_strdup_printf("{'file':'%s'}", path);
    g_autofree char *json64 = g_strdup_printf("{'file':'%s','format':'base64'}", path);
    g_autofree char *too_large =
        g_strdup_printf("Unable to read %s: it is larger than 1048576 bytes", path);

    ck_assert_int_eq(write(fd, "QUJD\n", 5), 5);
    ck_assert_ptr_nonnull(add("file", json, NULL));
    holds("file", "QUJD\n", 5);
    ck_assert_ptr_nonnull(add("file64", json64, NULL));
    holds("file64", "ABC", 3);
    ck_assert_int_eq(ftruncate(fd, 1024 * 1024), 0);
    ck_assert_ptr_nonnull(add("large", json, NULL));
    ck_assert_int_eq(ftruncate(fd, 1024 * 1024 + 1), 0);
    refused(json, too_large);
    refused("{'file':'/'}", "Unable to read /: it is not a file");
    refused("{'file':'/dev/zero'}", "Unable to read /dev/zero: it is not a file");
    refused("{'file':'/nonexistent/x'}", "Unable to read /nonexistent/x: Could not open "
                                         "'/nonexistent/x': No such file or directory");
    close(fd);
    unlink(path);
}
END_TEST

START_TEST(encrypted)
{
    ck_assert_ptr_nonnull(add("key", "{'data':'" KEY "','format':'base64'}", NULL));
    ck_assert_ptr_nonnull(add("short", "{'data':'x'}", NULL));
    refused("{'data':'x','keyid':'nosuch'}", "No secret with id 'nosuch'");
    refused("{'data':'x','keyid':'short'}", "Key should be 32 bytes in length");
    refused("{'data':'x','keyid':'key'}", "IV is required to decrypt secret");
    refused("{'data':'x','keyid':'key','iv':'AAAA'}", "IV should be 16 bytes in length not 3");
    refused("{'data':'x','keyid':'key','iv':'" IV "'}",
            "Length 1 must be a multiple of block size 16");
#if CONFIG_HAVE_GNUTLS
#define WITH_KEY "'format':'base64','keyid':'key','iv':'" IV "'}"
    ck_assert_ptr_nonnull(add("dawn", "{'data':'" CIPHER_DAWN "'," WITH_KEY, NULL));
    holds("dawn", "attack at dawn!!", 16);
    ck_assert_ptr_nonnull(add("none", "{'data':'" CIPHER_NONE "'," WITH_KEY, NULL));
    holds("none", "", 0);
    refused("{'data':'AAAAAAAAAAAAAAAAAAAAAA=='," WITH_KEY,
            "Secret 'refused' cannot be decrypted with key 'key': its padding is wrong");
    refused("{'data':''," WITH_KEY,
            "Secret 'refused' cannot be decrypted with key 'key': its padding is wrong");
#else
    refused("{'data':'0123456789abcdef','keyid':'key','iv':'" IV "'}",
            "encrypted secrets are not supported: this program was built without GnuTLS");
#endif
}
END_TEST

START_TEST(hidden)
{
    g_autoptr(Error) err = NULL;
    Object *obj = add("s", "{'data':'x'}", NULL);

    ck_assert_ptr_null(object_get(obj, "data", &err));
    ck_assert_str_eq(err->message, "Property 'secret.data' is not readable");
    g_clear_error(&err);
    ck_assert(!object_set_str(obj, "data", "y", &err));
    ck_assert_str_eq(err->message, "Property 'data' of a secret cannot be changed");
    ck_assert(object_get_bool(obj, "loaded"));
    ck_assert(user_creatable_del("s", NULL));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("secret");
    TCase *tc = tcase_create("secret");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, forms);
    tcase_add_test(tc, text);
    tcase_add_test(tc, files);
    tcase_add_test(tc, encrypted);
    tcase_add_test(tc, hidden);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
