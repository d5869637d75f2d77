/* SPDX-License-Identifier: Apache-2.0 */
/* What all trees share: they are called here. */
#include "fsimage/tree/tree.h"
#include "fsimage/tree/tree_filter.h"

#include <stdbool.h>
#include <string.h>

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

int tree_compare_paths(const char *a, const char *b)
{
    bool root_a = strcmp(a, ".") == 0, root_b = strcmp(b, ".") == 0;
    if (root_a || root_b)
        return root_b - root_a;
    while (*a && *a == *b) {
        a++;
        b++;
    }
    if (*a == *b)
        return 0;
    int rank_a = *a == '/' ? 1 : (unsigned char)*a * 2,
        rank_b = *b == '/' ? 1 : (unsigned char)*b * 2;
    return rank_a < rank_b ? -1 : 1;
}
