/* SPDX-License-Identifier: Apache-2.0 */
/* Texts edited on their way from one tree to the next. */
#include "fsimage/tree/tree_edit.h"
#include "forge/base/memory.h"

#include <archive_entry.h>
#include <stdbool.h>
#include <string.h>

enum { TEXT_MAX = 1 << 20 };

struct editing_tree {
    struct tree tree;
    struct tree *below;
    const struct tree_edit *edits;
    size_t count;
    char *text;    /* of the current entry, when it was read here; NULL: read from below */
    size_t length; /* its bytes */
    bool given;
};

static const struct tree_edit *find_edit(const struct editing_tree *editing,
                                         struct archive_entry *entry)
{
    bool editable = archive_entry_filetype(entry) == AE_IFREG && !archive_entry_hardlink(entry) &&
                    archive_entry_size(entry) <= TEXT_MAX;
    for (size_t i = 0; editable && i < editing->count; i++)
        if (strcmp(archive_entry_pathname(entry), editing->edits[i].path) == 0)
            return &editing->edits[i];
    return NULL;
}

/* The whole file, holes as zeros. */
static int read_text(struct editing_tree *editing, size_t size, struct error **err)
{
    editing->text = xcalloc(1, size + 1);
    editing->length = size;
    const void *bytes;
    size_t count;
    int64_t offset;
    int more;
    while ((more = tree_read(editing->below, &bytes, &count, &offset, err)) > 0)
        memcpy(editing->text + offset, bytes, count);
    return more;
}

static int edit_next(struct tree *tree, struct archive_entry **entry, struct error **err)
{
    struct editing_tree *editing = container_of(tree, struct editing_tree, tree);
    free(STEAL(editing->text));
    editing->given = false;
    int more = tree_next(editing->below, entry, err);
    const struct tree_edit *edit = more > 0 ? find_edit(editing, *entry) : NULL;
    if (!edit)
        return more;
    if (read_text(editing, (size_t)archive_entry_size(*entry), err))
        return -1;
    if (strlen(editing->text) == editing->length) {
        char *edited = edit->edit(edit->opaque, editing->text);
        free(editing->text);
        editing->text = edited;
        editing->length = strlen(edited);
    }
    archive_entry_set_size(*entry, (int64_t)editing->length);
    archive_entry_sparse_clear(*entry);
    return 1;
}

static int edit_read(struct tree *tree, const void **bytes, size_t *count, int64_t *offset,
                     struct error **err)
{
    struct editing_tree *editing = container_of(tree, struct editing_tree, tree);
    if (!editing->text)
        return tree_read(editing->below, bytes, count, offset, err);
    if (editing->given || !editing->length)
        return 0;
    editing->given = true;
    *bytes = editing->text;
    *count = editing->length;
    *offset = 0;
    return 1;
}

static void edit_close(struct tree *tree)
{
    struct editing_tree *editing = container_of(tree, struct editing_tree, tree);
    tree_close(editing->below);
    free(editing->text);
    free(editing);
}

static const struct tree_ops edit_ops = {
    .next = edit_next,
    .read = edit_read,
    .close = edit_close,
};

struct tree *tree_edit_new(struct tree *below, const struct tree_edit *edits, size_t count)
{
    if (!below)
        return NULL;
    struct editing_tree *editing = NEW(struct editing_tree);
    editing->tree.ops = &edit_ops;
    editing->below = below;
    editing->edits = edits;
    editing->count = count;
    return &editing->tree;
}
