/* SPDX-License-Identifier: Apache-2.0 */
/* A YAML text as a tree of nodes with places; the one door to the YAML library. */
#ifndef FORGE_BUILD_RECIPE_YAML_H
#define FORGE_BUILD_RECIPE_YAML_H

#include "forge/build/recipe_faults.h"

enum recipe_node_kind { RECIPE_SCALAR, RECIPE_LIST, RECIPE_MAPPING };

struct recipe_node {
    enum recipe_node_kind kind;
    struct recipe_place place;
    size_t end;                    /* in characters, as the place's index */
    char *text;                    /* of a scalar, as written; never has a NUL inside */
    bool plain;                    /* the scalar has no quotes */
    bool binary;                   /* its text is base 64, by the tag !!binary */
    bool secret;                   /* a secret variable went into it */
    struct recipe_node **children; /* a mapping's are key, value, key, value, ... */
    size_t count;                  /* of children */
};

/* Read the one document in SOURCE, in UTF-8. What is no YAML, more than 32 levels, more than 10000
 * children of a node, and a second document are a fault and give NULL. Anchors, aliases, tags, NUL
 * characters, keys that are no plain text, and a key that is given twice are faults as well, but
 * the rest is read. A source may say that the tag !!binary is none. */
struct recipe_node *recipe_yaml_parse(struct recipe_source *source, struct recipe_faults *faults);

/* The value of KEY in a mapping, NULL when there is none. Borrowed. */
const struct recipe_node *recipe_node_get(const struct recipe_node *mapping, const char *key);

/* True for nothing, "~" and "null". */
bool recipe_node_is_null(const struct recipe_node *node);

void recipe_node_free(struct recipe_node *node);
DEFINE_CLEANUP(struct recipe_node *, recipe_node_free)

#endif
