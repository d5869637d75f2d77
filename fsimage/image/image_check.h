/* SPDX-License-Identifier: Apache-2.0 */
/* Is a file fit to be an image's top layer or a layer beneath it? */
#ifndef FORGE_FSIMAGE_IMAGE_IMAGE_CHECK_H
#define FORGE_FSIMAGE_IMAGE_IMAGE_CHECK_H

#include "fsimage/image/image.h"

/* Check FD, opened on PATH, as an image of FORMAT, with the layers beneath it when ALLOW_BACKING;
 * all failures are ERROR_INVALID except that of running qemu-img. On success *VIRTUAL_SIZE is what
 * the guest sees, and *ALLOCATED_SIZE has grown by what all layers take. */
MUST_CHECK int image_check(int fd, const char *path, enum image_format format, bool allow_backing,
                           int64_t *virtual_size, int64_t *allocated_size, struct error **err);

/* What other format the file has, by its magic: "VMDK", "gzip", ...; NULL when none is known. */
const char *image_foreign_format(int fd);

#endif
