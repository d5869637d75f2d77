/* SPDX-License-Identifier: Apache-2.0 */
/* What reproducible bundles need of keys: a secret from one, encryption without chance to one. */
#include "forge/base/digest.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"
#include "manifest/crypto_error.h"
#include "manifest/derive.h"
#include "manifest/key_types.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

enum { MODULUS_MAX = 2048, PADDING_MIN = 8 }; /* bytes; RFC 8017, 7.2.1 */

DEFINE_CLEANUP(BIGNUM *, BN_clear_free)

/* Number NAME of KEY, big-endian in COUNT bytes. */
static bool key_number(EVP_PKEY *key, const char *name, unsigned char *out, int count)
{
    AUTO(BN_clear_free) BIGNUM *number = NULL;
    return EVP_PKEY_get_bn_param(key, name, &number) && BN_bn2binpad(number, out, count) == count;
}

struct secret *private_key_secret(const struct private_key *key, struct error **err)
{
    unsigned char numbers[2 * MODULUS_MAX];
    int size = EVP_PKEY_get_size(key->key);
    struct secret *secret = NULL;
    if (size > 0 && size <= MODULUS_MAX &&
        key_number(key->key, OSSL_PKEY_PARAM_RSA_N, numbers, size) &&
        key_number(key->key, OSSL_PKEY_PARAM_RSA_D, numbers + size, size))
        secret = secret_new((const char *)numbers, 2 * (size_t)size);
    else
        crypto_error(err, ERROR_INVALID, "reading the numbers of the key %s", key->path);
    OPENSSL_cleanse(numbers, sizeof(numbers));
    return secret;
}

/* LABEL and the public key together: were one padding used for the same text under two moduli, the
 * ciphertexts would solve each other (Hastad's attack, for small exponents). */
static int padding_label(const struct certificate *certificate, const char *label,
                         unsigned char out[DIGEST_MAX], struct error **err)
{
    AUTO(digest_free) struct digest *digest = digest_new(DIGEST_SHA256, err);
    if (!digest)
        return -1;
    unsigned char *der = NULL;
    int length = i2d_PUBKEY(certificate->key, &der);
    if (length <= 0)
        return crypto_error(err, ERROR_INVALID, "encoding the key of the certificate %s",
                            certificate->path);
    digest_update(digest, label, strlen(label) + 1);
    digest_update(digest, der, (size_t)length);
    digest_final(digest, out);
    OPENSSL_free(der);
    return 0;
}

/* COUNT bytes without a zero among them. */
static int fill_padding(const struct certificate *certificate, const struct derivation *derivation,
                        const char *label, unsigned char *out, size_t count, struct error **err)
{
    /* One byte of 256 is zero: that a quarter of them is, and a little more, does not happen. */
    unsigned char name[DIGEST_MAX], bytes[MODULUS_MAX + MODULUS_MAX / 4 + 64];
    size_t wanted = count + count / 4 + 64, have = 0;
    if (padding_label(certificate, label, name, err) ||
        derivation_bytes(derivation, name, sizeof(name), bytes, wanted, err))
        return -1;
    for (size_t i = 0; i < wanted && have < count; i++)
        if (bytes[i])
            out[have++] = bytes[i];
    OPENSSL_cleanse(bytes, sizeof(bytes));
    return have == count ? 0 : error_set(err, ERROR_FAILED, "the derived padding is too short");
}

/* EM = 00 02 padding 00 text (RFC 8017, 7.2.1), encrypted as it is. */
static char *encrypt_block(const struct certificate *certificate, const unsigned char *block,
                           size_t size, struct error **err)
{
    unsigned char out[MODULUS_MAX];
    size_t length = sizeof(out);
    ERR_clear_error();
    AUTO(EVP_PKEY_CTX_free)
    EVP_PKEY_CTX *context =
        EVP_PKEY_CTX_new_from_pkey(crypto_library_context(), certificate->key, NULL);
    if (!context || EVP_PKEY_encrypt_init(context) <= 0 ||
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) <= 0 ||
        EVP_PKEY_encrypt(context, out, &length, block, size) <= 0) {
        crypto_error(err, ERROR_INVALID, "encrypting to the certificate %s", certificate->path);
        return NULL;
    }
    return hex_encode(out, length);
}

char *certificate_encrypt_derived(const struct certificate *certificate, const void *text,
                                  size_t length, const struct derivation *derivation,
                                  const char *label, struct error **err)
{
    unsigned char block[MODULUS_MAX] = { 0, 2 };
    int bytes = EVP_PKEY_get_size(certificate->key);
    size_t size = bytes > 0 ? (size_t)bytes : 0;
    if (size > sizeof(block) || size < length + 3 + PADDING_MIN) {
        error_set(err, ERROR_INVALID, "the key of the certificate %s has an impossible size",
                  certificate->path);
        return NULL;
    }
    char *encrypted = NULL;
    if (fill_padding(certificate, derivation, label, block + 2, size - length - 3, err) == 0) {
        memcpy(block + size - length, text, length);
        encrypted = encrypt_block(certificate, block, size, err);
    }
    OPENSSL_cleanse(block, sizeof(block));
    return encrypted;
}
