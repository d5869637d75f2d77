/* SPDX-License-Identifier: Apache-2.0 */
/* A temporary qcow2 that takes every write, so that the image beneath is never changed. */
#ifndef FORGE_FSIMAGE_OVERLAY_H
#define FORGE_FSIMAGE_OVERLAY_H

#include "fsimage/image.h"

struct overlay;

/* Make an overlay over BASE (borrowed, must live longer) in the directory DIR, a workdir of the
 * caller's that is removed with everything in it; it replaces one that is there. The base's format
 * is recorded, never probed. */
MUST_CHECK struct overlay *overlay_create(const struct image *base, const char *dir,
                                          struct error **err);

const struct image *overlay_image(const struct overlay *overlay); /* borrowed */

void overlay_close(struct overlay *overlay);
DEFINE_CLEANUP(struct overlay *, overlay_close)

#endif
