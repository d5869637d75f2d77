/* SPDX-License-Identifier: Apache-2.0 */
/* A walk over a local file or directory tree. */
#ifndef FORGE_FSIMAGE_OPS_LOCAL_TREE_H
#define FORGE_FSIMAGE_OPS_LOCAL_TREE_H

#include "forge/base/error.h"

#include <sys/stat.h>

/* One file of a tree, borrowed for the visit. */
struct local_entry {
    const char *path; /* to open it */
    const char *name; /* within the tree: that of the tree's root first, no slash in front */
    const struct stat *stat;
};

/* Non-zero ends the walk. */
typedef int local_visitor(void *opaque, const struct local_entry *entry, struct error **err);

/* Visit ROOT and, when it is a directory, all below it: directories before what is in them, names
 * in byte order, symbolic links not followed (but ROOT may be one). What is neither file, directory
 * nor link, or cannot be read, is ERROR_USAGE. */
MUST_CHECK int local_tree_walk(const char *root, local_visitor *visit, void *opaque,
                               struct error **err);

#endif
