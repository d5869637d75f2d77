/* SPDX-License-Identifier: Apache-2.0 */
/* AES-128-CBC over OpenSSL's EVP interface. */
#include "manifest/cipher.h"
#include "forge/base/digest.h"
#include "forge/base/memory.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdbool.h>

struct cipher {
    EVP_CIPHER_CTX *context;
};

int cipher_key_random(struct cipher_key *key, struct error **err)
{
    void *library = crypto_library_context();
    if (!library || RAND_priv_bytes_ex(library, key->key, sizeof(key->key), 0) != 1 ||
        RAND_priv_bytes_ex(library, key->iv, sizeof(key->iv), 0) != 1)
        return error_set(err, ERROR_HOST, "this host's OpenSSL gives no random numbers");
    return 0;
}

void cipher_key_wipe(struct cipher_key *key)
{
    OPENSSL_cleanse(key, sizeof(*key));
}

static struct cipher *cipher_new(const struct cipher_key *key, int encrypt, struct error **err)
{
    AUTO(cipher_free) struct cipher *cipher = NEW(struct cipher);
    void *library = crypto_library_context();
    EVP_CIPHER *algorithm = library ? EVP_CIPHER_fetch(library, "AES-128-CBC", NULL) : NULL;
    cipher->context = EVP_CIPHER_CTX_new();
    bool ready = algorithm && cipher->context &&
                 EVP_CipherInit_ex2(cipher->context, algorithm, key->key, key->iv, encrypt, NULL);
    EVP_CIPHER_free(algorithm);
    if (!ready) {
        error_set(err, ERROR_HOST, "this host's OpenSSL offers no AES-128-CBC");
        return NULL;
    }
    return STEAL(cipher);
}

struct cipher *cipher_new_encrypt(const struct cipher_key *key, struct error **err)
{
    return cipher_new(key, 1, err);
}

struct cipher *cipher_new_decrypt(const struct cipher_key *key, struct error **err)
{
    return cipher_new(key, 0, err);
}

int cipher_update(struct cipher *cipher, const void *in, size_t count, void *out, size_t *written,
                  struct error **err)
{
    enum { PIECE = 1 << 30 }; /* OpenSSL counts in int */
    const unsigned char *from = in;
    unsigned char *to = out;
    for (size_t done = 0; done < count;) {
        int piece = count - done > PIECE ? PIECE : (int)(count - done), came = 0;
        if (!EVP_CipherUpdate(cipher->context, to, &came, from + done, piece))
            return error_set(err, ERROR_FAILED, "OpenSSL could not apply AES-128-CBC");
        done += (size_t)piece;
        to += came;
    }
    *written = (size_t)(to - (unsigned char *)out);
    return 0;
}

int cipher_final(struct cipher *cipher, void *out, size_t *written, struct error **err)
{
    int came = 0;
    if (!EVP_CipherFinal_ex(cipher->context, out, &came))
        return error_set(err, ERROR_MISMATCH,
                         "the encrypted stream does not end as it should: it is damaged, or the "
                         "key is not its own");
    *written = (size_t)came;
    return 0;
}

void cipher_free(struct cipher *cipher)
{
    if (!cipher)
        return;
    EVP_CIPHER_CTX_free(cipher->context); /* wipes its key schedule */
    free(cipher);
}
