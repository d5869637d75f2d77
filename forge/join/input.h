/* SPDX-License-Identifier: Apache-2.0 */
/* What every IMAGE argument accepts: a disk image, or the manifest of a bundle that holds one. */
#ifndef FORGE_JOIN_INPUT_H
#define FORGE_JOIN_INPUT_H

#include "forge/base/progress.h"
#include "fsimage/image/image.h"
#include "manifest/bundle.h"

struct input_options {
    struct image_options image;
    const struct private_key *key; /* opens a bundle; may be NULL for a disk image */
    const char *tmpdir;            /* where a bundle is restored; NULL: as temporary_parent() */
    const char *sha256;            /* of the file, in lower case; NULL: whatever it is */
};

struct input {
    struct image *image;
    struct manifest *origin; /* NULL when the argument was a disk image */
    struct workdir *scratch; /* holds the restored image of a bundle */
};

/* Is the file at PATH a manifest? True when it starts as XML does; a file that cannot be read is
 * none. */
bool input_is_manifest(const char *path);

/* Open PATH. With options->image.format given it is a disk image, whatever its first bytes. A
 * bundle is restored sparsely to the temporary directory; its parts lie beside the manifest.
 * A SHA-256 is checked first, of a bundle that of the manifest: ERROR_MISMATCH. ERROR_USAGE when a
 * bundle comes without a key; otherwise as image_open and bundle_extract. */
MUST_CHECK struct input *input_open(const char *path, const struct input_options *options,
                                    struct progress *progress, struct error **err);

void input_close(struct input *input);
DEFINE_CLEANUP(struct input *, input_close)

#endif
