/* SPDX-License-Identifier: Apache-2.0 */
/* A tree in which the texts of some files are others. */
#ifndef FORGE_FSIMAGE_TREE_TREE_EDIT_H
#define FORGE_FSIMAGE_TREE_TREE_EDIT_H

#include "fsimage/tree/tree.h"

/* What becomes of the file at PATH ("etc/fstab"): EDIT gives its new text, owned by the caller. */
struct tree_edit {
    const char *path;
    char *(*edit)(void *opaque, const char *text);
    void *opaque;
};

/* BELOW (taken) with COUNT edits (borrowed). Only regular files of at most 1 MiB without NULs are
 * edited; others, and files that are not there, stay as they are. NULL gives NULL. */
struct tree *tree_edit_new(struct tree *below, const struct tree_edit *edits, size_t count);

#endif
