/* SPDX-License-Identifier: Apache-2.0 */
/* A recipe: a build written down as a YAML file, see forge-recipe(5). */
#ifndef FORGE_BUILD_RECIPE_H
#define FORGE_BUILD_RECIPE_H

#include "forge/build/recipe_faults.h"
#include "fsimage/customize.h"

/* The sections of settings: keys at the top level, and those under "disk" and "bundle". */
enum recipe_section { RECIPE_SESSION, RECIPE_DISK, RECIPE_BUNDLE, RECIPE_SECTION_COUNT };

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
};

/* {0} before; clear with recipe_clear. */
struct recipe {
    struct recipe_source *source;
    struct recipe_faults faults;     /* what is wrong, and left out of the rest */
    char *image;                     /* path, joined to base_dir; NULL when the recipe names none */
    struct recipe_setting *settings; /* in the order of the file */
    size_t count;
    struct customize_plan plan; /* checked, local paths relative to the step's base_dir */
};

/* Read the recipe at PATH. KEYS has for each section the settings it may have. Every mistake in the
 * text becomes one of the recipe's faults, with its place and where there is one the nearest name;
 * only a file that cannot be read is an error (ERROR_USAGE). */
MUST_CHECK int recipe_read(const char *path,
                           const struct recipe_key *const keys[RECIPE_SECTION_COUNT],
                           struct recipe *recipe, struct error **err);

/* The same for a text, with PATH for messages and relative paths. */
void recipe_parse(const char *path, const char *text, size_t length,
                  const struct recipe_key *const keys[RECIPE_SECTION_COUNT], struct recipe *recipe);

void recipe_clear(struct recipe *recipe);
#define AUTO_RECIPE __attribute__((cleanup(recipe_clear)))

#endif
