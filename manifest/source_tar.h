/* SPDX-License-Identifier: Apache-2.0 */
/* An image as a tar stream with one member. */
#ifndef FORGE_MANIFEST_SOURCE_TAR_H
#define FORGE_MANIFEST_SOURCE_TAR_H

#include "forge/base/source.h"
#include "manifest/tar_header.h"

/* The stream of MEMBER, tar_stream_size() bytes, with the data read from IMAGE. Borrows all of
 * them, and belongs to one thread at a time like IMAGE. */
struct source *source_tar_new(struct device *image, const struct tar_member *member);

#endif
