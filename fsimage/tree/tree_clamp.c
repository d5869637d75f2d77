/* SPDX-License-Identifier: Apache-2.0 */
/* Times changed on their way from one tree to the next. */
#include "fsimage/tree/tree_clamp.h"
#include "forge/base/memory.h"

#include <archive_entry.h>

struct clamping_tree {
    struct tree tree;
    struct tree *below;
    int64_t latest, time;
};

static int clamp_next(struct tree *tree, struct archive_entry **entry, struct error **err)
{
    const struct clamping_tree *clamping = container_of(tree, struct clamping_tree, tree);
    int more = tree_next(clamping->below, entry, err);
    if (more <= 0)
        return more;
    if (archive_entry_mtime(*entry) > clamping->latest)
        archive_entry_set_mtime(*entry, clamping->time, 0);
    if (archive_entry_atime(*entry) > clamping->latest)
        archive_entry_set_atime(*entry, clamping->time, 0);
    if (archive_entry_ctime(*entry) > clamping->latest)
        archive_entry_set_ctime(*entry, clamping->time, 0);
    if (archive_entry_birthtime_is_set(*entry) &&
        archive_entry_birthtime(*entry) > clamping->latest)
        archive_entry_set_birthtime(*entry, clamping->time, 0);
    return more;
}

static int clamp_read(struct tree *tree, const void **bytes, size_t *count, int64_t *offset,
                      struct error **err)
{
    return tree_read(container_of(tree, struct clamping_tree, tree)->below, bytes, count, offset,
                     err);
}

static void clamp_close(struct tree *tree)
{
    struct clamping_tree *clamping = container_of(tree, struct clamping_tree, tree);
    tree_close(clamping->below);
    free(clamping);
}

static const struct tree_ops clamp_ops = {
    .next = clamp_next,
    .read = clamp_read,
    .close = clamp_close,
};

struct tree *tree_clamp_new(struct tree *below, int64_t latest, int64_t time)
{
    if (!below)
        return NULL;
    struct clamping_tree *clamping = NEW(struct clamping_tree);
    clamping->tree.ops = &clamp_ops;
    clamping->below = below;
    clamping->latest = latest;
    clamping->time = time;
    return &clamping->tree;
}
