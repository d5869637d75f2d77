/* SPDX-License-Identifier: Apache-2.0 */
/* A recipe: a build written down as a YAML file, see forge-recipe(5). */
#ifndef FORGE_BUILD_RECIPE_H
#define FORGE_BUILD_RECIPE_H

#include "forge/build/recipe_faults.h"
#include "fsimage/customize.h"

/* The sections of settings: keys at the top level, and those under "disk" and "bundle". */
enum recipe_section { RECIPE_SESSION, RECIPE_DISK, RECIPE_BUNDLE, RECIPE_SECTION_COUNT };

/* The keys at the top level that are no settings, and those of a mapping under "image", where all
 * but the first, "path", are settings of RECIPE_SESSION. Each list ends with NULL. */
extern const char *const recipe_keys[];
extern const char *const recipe_image_keys[];

/* A key that a section may have. A NULL name ends a list of them. */
struct recipe_key {
    const char *name;
    bool secret; /* the value is never shown */
};

/* An option's name without its dashes, and its value as on the command line. Relative paths among
 * the values start at the base_dir of its source: who knows what an option means joins them. */
struct recipe_setting {
    enum recipe_section section;
    char *key;
    struct string_list values; /* one text, or the items of a list; yes or no is "true", "false" */
    struct recipe_place place; /* of the key */
    struct recipe_place *places; /* of the values */
};

/* {0} before; clear with recipe_clear. */
struct recipe {
    struct recipe_source **sources; /* the recipe's file, and those that it imports */
    size_t source_count;
    struct recipe_faults faults;     /* what is wrong, and left out of the rest */
    char *image;                     /* path, joined to base_dir; NULL when the recipe names none */
    struct recipe_setting *settings; /* in the order of the files; one for a key */
    size_t count;
    struct customize_plan plan; /* checked, local paths relative to the step's base_dir */
};

/* ERROR_USAGE unless TEXT is NAME=VALUE, with a NAME that a variable can have. */
MUST_CHECK int recipe_check_var(const char *text, struct error **err);

/* Read the recipe at PATH and what it imports. KEYS has for each section the settings it may have;
 * VARS (checked NAME=VALUE, may be NULL) are stronger than the recipe's own variables. Every
 * mistake in the text becomes one of the recipe's faults, with its place and where there is one the
 * nearest name. Errors (ERROR_USAGE) are only a file at PATH that cannot be read, and one of VARS
 * that a recipe without faults does not know. */
MUST_CHECK int recipe_read(const char *path,
                           const struct recipe_key *const keys[RECIPE_SECTION_COUNT],
                           const struct string_list *vars, struct recipe *recipe,
                           struct error **err);

/* The same for a text, with PATH for messages and relative paths. */
MUST_CHECK int recipe_parse(const char *path, const char *text, size_t length,
                            const struct recipe_key *const keys[RECIPE_SECTION_COUNT],
                            const struct string_list *vars, struct recipe *recipe,
                            struct error **err);

void recipe_clear(struct recipe *recipe);
#define AUTO_RECIPE __attribute__((cleanup(recipe_clear)))

#endif
