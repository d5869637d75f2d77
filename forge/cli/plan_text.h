/* SPDX-License-Identifier: Apache-2.0 */
/* A plan for a person. */
#ifndef FORGE_CLI_PLAN_TEXT_H
#define FORGE_CLI_PLAN_TEXT_H

#include "forge/join/plan.h"

/* Print PLAN on stdout: steps before, objects in order, steps after. Its warnings are left to the
 * log. */
void plan_print(const struct plan *plan);

#endif
