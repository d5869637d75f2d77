/* SPDX-License-Identifier: Apache-2.0 */
/* A tree with another one in place of one of its directories, as a mount shows it. */
#ifndef FORGE_FSIMAGE_TREE_TREE_MOUNT_H
#define FORGE_FSIMAGE_TREE_TREE_MOUNT_H

#include "fsimage/tree/tree.h"

/* OUTER with INNER at POINT ("var/log"), both taken and not read before. What OUTER has below POINT
 * is hidden. A filter of the result sees the paths of the whole. Reading fails with ERROR_INVALID
 * when there is no directory POINT. */
struct tree *tree_mount_new(struct tree *outer, const char *point, struct tree *inner);

#endif
