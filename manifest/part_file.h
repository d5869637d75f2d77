/* SPDX-License-Identifier: Apache-2.0 */
/* One part of a bundle: its file found, opened and judged. */
#ifndef FORGE_MANIFEST_PART_FILE_H
#define FORGE_MANIFEST_PART_FILE_H

#include "manifest/manifest.h"

/* Open part INDEX in DIRECTORY for reading: a descriptor, *SIZE its length when not NULL. Missing,
 * not a regular file, or impossibly long: ERROR_MISMATCH. */
MUST_CHECK int part_open(const struct manifest *manifest, size_t index, const char *directory,
                         int64_t *size, struct error **err);

/* Is a part of SIZE bytes with the SHA-1 DIGEST the one of the manifest? ERROR_MISMATCH names part
 * and file, and tells short, long and damaged apart where the manifest lets us. */
MUST_CHECK int part_judge(const struct manifest *manifest, size_t index, int64_t size,
                          const char *digest, struct error **err);

/* Are all parts there, and is bundled_size their sum? A glance at the files, not into them. */
MUST_CHECK int parts_present(const struct manifest *manifest, const char *directory,
                             struct error **err);

#endif
