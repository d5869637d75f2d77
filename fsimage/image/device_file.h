/* SPDX-License-Identifier: Apache-2.0 */
/* The two devices behind an image: a raw file itself, or any format through qemu-nbd. */
#ifndef FORGE_FSIMAGE_IMAGE_DEVICE_FILE_H
#define FORGE_FSIMAGE_IMAGE_DEVICE_FILE_H

#include "fsimage/image/image.h"

/* A raw file or block device, for reading. Extents are the file's holes. Reads may come from
 * several threads at once. */
MUST_CHECK struct device *device_open_raw(const char *path, struct error **err);

/* IMAGE's guest-visible bytes through a qemu-nbd of our own, which ends with the thread that opens
 * the device; extents are its block status. One thread at a time. */
MUST_CHECK struct device *device_open_nbd(const struct image *image, bool writable,
                                          struct error **err);

#endif
