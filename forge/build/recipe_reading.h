/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that read a recipe share. */
#ifndef FORGE_BUILD_RECIPE_READING_H
#define FORGE_BUILD_RECIPE_READING_H

#include "forge/build/recipe.h"
#include "forge/build/recipe_yaml.h"

/* Add a fault where NODE begins. */
#define recipe_refuse(recipe, node, ...)                                                           \
    recipe_faults_add(&(recipe)->faults, &(node)->place, __VA_ARGS__)

/* NODE is a key that is not among NAMES (NULL-terminated). */
void recipe_refuse_key(struct recipe_faults *faults, const struct recipe_node *node,
                       const char *const names[]);

/* Is VALUE a text that is there: no list, and not nothing? A fault about KEY when it is not. */
bool recipe_expect_text(struct recipe *recipe, const struct recipe_node *key,
                        const struct recipe_node *value);

/* Add the operations of the list STEPS to the recipe's plan. */
void recipe_read_steps(struct recipe *recipe, const struct recipe_node *steps);

#endif
