/* SPDX-License-Identifier: Apache-2.0 */
/* A plan's steps as JSON, for reports and dry runs. */
#ifndef FORGE_BUILD_STEPS_JSON_H
#define FORGE_BUILD_STEPS_JSON_H

#include "forge/base/json.h"
#include "fsimage/customize.h"

/* An array of {"operation", "value", "origin"}, in the order of the run, with "mode" and "owner"
 * where they are given; the value is null when there is none or it is secret, and the latter has
 * "secret" as well. PLAN may be NULL. New reference. */
json_t *steps_json(const struct customize_plan *plan);

#endif
