/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and paddings derived from a secret, so that a bundle can be made again byte for byte. */
#ifndef FORGE_MANIFEST_DERIVE_H
#define FORGE_MANIFEST_DERIVE_H

#include "forge/base/error.h"
#include "forge/base/secret.h"

#include <stddef.h>

enum { DERIVE_SEED_MIN = 32, DERIVE_CONTEXT = 32 }; /* bytes */

/* One bundle's source of bytes: the secret bound to all that decides about the stream that is
 * encrypted. Nobody without the secret can tell its bytes from random ones. */
struct derivation;

/* HKDF-SHA-256 (RFC 5869) of SECRET with CONTEXT, a digest of the stream's content and shape, as
 * its salt. Two streams never share a context. A secret under DERIVE_SEED_MIN bytes is
 * ERROR_INVALID. */
MUST_CHECK struct derivation *derivation_new(const struct secret *secret,
                                             const unsigned char context[DERIVE_CONTEXT],
                                             struct error **err);

/* COUNT bytes (at most 8160) for the use that LABEL, LABEL_LENGTH bytes, names; no two uses share
 * a label. */
MUST_CHECK int derivation_bytes(const struct derivation *derivation, const void *label,
                                size_t label_length, void *out, size_t count, struct error **err);

/* Wipes it. */
void derivation_free(struct derivation *derivation);
DEFINE_CLEANUP(struct derivation *, derivation_free)

#endif
