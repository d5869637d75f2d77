/* SPDX-License-Identifier: Apache-2.0 */
/* AES-128-CBC with PKCS#7 padding, and the key and IV as the manifest carries them. */
#ifndef FORGE_MANIFEST_CIPHER_H
#define FORGE_MANIFEST_CIPHER_H

#include "forge/base/error.h"

#include <stddef.h>

enum { CIPHER_BLOCK = 16 };

/* Key and IV; wipe with cipher_key_wipe. */
struct cipher_key {
    unsigned char key[16];
    unsigned char iv[16];
};

MUST_CHECK int cipher_key_random(struct cipher_key *key, struct error **err);
void cipher_key_wipe(struct cipher_key *key);

struct cipher;
MUST_CHECK struct cipher *cipher_new_encrypt(const struct cipher_key *key, struct error **err);
MUST_CHECK struct cipher *cipher_new_decrypt(const struct cipher_key *key, struct error **err);

/* Feed COUNT bytes; OUT has room for COUNT + CIPHER_BLOCK; *WRITTEN receives how many came out. */
MUST_CHECK int cipher_update(struct cipher *cipher, const void *in, size_t count, void *out,
                             size_t *written, struct error **err);

/* The last block: padding is added, or checked and removed (ERROR_MISMATCH when it is not right).
 */
MUST_CHECK int cipher_final(struct cipher *cipher, void *out, size_t *written, struct error **err);

void cipher_free(struct cipher *cipher);
DEFINE_CLEANUP(struct cipher *, cipher_free)

#endif
