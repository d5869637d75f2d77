/* SPDX-License-Identifier: Apache-2.0 */
/* Which files of a tree are wanted: rsync's include and exclude patterns (rsync(1), FILTER RULES).
 *
 * The first rule whose pattern matches decides; without one a file is wanted. What is below a
 * directory that is not wanted is never looked at. Patterns:
 *   - a leading "/" anchors the pattern at the tree's root; without one it matches the end of a
 *     path: "b/c" matches "a/b/c", and "c" the last component anywhere
 *   - a trailing "/" restricts it to directories
 *   - "*" and "?" match within a component, "[a-z]", "[!a]" and "[[:alpha:]]" are sets, "\" quotes
 *     (only where there is a wildcard, as in rsync)
 *   - "**" matches across slashes; a pattern with a slash within or "**" is held against the whole
 *     path, others against the last component
 *   - a trailing slash and three stars match the directory and all that is in it
 * The root itself is always wanted. */
#ifndef FORGE_FSIMAGE_TREE_TREE_FILTER_H
#define FORGE_FSIMAGE_TREE_TREE_FILTER_H

#include "forge/base/error.h"

#include <stdbool.h>

struct tree;

enum tree_rule { TREE_EXCLUDE, TREE_INCLUDE };

/* Called for each file that is left out; of a directory only its own path is told. */
typedef void tree_left_out(void *opaque, const char *path);

/* An ordered list of rules. */
struct tree_filter *tree_filter_new(void);
void tree_filter_free(struct tree_filter *filter);
DEFINE_CLEANUP(struct tree_filter *, tree_filter_free)

/* Append a rule; PATTERN is copied. An empty pattern is ERROR_USAGE. */
MUST_CHECK int tree_filter_add(struct tree_filter *filter, enum tree_rule rule, const char *pattern,
                               struct error **err);

/* Have TREE give only what FILTER (which it takes) wants. To be called before the first
 * tree_next(). The sources themselves ask, so that a hard link whose first name is left out appears
 * with its data under its next name. REPORT may be NULL. */
void tree_set_filter(struct tree *tree, struct tree_filter *filter, tree_left_out *report,
                     void *opaque);

/* For sources: whether TREE is to give PATH (as in entries: relative, without "./"). What is left
 * out is reported: ask once for each path. */
bool tree_wants(const struct tree *tree, const char *path, bool directory);

/* Whether tree_wants() can say no. */
bool tree_is_filtered(const struct tree *tree);

/* The verdict of the rules alone. */
bool tree_filter_wants(const struct tree_filter *filter, const char *path, bool directory);

#endif
