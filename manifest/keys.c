/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and private keys read from PEM files. */
#include "manifest/keys.h"
#include "forge/base/digest.h"
#include "forge/base/file.h"
#include "forge/base/memory.h"
#include "manifest/crypto_error.h"
#include "manifest/key_types.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

enum { PEM_FILE_MAX = 1 << 20 };

DEFINE_CLEANUP(X509 *, X509_free)

/* A file's text, wiped when it goes. */
struct pem {
    char *text;
    size_t length;
};

static void pem_clear(struct pem *pem)
{
    if (pem->text)
        explicit_bzero(pem->text, pem->length);
    free(pem->text);
}

static BIO *pem_open(struct pem *pem, const char *path, struct error **err)
{
    pem->text = file_read(path, PEM_FILE_MAX, &pem->length, err);
    if (!pem->text)
        return NULL;
    BIO *bio = BIO_new_mem_buf(pem->text, (int)pem->length);
    if (!bio)
        crypto_error(err, ERROR_FAILED, "reading %s", path);
    return bio;
}

/* OpenSSL reads encrypted keys with algorithms of the thread's default context, which the host's
 * configuration may have stripped: ours takes its place meanwhile. Returns the one before. */
static OSSL_LIB_CTX *enter_own_library(void)
{
    ERR_clear_error();
    return OSSL_LIB_CTX_set0_default(crypto_library_context());
}

static void leave_own_library(OSSL_LIB_CTX *before)
{
    OSSL_LIB_CTX_set0_default(before);
}

static X509 *parse_certificate(BIO *bio)
{
    OSSL_LIB_CTX *before = enter_own_library();
    AUTO(X509_free) X509 *x509 = X509_new_ex(crypto_library_context(), NULL);
    X509 *parsed = x509 ? PEM_read_bio_X509(bio, &x509, NULL, NULL) : NULL;
    leave_own_library(before);
    /* On failure PEM_read_bio_X509 has freed what it was given and cleared the variable. */
    if (parsed)
        x509 = NULL;
    return parsed;
}

struct certificate *certificate_read(const char *path, struct error **err)
{
    __attribute__((cleanup(pem_clear))) struct pem pem = { 0 };
    AUTO(BIO_free_all) BIO *bio = pem_open(&pem, path, err);
    if (!bio) {
        error_wrap(err, "reading the certificate");
        return NULL;
    }
    AUTO(X509_free) X509 *x509 = parse_certificate(bio);
    if (!x509) {
        crypto_error(err, ERROR_INVALID, "%s is not a PEM certificate", path);
        return NULL;
    }
    AUTO(EVP_PKEY_free) EVP_PKEY *key = X509_get_pubkey(x509);
    if (!key || !EVP_PKEY_is_a(key, "RSA")) {
        crypto_error(err, ERROR_INVALID, "the key of the certificate %s is not RSA", path);
        return NULL;
    }
    struct certificate *certificate = NEW(struct certificate);
    certificate->path = xstrdup(path);
    certificate->key = STEAL(key);
    return certificate;
}

void certificate_free(struct certificate *certificate)
{
    if (!certificate)
        return;
    EVP_PKEY_free(certificate->key);
    free(certificate->path);
    free(certificate);
}

/* What OpenSSL's question for a passphrase leads to. */
struct question {
    const struct passphrase *passphrase;
    const char *path;
    bool asked;
    struct error *error;
};

static int answer(char *buffer, int size, int writing, void *opaque)
{
    (void)writing;
    struct question *question = opaque;
    question->asked = true;
    if (!question->passphrase)
        return error_set(&question->error, ERROR_USAGE,
                         "the key %s is encrypted: give --passphrase", question->path);
    AUTO(secret_free)
    struct secret *secret =
        question->passphrase->get(question->passphrase->opaque, question->path, &question->error);
    if (!secret)
        return -1;
    if (secret->length > (size_t)size)
        return error_set(&question->error, ERROR_INVALID,
                         "the passphrase of %s is longer than %d bytes", question->path, size);
    if (secret->length)
        memcpy(buffer, secret->text, secret->length);
    return (int)secret->length;
}

static EVP_PKEY *parse_private_key(BIO *bio, struct question *question, struct error **err)
{
    OSSL_LIB_CTX *before = enter_own_library();
    EVP_PKEY *key =
        PEM_read_bio_PrivateKey_ex(bio, NULL, answer, question, crypto_library_context(), NULL);
    leave_own_library(before);
    if (key)
        error_free(question->error);
    else if (question->error)
        error_move(err, question->error);
    else if (question->asked)
        crypto_error(err, ERROR_INVALID, "the passphrase does not open the key %s", question->path);
    else
        error_set(err, ERROR_INVALID, "%s is not a PEM private key", question->path);
    ERR_clear_error();
    return key;
}

struct private_key *private_key_read(const char *path, const struct passphrase *passphrase,
                                     struct error **err)
{
    __attribute__((cleanup(pem_clear))) struct pem pem = { 0 };
    AUTO(BIO_free_all) BIO *bio = pem_open(&pem, path, err);
    if (!bio) {
        error_wrap(err, "reading the private key");
        return NULL;
    }
    struct question question = { .passphrase = passphrase, .path = path };
    AUTO(EVP_PKEY_free) EVP_PKEY *pkey = parse_private_key(bio, &question, err);
    if (!pkey)
        return NULL;
    if (!EVP_PKEY_is_a(pkey, "RSA")) {
        error_set(err, ERROR_INVALID, "the private key %s is not RSA", path);
        return NULL;
    }
    struct private_key *key = NEW(struct private_key);
    key->path = xstrdup(path);
    key->key = STEAL(pkey);
    return key;
}

void private_key_free(struct private_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->key);
    free(key->path);
    free(key);
}

bool private_key_matches(const struct private_key *key, const struct certificate *certificate)
{
    bool matches = EVP_PKEY_eq(key->key, certificate->key) == 1;
    ERR_clear_error();
    return matches;
}
