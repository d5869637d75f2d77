/* SPDX-License-Identifier: Apache-2.0 */
/* A new bundle's AES key and IV, random or derived, and their wrapping into its manifest. */
#ifndef FORGE_MANIFEST_BUNDLE_KEY_H
#define FORGE_MANIFEST_BUNDLE_KEY_H

#include "manifest/bundle.h"
#include "manifest/cipher.h"
#include "manifest/tar_header.h"

/* Set KEY, and MANIFEST's four encrypted elements. CONTENT (32 bytes) is the SHA-256 of what the
 * sparse map scan saw; it is used with options->reproducible only, for the MEMBER that will be
 * archived. */
MUST_CHECK int bundle_key_make(const struct bundle_options *options,
                               const struct tar_member *member, const unsigned char *content,
                               struct cipher_key *key, struct manifest *manifest,
                               struct error **err);

#endif
