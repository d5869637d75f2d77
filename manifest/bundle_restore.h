/* SPDX-License-Identifier: Apache-2.0 */
/* From the parts to the image: the layers between them, stacked and pulled. */
#ifndef FORGE_MANIFEST_BUNDLE_RESTORE_H
#define FORGE_MANIFEST_BUNDLE_RESTORE_H

#include "manifest/bundle.h"
#include "manifest/cipher.h"

/* Restore the image of MANIFEST with KEY into IMAGE, which has manifest->size bytes, and check all
 * that can be checked on the way (ERROR_MISMATCH). *MTIME, when not NULL, receives the member's.
 * PROGRESS, whose step the caller began, is told the bytes of the parts. After a mismatch *FIELD is
 * the manifest's element that the content contradicts. */
MUST_CHECK int bundle_restore(const struct manifest *manifest, const struct cipher_key *key,
                              const char *directory, struct device *image,
                              struct progress *progress, int64_t *mtime, const char **field,
                              struct error **err);

#endif
