/* SPDX-License-Identifier: Apache-2.0 */
/* Where objects go: bucket, prefix and region checked, and the keys under them. */
#ifndef FORGE_JOIN_PLAN_TARGET_H
#define FORGE_JOIN_PLAN_TARGET_H

#include "forge/join/plan.h"

/* Set PLAN's bucket and prefix from REQUEST, and warn of what S3 allows and tools stumble over.
 * ERROR_USAGE: a name that no bucket, prefix or region can have. */
MUST_CHECK int plan_set_target(struct plan *plan, const struct plan_request *request,
                               struct error **err);

/* The key of the file NAME; owned. */
char *plan_key(const struct plan *plan, const char *name);

#endif
