/* SPDX-License-Identifier: Apache-2.0 */
/* Where the header of a gzip member ends (RFC 1952, 2.3). */
#ifndef FORGE_MANIFEST_GZIP_HEADER_H
#define FORGE_MANIFEST_GZIP_HEADER_H

#include "forge/base/error.h"

#include <sys/types.h>

/* The length of the header that begins at BYTES, of which COUNT are known: 0 when more are needed,
 * -1 (ERROR_MISMATCH) when it is none, -1 (ERROR_FAILED) without memory. */
MUST_CHECK ssize_t gzip_header_length(const unsigned char *bytes, size_t count, struct error **err);

#endif
