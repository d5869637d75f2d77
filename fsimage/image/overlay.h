/* SPDX-License-Identifier: Apache-2.0 */
/* A temporary qcow2 that takes every write, so that the image beneath is never changed. */
#ifndef FORGE_FSIMAGE_IMAGE_OVERLAY_H
#define FORGE_FSIMAGE_IMAGE_OVERLAY_H

#include "fsimage/image/image.h"

struct overlay;

/* Make an overlay over BASE (borrowed, must live longer) in the directory DIR, a workdir of the
 * caller's that is removed with everything in it; it replaces one that is there. The base's format
 * is recorded, never probed. */
MUST_CHECK struct overlay *overlay_create(const struct image *base, const char *dir,
                                          struct error **err);

/* Make the disk that OVERLAY shows SIZE bytes large, a multiple of 512: what is cut off is lost,
 * what is added reads as zeros. Nobody may have it open. */
MUST_CHECK int overlay_resize(struct overlay *overlay, int64_t size, struct error **err);

/* Its bytes for reading and writing. */
MUST_CHECK struct device *overlay_device(struct overlay *overlay, struct error **err);

const struct image *overlay_image(const struct overlay *overlay); /* borrowed */

void overlay_close(struct overlay *overlay);
DEFINE_CLEANUP(struct overlay *, overlay_close)

#endif
