/* SPDX-License-Identifier: Apache-2.0 */
/* What a certificate and a private key are made of; only for the files that use OpenSSL. */
#ifndef FORGE_MANIFEST_KEY_TYPES_H
#define FORGE_MANIFEST_KEY_TYPES_H

#include "manifest/keys.h"

#include <openssl/evp.h>

struct certificate {
    char *path;    /* for messages */
    EVP_PKEY *key; /* RSA, public */
};

struct private_key {
    char *path;
    EVP_PKEY *key; /* RSA, both halves */
};

DEFINE_CLEANUP(EVP_PKEY *, EVP_PKEY_free)
DEFINE_CLEANUP(EVP_PKEY_CTX *, EVP_PKEY_CTX_free)
DEFINE_CLEANUP(BIO *, BIO_free_all)

#endif
