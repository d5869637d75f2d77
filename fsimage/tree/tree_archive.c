/* SPDX-License-Identifier: Apache-2.0 */
/* A tar archive as a tree: one pass for the order, a second one for the entries and their data. */
#include "forge/base/memory.h"
#include "fsimage/tree/archive_acl.h"
#include "fsimage/tree/archive_index.h"
#include "fsimage/tree/archive_spool.h"
#include "fsimage/tree/tree.h"
#include "fsimage/tree/tree_filter.h"
#include "fsimage/tree/xattr.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>

DEFINE_CLEANUP(struct archive *, archive_read_free)

struct archive_tree {
    struct tree base;
    char *path;
    struct archive_index index;
    size_t next;
    /* Either the archive itself is in order, or SPOOL has what was in it. */
    struct archive *archive;
    int64_t member;   /* of the archive, to be read next */
    int64_t position; /* in the current member's data */
    struct archive_spool *spool;
    struct archive_entry *implied; /* for what the archive does not have */
    struct archive_entry *current;
    bool has_data;
};

static struct archive_tree *archive_of(struct tree *tree)
{
    return container_of(tree, struct archive_tree, base);
}

static int read_index(struct archive_tree *tree, struct error **err)
{
    AUTO(archive_read_free) struct archive *archive = archive_open_tar(tree->path, err);
    struct archive_entry *entry;
    int more = archive ? 1 : -1;
    while (more > 0 && (more = archive_next_member(archive, &entry, err)) > 0) {
        if (archive_index_add(&tree->index, entry, err))
            more = -1;
    }
    return more;
}

static bool wants(void *opaque, const char *path, bool directory)
{
    return tree_wants(opaque, path, directory);
}

/* The filter is known: sort, and see where the data can come from. */
static int begin(struct archive_tree *tree, struct error **err)
{
    if (archive_index_sort(&tree->index, wants, &tree->base, err))
        return -1;
    AUTO(archive_read_free) struct archive *archive = archive_open_tar(tree->path, err);
    if (!archive)
        return -1;
    if (archive_index_in_order(&tree->index))
        tree->archive = STEAL(archive);
    else
        tree->spool = archive_spool_fill(archive, &tree->index, err);
    return tree->archive || tree->spool ? 0 : -1;
}

/* The header of MEMBER, from wherever it is. */
static struct archive_entry *open_member(struct archive_tree *tree, int64_t member,
                                         struct error **err)
{
    struct archive_entry *entry = NULL;
    tree->position = 0;
    if (tree->spool)
        return archive_spool_open(tree->spool, member);
    while (tree->member <= member) {
        int more = archive_next_member(tree->archive, &entry, err);
        if (more == 0)
            error_set(err, ERROR_FAILED, "the archive changed while it was being read");
        if (more <= 0)
            return NULL;
        tree->member++;
    }
    return entry;
}

static struct archive_entry *imply(struct archive_tree *tree, unsigned mode, int64_t mtime)
{
    archive_entry_clear(tree->implied);
    archive_entry_set_mode(tree->implied, mode);
    archive_entry_set_uid(tree->implied, 0);
    archive_entry_set_gid(tree->implied, 0);
    archive_entry_set_mtime(tree->implied, mtime, 0);
    return tree->implied;
}

/* A later name of a file: only the name counts. */
static struct archive_entry *link_entry(struct archive_tree *tree, const struct archive_item *item)
{
    struct archive_entry *entry = imply(tree, S_IFREG | 0644, item->mtime);
    archive_entry_copy_hardlink(entry, tree->index.items[item->first].path);
    return entry;
}

static int give(struct archive_tree *tree, const struct archive_item *item, struct error **err)
{
    size_t self = (size_t)(item - tree->index.items);
    struct archive_entry *entry;
    tree->has_data = false;
    if (item->first != self) {
        entry = link_entry(tree, item);
    } else if (item->member == NO_MEMBER) {
        entry = imply(tree, S_IFDIR | 0755, item->mtime);
    } else {
        entry = open_member(tree, tree->index.items[item->data].member, err);
        if (!entry)
            return -1;
        /* libarchive itself writes attributes under two names, and reads both. */
        xattr_drop_repeated(entry);
        if (archive_acl_to_xattrs(entry, err))
            return -1;
        archive_entry_set_nlink(entry, item->directory ? 1 : item->names);
        tree->has_data = archive_entry_filetype(entry) == AE_IFREG;
    }
    archive_entry_copy_pathname(entry, item->path);
    tree->current = entry;
    return 0;
}

static int archive_next(struct tree *base, struct archive_entry **entry, struct error **err)
{
    struct archive_tree *tree = archive_of(base);
    if (!tree->archive && !tree->spool && begin(tree, err))
        return error_wrap(err, "reading %s", tree->path);
    while (tree->next < tree->index.count) {
        const struct archive_item *item = &tree->index.items[tree->next++];
        if (item->first == SIZE_MAX)
            continue;
        if (give(tree, item, err))
            return error_wrap(err, "reading \"%s\" from %s", item->path, tree->path);
        *entry = tree->current;
        return 1;
    }
    return 0;
}

static int archive_read(struct tree *base, const void **bytes, size_t *count, int64_t *offset,
                        struct error **err)
{
    struct archive_tree *tree = archive_of(base);
    if (!tree->has_data)
        return 0;
    int more = tree->spool ? archive_spool_read(tree->spool, bytes, count, offset, err)
                           : archive_next_run(tree->archive, archive_entry_size(tree->current),
                                              &tree->position, bytes, count, offset, err);
    return more < 0 ? error_wrap(err, "reading %s", tree->path) : more;
}

static void archive_close(struct tree *base)
{
    struct archive_tree *tree = archive_of(base);
    archive_index_clear(&tree->index);
    archive_spool_free(tree->spool);
    if (tree->archive)
        archive_read_free(tree->archive);
    archive_entry_free(tree->implied);
    free(tree->path);
    free(tree);
}

struct tree *tree_open_archive(const char *path, struct error **err)
{
    static const struct tree_ops ops = { .next = archive_next,
                                         .read = archive_read,
                                         .close = archive_close };
    struct archive_tree *tree = NEW(struct archive_tree);
    AUTO(tree_close) struct tree *base = &tree->base;
    struct stat status;
    base->ops = &ops;
    tree->path = xstrdup(path);
    tree->implied = archive_entry_new();
    if (stat(path, &status) || !tree->implied) {
        error_set_errno_cause(err, ERROR_INVALID, "opening %s", path);
        return NULL;
    }
    if (!S_ISREG(status.st_mode)) {
        error_set(err, ERROR_INVALID, "%s is not a file: an archive is read twice", path);
        return NULL;
    }
    if (read_index(tree, err)) {
        error_wrap(err, "reading %s", path);
        return NULL;
    }
    return STEAL(base);
}
