/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes and digests of the objects of an upload. */
#ifndef FORGE_JOIN_PLAN_DIGEST_H
#define FORGE_JOIN_PLAN_DIGEST_H

#include "forge/join/plan.h"
#include "manifest/manifest.h"

/* Read every file of PLAN once, on all processors, and fill in size and digests; PLAN has
 * MANIFEST's parts in order and then the manifest itself. ERROR_MISMATCH: the first part that is
 * missing or wrong, and how many more are; or parts whose sum is not the manifest's. */
MUST_CHECK int plan_digest(struct plan *plan, const struct manifest *manifest,
                           struct progress *progress, struct error **err);

#endif
