/* SPDX-License-Identifier: Apache-2.0 */
/* A stream that is digested as it passes, up to a limit. */
#ifndef FORGE_MANIFEST_SOURCE_DIGEST_H
#define FORGE_MANIFEST_SOURCE_DIGEST_H

#include "forge/base/digest.h"
#include "forge/base/source.h"

/* What BELOW gives, all of it going into DIGEST; more than LIMIT bytes are ERROR_MISMATCH. Borrows
 * both. */
struct source *source_digest_open(struct source *below, struct digest *digest, int64_t limit);

#endif
