/* SPDX-License-Identifier: Apache-2.0 */
/* A YAML file as a tree of nodes with positions; the one door to the YAML library. */
#ifndef FORGE_BUILD_RECIPE_YAML_H
#define FORGE_BUILD_RECIPE_YAML_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum recipe_node_kind { RECIPE_SCALAR, RECIPE_LIST, RECIPE_MAPPING };

struct recipe_node {
    enum recipe_node_kind kind;
    size_t line, column;           /* from 1 */
    char *text;                    /* of a scalar, as written; never has a NUL inside */
    bool plain;                    /* the scalar has no quotes */
    struct recipe_node **children; /* a mapping's are key, value, key, value, ... */
    size_t count;                  /* of children */
};

/* Read the one document in the file PATH. Refused, as ERROR_USAGE with "PATH:LINE:COLUMN: ": what
 * is no YAML, more than 1 MiB, more than 32 levels, anchors, aliases, tags, a second document, keys
 * that are no plain text, and a key given twice. NULL then. */
MUST_CHECK struct recipe_node *recipe_yaml_read(const char *path, struct error **err);

/* The same for TEXT, with PATH for messages. */
MUST_CHECK struct recipe_node *recipe_yaml_parse(const char *path, const char *text, size_t length,
                                                 struct error **err);

/* The value of KEY in a mapping, NULL when there is none. Borrowed. */
const struct recipe_node *recipe_node_get(const struct recipe_node *mapping, const char *key);

/* True for nothing, "~" and "null". */
bool recipe_node_is_null(const struct recipe_node *node);

void recipe_node_free(struct recipe_node *node);
DEFINE_CLEANUP(struct recipe_node *, recipe_node_free)

#endif
