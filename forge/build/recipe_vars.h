/* SPDX-License-Identifier: Apache-2.0 */
/* The variables of a recipe: ${{NAME}} in its values. */
#ifndef FORGE_BUILD_RECIPE_VARS_H
#define FORGE_BUILD_RECIPE_VARS_H

#include "forge/build/recipe_reading.h"

struct recipe_var {
    char *name;
    char *value;   /* NULL: it has to be given from outside */
    bool given;    /* from outside, which is stronger than what any file says */
    bool declared; /* by a file, or used by one */
    bool secret;   /* a file says so, even of one that is given */
};

/* {0} is none. */
struct recipe_vars {
    struct recipe_var *items;
    size_t count;
    size_t expanded; /* bytes that came of it so far */
};

/* Take TEXT, a checked NAME=VALUE, as given from outside. */
void recipe_vars_give(struct recipe_vars *vars, const char *text);

/* Add the variables of a file, the value of its key "vars"; they replace those of the same name
 * that came from a file before. */
void recipe_vars_read(struct recipe_vars *vars, struct recipe *recipe,
                      const struct recipe_node *mapping);

/* Replace the variables in the values of a file; keys, the imports and the variables themselves
 * stay as they are. A variable that is not known, one without a value, and more than 4 MiB that
 * come of it are faults. */
void recipe_vars_expand(struct recipe_vars *vars, struct recipe *recipe, struct recipe_node *root);

/* ERROR_USAGE when one was given that no file knows. */
MUST_CHECK int recipe_vars_check(const struct recipe_vars *vars, struct error **err);

void recipe_vars_clear(struct recipe_vars *vars);

#endif
