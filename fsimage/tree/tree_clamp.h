/* SPDX-License-Identifier: Apache-2.0 */
/* A tree without times that are too late. */
#ifndef FORGE_FSIMAGE_TREE_TREE_CLAMP_H
#define FORGE_FSIMAGE_TREE_TREE_CLAMP_H

#include "fsimage/tree/tree.h"

/* BELOW (taken) with TIME in place of every time of an entry that is behind LATEST, both in seconds
 * since 1970: what a run has touched must not tell when that was. NULL gives NULL. */
struct tree *tree_clamp_new(struct tree *below, int64_t latest, int64_t time);

#endif
