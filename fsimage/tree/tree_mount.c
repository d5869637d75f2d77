/* SPDX-License-Identifier: Apache-2.0 */
/* The outer tree up to the mount point, the inner one, the rest of the outer one. */
#include "fsimage/tree/tree_mount.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"
#include "fsimage/tree/tree_filter.h"

#include <archive_entry.h>
#include <string.h>

struct mounting_tree {
    struct tree tree;
    struct tree *outer, *inner, *current;
    char *point;
    bool met; /* the mount point */
};

static char *path_within(const struct mounting_tree *mounting, const char *path)
{
    return strcmp(path, ".") == 0 ? xstrdup(mounting->point) : path_join(mounting->point, path);
}

/* The next entry of the inner tree, under its path in the whole. */
static int next_inner(struct mounting_tree *mounting, struct archive_entry **entry,
                      struct error **err)
{
    int more = tree_next(mounting->inner, entry, err);
    if (more <= 0)
        return more < 0 ? error_wrap(err, "/%s", mounting->point) : 0;
    AUTO_FREE char *path = path_within(mounting, archive_entry_pathname(*entry));
    archive_entry_copy_pathname(*entry, path);
    const char *target = archive_entry_hardlink(*entry);
    if (target) {
        AUTO_FREE char *first = path_within(mounting, target);
        archive_entry_copy_hardlink(*entry, first);
    }
    return 1;
}

static bool is_filtered(const struct tree *tree)
{
    return tree && (tree->filter || is_filtered(tree->within));
}

static int next_outer(struct mounting_tree *mounting, struct archive_entry **entry,
                      struct error **err)
{
    mounting->current = mounting->outer;
    int more = tree_next(mounting->outer, entry, err);
    if (more < 0)
        return -1;
    if (more > 0 && strcmp(archive_entry_pathname(*entry), mounting->point) != 0)
        return 1;
    bool lacks = more ? archive_entry_filetype(*entry) != AE_IFDIR
                      : !mounting->met && !is_filtered(&mounting->tree);
    if (lacks)
        return error_set(err, ERROR_INVALID, "there is no directory /%s to mount on",
                         mounting->point);
    if (!more)
        return 0;
    mounting->met = true;
    mounting->current = mounting->inner;
    return next_inner(mounting, entry, err);
}

static int mount_next(struct tree *tree, struct archive_entry **entry, struct error **err)
{
    struct mounting_tree *mounting = container_of(tree, struct mounting_tree, tree);
    int more = mounting->current == mounting->inner ? next_inner(mounting, entry, err) : 0;
    return more ? more : next_outer(mounting, entry, err);
}

static int mount_read(struct tree *tree, const void **bytes, size_t *count, int64_t *offset,
                      struct error **err)
{
    struct mounting_tree *mounting = container_of(tree, struct mounting_tree, tree);
    return tree_read(mounting->current, bytes, count, offset, err);
}

/* Is PATH below DIRECTORY? */
static bool is_below(const char *path, const char *directory)
{
    size_t length = strlen(directory);
    return starts_with(path, directory) && path[length] == '/';
}

static bool mount_wants(const struct tree *tree, const struct tree *part, const char *path,
                        bool directory)
{
    const struct mounting_tree *mounting = container_of(tree, struct mounting_tree, tree);
    if (part == mounting->inner) {
        AUTO_FREE char *whole = path_within(mounting, path);
        return tree_wants(tree, whole, directory);
    }
    return !is_below(path, mounting->point) && tree_wants(tree, path, directory);
}

static void mount_close(struct tree *tree)
{
    struct mounting_tree *mounting = container_of(tree, struct mounting_tree, tree);
    tree_close(mounting->outer);
    tree_close(mounting->inner);
    free(mounting->point);
    free(mounting);
}

struct tree *tree_mount_new(struct tree *outer, const char *point, struct tree *inner)
{
    static const struct tree_ops ops = {
        .next = mount_next, .read = mount_read, .close = mount_close, .wants = mount_wants
    };
    struct mounting_tree *mounting = NEW(struct mounting_tree);
    mounting->tree.ops = &ops;
    mounting->outer = mounting->current = outer;
    mounting->inner = inner;
    mounting->point = xstrdup(point);
    outer->within = inner->within = &mounting->tree;
    return &mounting->tree;
}
