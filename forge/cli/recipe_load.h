/* SPDX-License-Identifier: Apache-2.0 */
/* A recipe's settings, brought in through the same rows as the command line's. */
#ifndef FORGE_CLI_RECIPE_LOAD_H
#define FORGE_CLI_RECIPE_LOAD_H

#include "forge/build/recipe.h"
#include "forge/cli/options.h"

/* The row of --var NAME=VALUE, repeatable, over a struct string_list at OFFSET; that list is
 * cleared by who declares it. */
#define RECIPE_VAR_ROW(OFFSET)                                                                     \
    {                                                                                              \
        "var", 0, OPTION_CUSTOM, "NAME=VALUE", OFFSET,                                             \
            "Give a variable of the recipe a value; repeatable", .set = recipe_set_var             \
    }
int recipe_set_var(void *field, const struct option_row *row, const char *text,
                   const struct option_source *source, struct error **err);

/* Read the recipe at PATH, with VARS as recipe_set_var() left them, for OPTIONS, whose sections say
 * what it may set, and set those that the command line left open. What a row refuses is one more of
 * the recipe's faults. */
MUST_CHECK int recipe_load(const char *path, const struct string_list *vars,
                           struct options *options, struct recipe *recipe, struct error **err);

#endif
