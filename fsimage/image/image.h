/* SPDX-License-Identifier: Apache-2.0 */
/* A disk image on this host: where it is, what format it has, how large the guest sees it. */
#ifndef FORGE_FSIMAGE_IMAGE_IMAGE_H
#define FORGE_FSIMAGE_IMAGE_IMAGE_H

#include "forge/base/device.h"

#include <stdbool.h>
#include <sys/stat.h>

enum image_format { IMAGE_RAW, IMAGE_QCOW2 };

struct image {
    char *path; /* absolute, symbolic links resolved */
    enum image_format format;
    int64_t virtual_size;   /* bytes the guest sees */
    int64_t allocated_size; /* bytes it takes on this host, backing files included */
    struct stat opened;     /* as it was when it was opened */
};

struct image_options {
    const char *format; /* "raw", "qcow2", or NULL: qcow2 by its magic, otherwise raw */
    bool allow_backing; /* a backing file is acceptable, if every layer records its format */
};

/* Open and check the image at PATH. ERROR_INVALID: missing, unreadable, empty, truncated, in use by
 * another program, LUKS, a backing or external data file that is not allowed. Internal snapshots
 * are pointed out in the log. OPTIONS may be NULL. */
MUST_CHECK struct image *image_open(const char *path, const struct image_options *options,
                                    struct error **err);

/* Describe a file that this process has just made; nothing is probed. */
struct image *image_of(const char *path, enum image_format format, int64_t virtual_size);

/* Fail (ERROR_FAILED) when the file changed since image_open: its size, mtime or inode differs. */
MUST_CHECK int image_check_unchanged(const struct image *image, struct error **err);

void image_close(struct image *image);
DEFINE_CLEANUP(struct image *, image_close)

const char *image_format_name(enum image_format format); /* "raw", "qcow2" */
MUST_CHECK int image_format_parse(const char *name, enum image_format *format, struct error **err);

/* The image's guest-visible bytes, for reading: raw or by qemu-nbd, chosen here only. */
MUST_CHECK struct device *image_device(const struct image *image, struct error **err);

/* A new sparse raw file of SIZE bytes for reading and writing; PATH must not exist. */
MUST_CHECK struct device *device_create_raw(const char *path, int64_t size, struct error **err);

/* A new image of SIZE bytes in FORMAT, to be written once; PATH must not exist. Zeros that are
 * written become holes, unless ALLOCATE gives every byte its place on the disk. */
MUST_CHECK struct device *device_create(const char *path, enum image_format format, int64_t size,
                                        bool allocate, struct error **err);

/* SIZE bytes written once, in ascending order, to a stream such as a pipe; gaps become zeros.
 * FD is borrowed. */
struct device *device_stream(int fd, int64_t size);

/* Write all of FROM to a new image at PATH in FORMAT, holes kept; PATH must not exist. */
struct progress;
MUST_CHECK int image_write(struct device *from, const char *path, enum image_format format,
                           struct progress *progress, struct error **err);

#endif
