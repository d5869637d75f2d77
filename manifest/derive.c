/* SPDX-License-Identifier: Apache-2.0 */
/* HKDF-SHA-256 over OpenSSL: extracted once for a bundle, expanded once for each use. */
#include "manifest/derive.h"
#include "forge/base/digest.h"
#include "forge/base/memory.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

enum { PRK_SIZE = 32 };

struct derivation {
    unsigned char prk[PRK_SIZE];
};

DEFINE_CLEANUP(EVP_KDF_CTX *, EVP_KDF_CTX_free)

/* One half of HKDF: MODE with KEY, and SALT or INFO as PARAMETER. */
static int hkdf(const char *mode, const void *key, size_t key_length, const char *parameter,
                const void *bytes, size_t length, void *out, size_t count, struct error **err)
{
    EVP_KDF *algorithm = EVP_KDF_fetch(crypto_library_context(), "HKDF", NULL);
    AUTO(EVP_KDF_CTX_free) EVP_KDF_CTX *context = algorithm ? EVP_KDF_CTX_new(algorithm) : NULL;
    EVP_KDF_free(algorithm);
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE, (char *)mode, 0),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, key_length),
        OSSL_PARAM_construct_octet_string(parameter, (void *)bytes, length),
        OSSL_PARAM_construct_end(),
    };
    if (!context || EVP_KDF_derive(context, out, count, parameters) <= 0)
        return error_set(err, ERROR_HOST, "this host's OpenSSL offers no HKDF-SHA-256");
    return 0;
}

struct derivation *derivation_new(const struct secret *secret,
                                  const unsigned char context[DERIVE_CONTEXT], struct error **err)
{
    if (secret->length < DERIVE_SEED_MIN) {
        error_set(err, ERROR_INVALID, "the seed has %zu bytes, fewer than %d", secret->length,
                  DERIVE_SEED_MIN);
        return NULL;
    }
    AUTO(derivation_free) struct derivation *derivation = NEW(struct derivation);
    if (hkdf("EXTRACT_ONLY", secret->text, secret->length, OSSL_KDF_PARAM_SALT, context,
             DERIVE_CONTEXT, derivation->prk, PRK_SIZE, err))
        return NULL;
    return STEAL(derivation);
}

int derivation_bytes(const struct derivation *derivation, const void *label, size_t label_length,
                     void *out, size_t count, struct error **err)
{
    return hkdf("EXPAND_ONLY", derivation->prk, PRK_SIZE, OSSL_KDF_PARAM_INFO, label, label_length,
                out, count, err);
}

void derivation_free(struct derivation *derivation)
{
    if (!derivation)
        return;
    OPENSSL_cleanse(derivation, sizeof(*derivation));
    free(derivation);
}
