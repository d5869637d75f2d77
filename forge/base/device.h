/* SPDX-License-Identifier: Apache-2.0 */
/* Random access under everything: the guest-visible bytes of an image, whatever holds them. */
#ifndef FORGE_BASE_DEVICE_H
#define FORGE_BASE_DEVICE_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A run of bytes. ZERO promises that all of them read as zero; data promises nothing. */
struct extent {
    int64_t offset;
    int64_t length;
    bool zero;
};

/* Called for each extent in ascending order, without gaps or overlaps. Non-zero ends the walk. */
typedef int extent_visitor(void *opaque, const struct extent *extent, struct error **err);

struct device {
    const struct device_ops *ops;
    int64_t size; /* bytes */
};

/* A NULL member means: not possible (pwrite, zero), nothing to do (flush), all data (extents). */
struct device_ops {
    int (*pread)(struct device *device, void *buffer, size_t count, int64_t offset,
                 struct error **err);
    int (*pwrite)(struct device *device, const void *buffer, size_t count, int64_t offset,
                  struct error **err);
    int (*zero)(struct device *device, int64_t offset, int64_t length, struct error **err);
    int (*extents)(struct device *device, int64_t offset, int64_t length, extent_visitor *visit,
                   void *opaque, struct error **err);
    int (*flush)(struct device *device, struct error **err);
    void (*close)(struct device *device);
};

/* A device belongs to one thread at a time, unless its constructor says that reads may be
 * concurrent. Ranges are checked here, against SIZE: implementations may rely on them. */

/* Read exactly COUNT bytes at OFFSET. */
MUST_CHECK int device_pread(struct device *device, void *buffer, size_t count, int64_t offset,
                            struct error **err);

/* Write exactly COUNT bytes at OFFSET. */
MUST_CHECK int device_pwrite(struct device *device, const void *buffer, size_t count,
                             int64_t offset, struct error **err);

/* Make LENGTH bytes at OFFSET read as zero, as a hole where the device has holes. */
MUST_CHECK int device_zero(struct device *device, int64_t offset, int64_t length,
                           struct error **err);

/* Visit the extents of a range; neighbours of one kind may come as several extents. */
MUST_CHECK int device_extents(struct device *device, int64_t offset, int64_t length,
                              extent_visitor *visit, void *opaque, struct error **err);

/* Bring everything written to stable storage. */
MUST_CHECK int device_flush(struct device *device, struct error **err);

void device_close(struct device *device);
DEFINE_CLEANUP(struct device *, device_close)

#endif
