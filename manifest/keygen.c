/* SPDX-License-Identifier: Apache-2.0 */
/* A new RSA key with its self-signed certificate, each in a file of its own. */
#include "forge/base/digest.h"
#include "manifest/crypto_error.h"
#include "manifest/key_types.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <string.h>
#include <sys/stat.h>

enum {
    VALID_DAYS = 10 * 365 + 3,
    SERIAL_BITS = 127,
    SUBJECT_MAX = 64 /* RFC 5280, ub-common-name */
};

DEFINE_CLEANUP(X509 *, X509_free)
DEFINE_CLEANUP(EVP_MD *, EVP_MD_free)
DEFINE_CLEANUP(BIGNUM *, BN_free)

static bool set_random_serial(X509 *x509)
{
    AUTO(BN_free) BIGNUM *serial = BN_new();
    return serial &&
           BN_rand_ex(serial, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY, 0, NULL) &&
           BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x509));
}

static bool set_subject(X509 *x509, const char *subject)
{
    X509_NAME *name = X509_get_subject_name(x509);
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)subject, -1,
                                      -1, 0) &&
           X509_set_issuer_name(x509, name);
}

static X509 *make_certificate(EVP_PKEY *key, const char *subject)
{
    AUTO(X509_free) X509 *x509 = X509_new_ex(crypto_library_context(), NULL);
    AUTO(EVP_MD_free) EVP_MD *sha256 = EVP_MD_fetch(crypto_library_context(), "SHA256", NULL);
    if (!x509 || !sha256 || !X509_set_version(x509, X509_VERSION_3) || !set_random_serial(x509) ||
        !X509_gmtime_adj(X509_getm_notBefore(x509), 0) ||
        !X509_time_adj_ex(X509_getm_notAfter(x509), VALID_DAYS, 0, NULL) ||
        !X509_set_pubkey(x509, key) || !set_subject(x509, subject) || !X509_sign(x509, key, sha256))
        return NULL;
    return STEAL(x509);
}

/* Put what BIO holds into a new file. */
static int write_new(const char *path, mode_t mode, BIO *bio, struct error **err)
{
    AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return error_set_errno(err, "making %s", path);
    char *text;
    long length = BIO_get_mem_data(bio, &text);
    /* A umask may only have taken bits away; the key's mode stays 0600 in any case. */
    if (write(fd, text, (size_t)length) != length || fsync(fd)) {
        error_set_errno(err, "writing %s", path);
        unlink(path);
        return -1;
    }
    return 0;
}

static int write_both(const char *certificate_path, BIO *certificate, const char *key_path,
                      BIO *key, struct error **err)
{
    if (write_new(key_path, 0600, key, err))
        return -1;
    if (write_new(certificate_path, 0644, certificate, err)) {
        unlink(key_path);
        return -1;
    }
    return 0;
}

int keygen(const char *certificate_path, const char *key_path, int bits, const char *subject,
           struct error **err)
{
    if (bits != 2048 && bits != 4096)
        return error_set(err, ERROR_USAGE, "a key has 2048 or 4096 bits, not %d", bits);
    if (!*subject || strlen(subject) > SUBJECT_MAX)
        return error_set(err, ERROR_USAGE, "a certificate's subject has 1 to %d bytes",
                         SUBJECT_MAX);
    /* Before the seconds that a key takes; O_EXCL decides in the end. */
    const char *const paths[] = { certificate_path, key_path };
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
        if (access(paths[i], F_OK) == 0)
            return error_set(err, ERROR_FAILED, "%s exists and is not overwritten", paths[i]);

    ERR_clear_error();
    OSSL_LIB_CTX *before = OSSL_LIB_CTX_set0_default(crypto_library_context());
    AUTO(EVP_PKEY_free)
    EVP_PKEY *key = EVP_PKEY_Q_keygen(crypto_library_context(), NULL, "RSA", (size_t)bits);
    AUTO(X509_free) X509 *x509 = key ? make_certificate(key, subject) : NULL;
    AUTO(BIO_free_all) BIO *certificate_pem = BIO_new(BIO_s_mem());
    AUTO(BIO_free_all) BIO *key_pem = BIO_new(BIO_s_secmem()); /* wiped when freed */
    bool made = x509 && certificate_pem && key_pem && PEM_write_bio_X509(certificate_pem, x509) &&
                PEM_write_bio_PKCS8PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL);
    OSSL_LIB_CTX_set0_default(before);
    if (!made)
        return crypto_error(err, ERROR_FAILED, "making an RSA key of %d bits", bits);
    return write_both(certificate_path, certificate_pem, key_path, key_pem, err);
}
