/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a recipe: it, and those that it imports. */
#ifndef FORGE_BUILD_RECIPE_IMPORT_H
#define FORGE_BUILD_RECIPE_IMPORT_H

#include "forge/build/recipe_vars.h"

/* Their contents, each behind what it imports. */
struct recipe_files {
    struct recipe_node **roots;
    size_t count;
};

/* Parse SOURCE, which RECIPE takes, and read and parse what it imports, each file once; collect the
 * variables on the way. Circles, more than 32 files, and files that cannot be read are faults. */
void recipe_import(struct recipe *recipe, struct recipe_source *source, struct recipe_vars *vars,
                   struct recipe_files *files);

/* A text that is no recipe is not shown when it may have a secret: nobody knows where. */
void recipe_hide_all(struct recipe_source *source);

void recipe_files_clear(struct recipe_files *files);

#endif
