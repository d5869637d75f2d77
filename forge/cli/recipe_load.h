/* SPDX-License-Identifier: Apache-2.0 */
/* A recipe's settings, brought in through the same rows as the command line's. */
#ifndef FORGE_CLI_RECIPE_LOAD_H
#define FORGE_CLI_RECIPE_LOAD_H

#include "forge/build/recipe.h"
#include "forge/cli/options.h"

/* Read the recipe at PATH for OPTIONS, whose sections say what it may set, and set those that the
 * command line left open. What a row refuses is one more of the recipe's faults. */
MUST_CHECK int recipe_load(const char *path, struct options *options, struct recipe *recipe,
                           struct error **err);

#endif
