/* SPDX-License-Identifier: Apache-2.0 */
/* Streaming message digests over OpenSSL, in a library context no configuration file reaches. */
#ifndef FORGE_BASE_DIGEST_H
#define FORGE_BASE_DIGEST_H

#include "forge/base/error.h"

#include <stddef.h>

enum digest_kind { DIGEST_SHA1, DIGEST_SHA256, DIGEST_MD5 };
enum { DIGEST_MAX = 32 }; /* bytes of the longest kind */

struct digest;

/* NULL only with an error set (the host's OpenSSL lacks the algorithm: ERROR_HOST). */
MUST_CHECK struct digest *digest_new(enum digest_kind kind, struct error **err);
void digest_update(struct digest *digest, const void *bytes, size_t count);
/* The digest so far, as bytes (digest_size of them); the digest takes no more updates. */
void digest_final(struct digest *digest, unsigned char bytes[DIGEST_MAX]);
/* The same as owned lower-case hexadecimal. */
char *digest_final_hex(struct digest *digest);
size_t digest_size(enum digest_kind kind);
void digest_free(struct digest *digest);
DEFINE_CLEANUP(struct digest *, digest_free)

/* Lower-case hexadecimal digest of COUNT bytes; owned, NULL on error. */
MUST_CHECK char *digest_bytes(enum digest_kind kind, const void *bytes, size_t count,
                              struct error **err);

/* Lower-case hexadecimal digest of a whole file; owned, NULL on error. */
MUST_CHECK char *digest_file(enum digest_kind kind, const char *path, struct error **err);

/* The private OSSL_LIB_CTX (as void *, so that only who includes OpenSSL sees it): algorithms come
 * from the default provider, whatever OPENSSL_CONF and the host's policy say. Lives until exit. */
void *crypto_library_context(void);

#endif
