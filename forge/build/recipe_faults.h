/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a recipe: all of it, each with its place. */
#ifndef FORGE_BUILD_RECIPE_FAULTS_H
#define FORGE_BUILD_RECIPE_FAULTS_H

#include "forge/base/json.h"
#include "forge/build/recipe_source.h"

struct recipe_fault {
    struct recipe_place place;
    char *message;
};

/* {0} is none. No more than a hundred are kept; the rest is counted. */
struct recipe_faults {
    struct recipe_fault *items;
    size_t count, dropped;
    const char *subject; /* what has them; NULL: "the recipe" */
};

/* Add a fault at PLACE, with the sentence FORMAT. */
void recipe_faults_add(struct recipe_faults *faults, const struct recipe_place *place,
                       const char *format, ...) PRINTF_LIKE(3, 4);

/* Add ERROR, which is freed, as a fault at PLACE, without ORIGIN in front of its message, the place
 * that whoever made it knew; NULL: none. */
void recipe_faults_take(struct recipe_faults *faults, const char *origin,
                        const struct recipe_place *place, struct error *error);

/* Bring them into the order of the text; those at one place keep theirs. */
void recipe_faults_sort(struct recipe_faults *faults);

/* 0 when there are none; otherwise ERROR_USAGE with each of them on a line, in the order of the
 * text, and below it the line that it is about. */
MUST_CHECK int recipe_faults_verdict(struct recipe_faults *faults, struct error **err);

/* An array of {"file", "line", "column", "message"}. New reference. */
json_t *recipe_faults_json(struct recipe_faults *faults);

void recipe_faults_clear(struct recipe_faults *faults);

#endif
