/* SPDX-License-Identifier: Apache-2.0 */
/* What ec2-bundle-image and ec2-bundle-vol share: options, keys, and an image that becomes a
 * bundle. */
#ifndef FORGE_COMPAT_BUNDLING_H
#define FORGE_COMPAT_BUNDLING_H

#include "forge/compat/compat.h"
#include "manifest/manifest.h"

/* {0} before; clear with bundling_clear. The first member of a tool's values. */
struct bundling {
    const char *certificate, *private_key, *user;
    const char *destination, *ec2_certificate, *architecture, *prefix;
    const char *kernel, *ramdisk, *product_codes;
    bool no_size_checks;
    struct manifest fields; /* what the manifest will say; the mapping from the first on */
    struct bundling_keys {
        struct certificate *certificate, *ec2_certificate;
        struct private_key *key;
    } keys;
};

/* The options that set it. */
enum { BUNDLING_ROWS = 12 };
extern const struct argument_row bundling_rows[BUNDLING_ROWS];

/* Where the bundle goes: as given, else /tmp. */
const char *bundling_directory(const struct bundling *bundling);

/* All that the manifest says besides digests and keys; NAME is that of the bundle. */
void bundling_fill_fields(struct bundling *bundling, const char *name);

/* The architecture, if it is still open, is this host's. A line for one that Amazon's tools do not
 * know. */
void bundling_complete_architecture(struct bundling *bundling);

MUST_CHECK int bundling_read_keys(struct bundling *bundling, struct compat_run *run,
                                  struct error **err);

/* What is refused before anything is said: the image at PATH, and its size. *MTIME becomes the
 * archive member's. */
MUST_CHECK int bundling_check_image(const char *path, int64_t *mtime, struct error **err);

/* Bundle the image at PATH, in FORMAT (NULL: by its first bytes), and print the original's lines.
 */
MUST_CHECK int bundling_run(struct bundling *bundling, const char *path, const char *format,
                            int64_t mtime, struct compat_run *run, struct error **err);

void bundling_clear(struct bundling *bundling);

#endif
