/* SPDX-License-Identifier: Apache-2.0 */
/* A tree with some entries more, where it does not have them. */
#ifndef FORGE_FSIMAGE_TREE_TREE_ADD_H
#define FORGE_FSIMAGE_TREE_TREE_ADD_H

#include "fsimage/tree/tree.h"

/* One entry, root's. */
struct tree_addition {
    const char *path;        /* "dev/null" */
    unsigned mode;           /* S_IFMT and permissions, as stat(2) has them */
    unsigned major, minor;   /* of a device */
    const char *const *text; /* of a file or a symbolic link: read when its turn has come; a NULL
                                there, and it is not made */
};

/* BELOW (taken) with COUNT additions (borrowed), which are in a tree's order, parents included.
 * What BELOW has already stays as it is, and nothing is made below what is no directory there. They
 * get the time TIME. NULL gives NULL. */
struct tree *tree_add_new(struct tree *below, const struct tree_addition *additions, size_t count,
                          int64_t time);

#endif
