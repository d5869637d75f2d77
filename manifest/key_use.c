/* SPDX-License-Identifier: Apache-2.0 */
/* RSA PKCS#1 v1.5 with the keys of a bundle: encrypt, decrypt, sign, verify (FORMAT.md 4). */
#include "forge/base/digest.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"
#include "manifest/crypto_error.h"
#include "manifest/key_types.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

enum { SHA1_SIZE = 20, MODULUS_MAX = 2048 }; /* bytes */

/* DER of DigestInfo { sha1, NULL } up to the digest itself (RFC 8017, 9.2). */
static const unsigned char sha1_digest_info[] = { 0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
                                                  0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14 };

struct signable {
    unsigned char bytes[sizeof(sha1_digest_info) + SHA1_SIZE];
};

/* A context for KEY, prepared by INIT, with PKCS#1 v1.5 padding. No digest is named to OpenSSL, so
 * that no policy of the host about SHA-1 signatures is asked. */
static EVP_PKEY_CTX *begin(EVP_PKEY *key, int (*init)(EVP_PKEY_CTX *))
{
    ERR_clear_error();
    AUTO(EVP_PKEY_CTX_free)
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(crypto_library_context(), key, NULL);
    if (!context || init(context) <= 0 ||
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) <= 0)
        return NULL;
    return STEAL(context);
}

/* The bytes that are signed instead of TEXT. */
static int prepare_signable(struct signable *signable, const void *text, size_t length,
                            struct error **err)
{
    AUTO(digest_free) struct digest *digest = digest_new(DIGEST_SHA1, err);
    if (!digest)
        return -1;
    unsigned char sha1[DIGEST_MAX];
    digest_update(digest, text, length);
    digest_final(digest, sha1);
    memcpy(signable->bytes, sha1_digest_info, sizeof(sha1_digest_info));
    memcpy(signable->bytes + sizeof(sha1_digest_info), sha1, SHA1_SIZE);
    return 0;
}

char *certificate_encrypt(const struct certificate *certificate, const void *text, size_t length,
                          struct error **err)
{
    unsigned char out[MODULUS_MAX];
    size_t size = sizeof(out);
    AUTO(EVP_PKEY_CTX_free) EVP_PKEY_CTX *context = begin(certificate->key, EVP_PKEY_encrypt_init);
    if (!context || EVP_PKEY_encrypt(context, out, &size, text, length) <= 0) {
        crypto_error(err, ERROR_INVALID, "encrypting to the certificate %s", certificate->path);
        return NULL;
    }
    return hex_encode(out, size);
}

struct secret *private_key_decrypt(const struct private_key *key, const char *hex,
                                   struct error **err)
{
    unsigned char in[MODULUS_MAX], out[MODULUS_MAX];
    size_t length = strlen(hex) / 2, size = sizeof(out);
    if (length > sizeof(in) || !hex_decode(hex, in, length)) {
        error_set(err, ERROR_INVALID, "the encrypted text is not hexadecimal");
        return NULL;
    }
    AUTO(EVP_PKEY_CTX_free) EVP_PKEY_CTX *context = begin(key->key, EVP_PKEY_decrypt_init);
    struct secret *secret = NULL;
    if (!context || EVP_PKEY_decrypt(context, out, &size, in, length) <= 0)
        crypto_error(err, ERROR_INVALID, "decrypting with the key %s", key->path);
    else
        secret = secret_new((const char *)out, size);
    explicit_bzero(out, sizeof(out));
    return secret;
}

char *private_key_sign(const struct private_key *key, const void *text, size_t length,
                       struct error **err)
{
    struct signable signable;
    if (prepare_signable(&signable, text, length, err))
        return NULL;
    unsigned char out[MODULUS_MAX];
    size_t size = sizeof(out);
    AUTO(EVP_PKEY_CTX_free) EVP_PKEY_CTX *context = begin(key->key, EVP_PKEY_sign_init);
    if (!context ||
        EVP_PKEY_sign(context, out, &size, signable.bytes, sizeof(signable.bytes)) <= 0) {
        crypto_error(err, ERROR_INVALID, "signing with the key %s", key->path);
        return NULL;
    }
    return hex_encode(out, size);
}

int certificate_verify(const struct certificate *certificate, const void *text, size_t length,
                       const char *signature, struct error **err)
{
    unsigned char in[MODULUS_MAX];
    size_t size = strlen(signature) / 2;
    if (size > sizeof(in) || !hex_decode(signature, in, size))
        return error_set(err, ERROR_MISMATCH, "the signature is not hexadecimal");
    struct signable signable;
    if (prepare_signable(&signable, text, length, err))
        return -1;
    AUTO(EVP_PKEY_CTX_free) EVP_PKEY_CTX *context = begin(certificate->key, EVP_PKEY_verify_init);
    if (!context)
        return crypto_error(err, ERROR_INVALID, "verifying with the certificate %s",
                            certificate->path);
    int verdict = EVP_PKEY_verify(context, in, size, signable.bytes, sizeof(signable.bytes));
    ERR_clear_error();
    if (verdict != 1)
        return error_set(err, ERROR_MISMATCH, "the signature was not made by the key of %s",
                         certificate->path);
    return 0;
}
