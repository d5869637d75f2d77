/* SPDX-License-Identifier: Apache-2.0 */
/* Recipes from texts, with a few keys for each section. */
#ifndef FORGE_TESTS_UNIT_RECIPE_TEXT_H
#define FORGE_TESTS_UNIT_RECIPE_TEXT_H

#include "forge/build/recipe.h"
#include "tests/unit/check.h"

static const struct recipe_key session_keys[] = {
    { .name = "network" }, { .name = "memsize" }, { .name = "format" }, { .name = "tmpdir" }, { 0 }
};
static const struct recipe_key disk_keys[] = { { .name = "layout" }, { .name = "exclude" }, { 0 } };
static const struct recipe_key bundle_keys[] = { { .name = "user" },     { .name = "productcodes" },
                                                 { .name = "force" },    { .name = "mtime" },
                                                 { "passphrase", true }, { 0 } };
static const struct recipe_key *const keys[] = {
    [RECIPE_SESSION] = session_keys, [RECIPE_DISK] = disk_keys, [RECIPE_BUNDLE] = bundle_keys
};

/* GIVEN is a variable from outside, NAME=VALUE; NULL: none. */
static inline int parse_with(const char *text, const char *given, struct recipe *recipe,
                             struct error **err)
{
    AUTO_STRINGS struct string_list vars = { 0 };
    if (given)
        string_list_add(&vars, given);
    if (recipe_parse("dir/web.yaml", text, strlen(text), keys, &vars, recipe, err))
        return -1;
    return recipe_faults_verdict(&recipe->faults, err);
}

static inline int parse(const char *text, struct recipe *recipe, struct error **err)
{
    return parse_with(text, NULL, recipe, err);
}

#endif
