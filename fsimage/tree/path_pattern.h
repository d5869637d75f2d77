/* SPDX-License-Identifier: Apache-2.0 */
/* One pattern of rsync's for paths: parsed once, then held against many. */
#ifndef FORGE_FSIMAGE_TREE_PATH_PATTERN_H
#define FORGE_FSIMAGE_TREE_PATH_PATTERN_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct path_token;

struct path_pattern {
    struct path_token *tokens; /* owned */
    size_t count;
    size_t slashes;     /* in the pattern, without those that begin or end it */
    bool anchored;      /* a slash begins it */
    bool directory;     /* a slash ends it */
    bool crosses;       /* has "**" somewhere */
    bool crosses_first; /* begins with it */
    bool contents;      /* ends with a slash and three stars: a directory and what is in it */
};

/* Parse TEXT into PATTERN. ERROR_USAGE: empty, or a set without its end. */
MUST_CHECK int path_pattern_parse(const char *text, struct path_pattern *pattern,
                                  struct error **err);

/* Whether PATH (relative to the tree's root, no slash at either end) matches. */
bool path_pattern_matches(const struct path_pattern *pattern, const char *path, bool directory);

void path_pattern_clear(struct path_pattern *pattern);

#endif
