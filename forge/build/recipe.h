/* SPDX-License-Identifier: Apache-2.0 */
/* A recipe: a build written down as a YAML file, see forge-recipe(5). */
#ifndef FORGE_BUILD_RECIPE_H
#define FORGE_BUILD_RECIPE_H

#include "fsimage/customize.h"

/* The sections of settings: keys at the top level, and those under "disk" and "bundle". */
enum recipe_section { RECIPE_SESSION, RECIPE_DISK, RECIPE_BUNDLE, RECIPE_SECTION_COUNT };

/* An option's name without its dashes, and its value as on the command line. Relative paths among
 * the values start at the recipe's base_dir: who knows what an option means joins them. */
struct recipe_setting {
    enum recipe_section section;
    char *key;
    struct string_list values; /* one text, or the items of a list; yes or no is "true", "false" */
    char *origin;              /* "web.yaml:3:5" */
};

/* {0} before; clear with recipe_clear. */
struct recipe {
    char *base_dir;                  /* of the recipe's file */
    char *image;                     /* path, joined to base_dir; NULL when the recipe names none */
    struct recipe_setting *settings; /* in the order of the file */
    size_t count;
    struct customize_plan plan; /* checked, local paths relative to base_dir */
};

/* Read the recipe at PATH. KEYS has for each section the settings it may have, a NULL-terminated
 * list of names; any other key is ERROR_USAGE with its position and the nearest name. */
MUST_CHECK int recipe_read(const char *path, const char *const *const keys[RECIPE_SECTION_COUNT],
                           struct recipe *recipe, struct error **err);

/* The same for a text, with PATH for messages and relative paths. */
MUST_CHECK int recipe_parse(const char *path, const char *text, size_t length,
                            const char *const *const keys[RECIPE_SECTION_COUNT],
                            struct recipe *recipe, struct error **err);

void recipe_clear(struct recipe *recipe);
#define AUTO_RECIPE __attribute__((cleanup(recipe_clear)))

#endif
