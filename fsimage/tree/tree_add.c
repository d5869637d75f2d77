/* SPDX-License-Identifier: Apache-2.0 */
/* Entries merged into a tree, in its order. */
#include "fsimage/tree/tree_add.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"

#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>

struct adding_tree {
    struct tree tree;
    struct tree *below;
    const struct tree_addition *additions;
    size_t count, next;
    int64_t time;
    struct archive_entry *held;  /* of BELOW, its turn has not come; borrowed */
    struct archive_entry *entry; /* of an addition */
    const char *unread;          /* the text of the addition that was given; NULL: none */
    bool ended, own;             /* BELOW is; the current entry is an addition */
    const char *no_directory;    /* the last addition that is a directory, but not in BELOW */
};

static bool is_below(const char *path, const char *parent)
{
    return parent && starts_with(path, parent) && path[strlen(parent)] == '/';
}

static int give(struct adding_tree *adding, const struct tree_addition *addition,
                struct error **err)
{
    const char *text = addition->text ? *addition->text : NULL;
    archive_entry_free(adding->entry);
    struct archive_entry *entry = adding->entry = archive_entry_new();
    if (!entry)
        return error_set(err, ERROR_FAILED, "out of memory");
    archive_entry_set_pathname(entry, addition->path);
    archive_entry_set_mode(entry, addition->mode);
    archive_entry_set_nlink(entry, S_ISDIR(addition->mode) ? 2 : 1);
    archive_entry_set_mtime(entry, adding->time, 0);
    archive_entry_set_atime(entry, adding->time, 0);
    archive_entry_set_ctime(entry, adding->time, 0);
    archive_entry_set_rdevmajor(entry, addition->major);
    archive_entry_set_rdevminor(entry, addition->minor);
    if (S_ISLNK(addition->mode))
        archive_entry_set_symlink(entry, text);
    if (S_ISREG(addition->mode))
        archive_entry_set_size(entry, (int64_t)strlen(text));
    adding->unread = S_ISREG(addition->mode) && *text ? text : NULL;
    adding->own = true;
    return 1;
}

/* The addition that comes before what BELOW has next, or NULL. */
static const struct tree_addition *next_addition(struct adding_tree *adding)
{
    while (adding->next < adding->count) {
        const struct tree_addition *addition = &adding->additions[adding->next];
        int order = adding->held
                        ? tree_compare_paths(archive_entry_pathname(adding->held), addition->path)
                        : 1;
        if (order < 0)
            return NULL;
        adding->next++;
        if (order == 0) {
            if (S_ISDIR(addition->mode) && archive_entry_filetype(adding->held) != AE_IFDIR)
                adding->no_directory = addition->path;
            return NULL;
        }
        if (!is_below(addition->path, adding->no_directory) && (!addition->text || *addition->text))
            return addition;
    }
    return NULL;
}

static int add_next(struct tree *tree, struct archive_entry **entry, struct error **err)
{
    struct adding_tree *adding = container_of(tree, struct adding_tree, tree);
    adding->own = false;
    if (!adding->held && !adding->ended) {
        int more = tree_next(adding->below, &adding->held, err);
        if (more < 0)
            return -1;
        adding->ended = more == 0;
    }
    const struct tree_addition *addition = next_addition(adding);
    if (addition) {
        int given = give(adding, addition, err);
        *entry = adding->entry;
        return given;
    }
    if (adding->ended)
        return 0;
    *entry = STEAL(adding->held);
    return 1;
}

static int add_read(struct tree *tree, const void **bytes, size_t *count, int64_t *offset,
                    struct error **err)
{
    struct adding_tree *adding = container_of(tree, struct adding_tree, tree);
    if (!adding->own)
        return tree_read(adding->below, bytes, count, offset, err);
    const char *text = STEAL(adding->unread);
    if (!text)
        return 0;
    *bytes = text;
    *count = strlen(text);
    *offset = 0;
    return 1;
}

static void add_close(struct tree *tree)
{
    struct adding_tree *adding = container_of(tree, struct adding_tree, tree);
    tree_close(adding->below);
    archive_entry_free(adding->entry);
    free(adding);
}

struct tree *tree_add_new(struct tree *below, const struct tree_addition *additions, size_t count,
                          int64_t time)
{
    static const struct tree_ops ops = { .next = add_next, .read = add_read, .close = add_close };
    if (!below)
        return NULL;
    struct adding_tree *adding = NEW(struct adding_tree);
    adding->tree.ops = &ops;
    adding->below = below;
    adding->additions = additions;
    adding->count = count;
    adding->time = time;
    return &adding->tree;
}
