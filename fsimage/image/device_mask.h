/* SPDX-License-Identifier: Apache-2.0 */
/* A device of which some areas read as zeros, whatever lies there. */
#ifndef FORGE_FSIMAGE_IMAGE_DEVICE_MASK_H
#define FORGE_FSIMAGE_IMAGE_DEVICE_MASK_H

#include "forge/base/device.h"
#include "fsimage/image/area_list.h"

/* DEVICE (taken) with AREAS (emptied; they may reach behind its end) as holes. For reading only; as
 * many threads may read at once as may read DEVICE. */
struct device *device_mask_new(struct device *device, struct area_list *areas);

#endif
