/* SPDX-License-Identifier: Apache-2.0 */
/* A layer over a device that is new: it reads as zeros, so zeros need not be written. */
#ifndef FORGE_BASE_DEVICE_FRESH_H
#define FORGE_BASE_DEVICE_FRESH_H

#include "forge/base/device.h"

/* Zeros among what is written become holes where they are worth one: runs of this many bytes, at
 * multiples of the size of a page. */
enum { DEVICE_FRESH_HOLE = 32 << 10 };

/* A device that writes to BELOW (taken), which reads as zeros and is written once: device_zero does
 * nothing, and unless KEEP_ZEROS is set neither does writing a run of zeros. NULL gives NULL. */
struct device *device_fresh_new(struct device *below, bool keep_zeros);

#endif
