/* SPDX-License-Identifier: Apache-2.0 */
/* What is refused in a manifest before it is parsed. */
#ifndef FORGE_MANIFEST_MANIFEST_RAW_H
#define FORGE_MANIFEST_MANIFEST_RAW_H

#include "forge/base/error.h"

#include <stddef.h>

/* Is TEXT of a length, an encoding and a shape that a manifest may have, and the parser can be
 * trusted with? ERROR_INVALID. */
MUST_CHECK int manifest_check_raw(const char *text, size_t length, struct error **err);

#endif
