/* SPDX-License-Identifier: Apache-2.0 */
/* What all trees share: they are called here. */
#include "fsimage/tree.h"
#include "fsimage/tree_filter.h"

int tree_next(struct tree *tree, struct archive_entry **entry, struct error **err)
{
    return tree->ops->next(tree, entry, err);
}

int tree_read(struct tree *tree, const void **bytes, size_t *count, int64_t *offset,
              struct error **err)
{
    return tree->ops->read(tree, bytes, count, offset, err);
}

void tree_close(struct tree *tree)
{
    if (!tree)
        return;
    tree_filter_free(tree->filter);
    tree->ops->close(tree);
}
