/* SPDX-License-Identifier: Apache-2.0 */
/* A stream decrypted. */
#ifndef FORGE_MANIFEST_SOURCE_DECRYPT_H
#define FORGE_MANIFEST_SOURCE_DECRYPT_H

#include "forge/base/source.h"
#include "manifest/cipher.h"

/* What BELOW gives, decrypted with KEY (copied). Borrows BELOW. A stream that does not end in the
 * padding it should is ERROR_MISMATCH. */
MUST_CHECK struct source *source_decrypt_open(struct source *below, const struct cipher_key *key,
                                              struct error **err);

#endif
