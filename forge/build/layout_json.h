/* SPDX-License-Identifier: Apache-2.0 */
/* What disk was asked for as JSON, for reports. */
#ifndef FORGE_BUILD_LAYOUT_JSON_H
#define FORGE_BUILD_LAYOUT_JSON_H

#include "forge/base/json.h"
#include "forge/build/layout.h"

/* {"layout", "efi", "size", "fs", "fstab", "rules": [{"rule", "pattern"}]}, in the words of the
 * options, sizes in bytes; null for what is as the source's. null for a disk that is kept as it is.
 * New reference. */
json_t *layout_json(const struct layout_request *request);

#endif
