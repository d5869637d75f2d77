/* SPDX-License-Identifier: Apache-2.0 */
/* A plan as JSON. */
#ifndef FORGE_JOIN_PLAN_JSON_H
#define FORGE_JOIN_PLAN_JSON_H

#include "forge/base/json.h"
#include "forge/join/plan.h"

/* The whole plan, as forge-plan(1) describes it; new reference. */
json_t *plan_json(const struct plan *plan);

#endif
