/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle's image written to a file or a stream. */
#ifndef FORGE_JOIN_UNBUNDLE_H
#define FORGE_JOIN_UNBUNDLE_H

#include "forge/base/progress.h"
#include "fsimage/image/image.h"
#include "manifest/bundle.h"

/* Everything is borrowed. */
struct unbundle_request {
    const char *manifest_path;
    const char *source; /* the directory of the parts; NULL: the manifest's */
    const struct private_key *key;
    const char *output;
    enum image_format format;
    bool replace;
    bool no_sparse;               /* every byte gets its place on the disk */
    struct bundle_report *report; /* receives every fault of the bundle; may be NULL */
};

/* Restore the image into request->output: made in a work directory beside it, given the time that
 * the bundle records, and renamed into place only when every digest is right. */
MUST_CHECK int forge_unbundle(const struct unbundle_request *request, struct progress *progress,
                              struct error **err);

/* Restore the image, raw, as a stream into FD (borrowed). What was written before a fault was found
 * cannot be taken back: the error is all that tells. */
MUST_CHECK int forge_unbundle_stream(const struct unbundle_request *request, int fd,
                                     struct progress *progress, struct error **err);

#endif
