/* SPDX-License-Identifier: Apache-2.0 */
/* The content of a file as a step's text has it: as it is, or encoded. */
#ifndef FORGE_FSIMAGE_OPS_CONTENT_H
#define FORGE_FSIMAGE_OPS_CONTENT_H

#include "forge/base/error.h"

#include <stddef.h>

/* The bytes that TEXT stands for under ENCODING: NULL for the text itself, "base64", or
 * "gzip+base64", which may come to 16 MiB. Owned, *LENGTH of them; anything else is ERROR_USAGE. */
MUST_CHECK char *content_decode(const char *text, const char *encoding, size_t *length,
                                struct error **err);

#endif
