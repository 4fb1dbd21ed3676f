/* SPDX-License-Identifier: MIT */
/* AES-256 in CBC mode by GnuTLS, which is loaded at the first use: most machines need none of it,
 * and loading it takes as long as starting the rest of the program. */
#include "backends/aes.h"

#include "config.h"

#if CONFIG_HAVE_GNUTLS
#include <dlfcn.h>
#include <gnutls/crypto.h>

static struct {
    __typeof__(gnutls_cipher_init) *init;
    __typeof__(gnutls_cipher_decrypt) *decrypt;
    __typeof__(gnutls_cipher_deinit) *deinit;
    __typeof__(gnutls_strerror) *strerror;
} lib;

static bool load(Error **errp)
{
    static void *handle; /* stays open */

    if (lib.strerror) {
        return true;
    }
    handle = handle ? handle : dlopen("libgnutls.so.30", RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "encrypted secrets need the GnuTLS library: %s", dlerror());
    }
    *(void **)&lib.init = dlsym(handle, "gnutls_cipher_init");
    *(void **)&lib.decrypt = dlsym(handle, "gnutls_cipher_decrypt");
    *(void **)&lib.deinit = dlsym(handle, "gnutls_cipher_deinit");
    if (lib.init && lib.decrypt && lib.deinit) {
        *(void **)&lib.strerror = dlsym(handle, "gnutls_strerror");
    }
    return lib.strerror || error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                                          "the GnuTLS library lacks its cipher functions");
}

bool aes_256_cbc_decrypt(const uint8_t *key, const uint8_t *iv, uint8_t *data, size_t len,
                         Error **errp)
{
    const gnutls_datum_t k = {(unsigned char *)key, AES_256_KEY_BYTES};
    const gnutls_datum_t v = {(unsigned char *)iv, AES_BLOCK_BYTES};
    gnutls_cipher_hd_t cipher;

    if (!load(errp)) {
        return false;
    }
    int r = lib.init(&cipher, GNUTLS_CIPHER_AES_256_CBC, &k, &v);
    if (r == 0) {
        r = lib.decrypt(cipher, data, len);
        lib.deinit(cipher);
    }
    return r == 0 ||
           error_set_code(errp, ERROR_CODE_HOST_FAILURE, "decryption failed: %s", lib.strerror(r));
}

#else

bool aes_256_cbc_decrypt(const uint8_t *key, const uint8_t *iv, uint8_t *data, size_t len,
                         Error **errp)
{
    return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                          "encrypted secrets are not supported: this program was built without "
                          "GnuTLS");
}

#endif
