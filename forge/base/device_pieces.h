/* SPDX-License-Identifier: Apache-2.0 */
/* A device whose bytes lie in several places of another one, as a partition's or a volume's do. */
#ifndef FORGE_BASE_DEVICE_PIECES_H
#define FORGE_BASE_DEVICE_PIECES_H

#include "forge/base/device.h"

struct device_piece {
    int64_t offset, length; /* bytes of the device below */
};

/* To read COUNT pieces (copied) of BELOW (borrowed; it must outlive the result), one behind the
 * other. ERROR_INVALID when one of them is not within BELOW. */
MUST_CHECK struct device *device_pieces_new(struct device *below, const struct device_piece *pieces,
                                            size_t count, struct error **err);

#endif
