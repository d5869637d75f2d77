/* SPDX-License-Identifier: Apache-2.0 */
/* The files of an ext2, ext3 or ext4 file system as a tree, depth first. */
#include "forge/base/memory.h"
#include "fsimage/ext/ext_read.h"
#include "fsimage/tree/link_map.h"
#include "fsimage/tree/tree.h"
#include "fsimage/tree/tree_filter.h"

#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>

enum { CHUNK = 1 << 20, PATH_MAX_LENGTH = 64 << 10 };

/* A directory that is being walked. */
struct level {
    struct ext_children children;
    size_t next;
    size_t path_length; /* of the directory itself; 0: the root */
};

struct ext_tree {
    struct tree base;
    struct ext_reader reader;
    struct level *levels;
    size_t depth, room;
    bool begun;
    ext2fs_inode_bitmap directories; /* that were seen: twice is a loop */
    struct link_map links;
    char path[PATH_MAX_LENGTH + 256 + 1];
    struct archive_entry *entry;
    /* The regular file that is being read: blocks, or BYTES when they are in the inode. */
    struct ext_map map;
    unsigned char *bytes;
    uint64_t size;
    size_t run;    /* of the map, to be read next */
    uint64_t done; /* bytes of it */
    unsigned char *buffer;
};

static struct ext_tree *ext_of(struct tree *tree)
{
    return container_of(tree, struct ext_tree, base);
}

static void forget_file(struct ext_tree *tree)
{
    free(tree->bytes);
    tree->bytes = NULL;
    ext_map_clear(&tree->map);
    tree->run = 0;
    tree->done = tree->size = 0;
}

/* How much of RUN lies within the file, in bytes. */
static uint64_t run_length(const struct ext_tree *tree, const struct ext_run *run)
{
    uint64_t block = tree->reader.fs->blocksize, start = run->logical * block;
    uint64_t length = run->count * block;
    if (start >= tree->size)
        return 0;
    return length < tree->size - start ? length : tree->size - start;
}

/* The data as libarchive's sparse list, unless they are the whole file. */
static void set_sparse(const struct ext_tree *tree)
{
    uint64_t covered = 0, block = tree->reader.fs->blocksize;
    for (size_t i = 0; i < tree->map.count; i++)
        covered += run_length(tree, &tree->map.runs[i]);
    if (covered == tree->size)
        return;
    if (!covered)
        archive_entry_sparse_add_entry(tree->entry, 0, 0);
    for (size_t i = 0; i < tree->map.count;) {
        uint64_t start = tree->map.runs[i].logical * block, end = start;
        while (i < tree->map.count && tree->map.runs[i].logical * block == end)
            end += run_length(tree, &tree->map.runs[i++]);
        if (end == start)
            break;
        archive_entry_sparse_add_entry(tree->entry, (int64_t)start, (int64_t)(end - start));
    }
}

static int prepare_file(struct ext_tree *tree, ext2_ino_t ino, const struct ext2_inode_large *inode,
                        const struct xattr_list *attributes, struct error **err)
{
    tree->size = EXT2_I_SIZE(inode);
    if (inode->i_flags & EXT4_INLINE_DATA_FL) {
        size_t size;
        tree->bytes = ext_inline_data(inode, attributes, &size, err);
        return tree->bytes ? 0 : -1;
    }
    if (ext_map_read(&tree->reader, ino, (const struct ext2_inode *)inode, &tree->map, err))
        return -1;
    set_sparse(tree);
    return 0;
}

static int enter_directory(struct ext_tree *tree, ext2_ino_t ino,
                           const struct ext2_inode_large *inode,
                           const struct xattr_list *attributes, struct error **err)
{
    if (ext2fs_test_inode_bitmap2(tree->directories, ino))
        return error_set(err, ERROR_INVALID, "the directory is reached by two ways");
    ext2fs_mark_inode_bitmap2(tree->directories, ino);
    size_t length = strlen(tree->path);
    if (length > PATH_MAX_LENGTH)
        return error_set(err, ERROR_INVALID, "the path has more than %d bytes", PATH_MAX_LENGTH);
    if (tree->depth == tree->room) {
        tree->room = tree->room ? tree->room * 2 : 16;
        tree->levels = xrealloc(tree->levels, tree->room, sizeof(*tree->levels));
    }
    struct level *level = &tree->levels[tree->depth++];
    *level = (struct level){ .path_length = tree->depth == 1 ? 0 : length };
    return ext_read_directory(&tree->reader, ino, inode, attributes, &level->children, err);
}

/* Make the entry of inode INO at tree->path. */
static int visit(struct ext_tree *tree, ext2_ino_t ino, struct error **err)
{
    AUTO_XATTRS struct xattr_list attributes = { 0 };
    AUTO_FREE struct ext2_inode_large *inode = ext_read_inode(&tree->reader, ino, err);
    if (!inode)
        return -1;
    archive_entry_clear(tree->entry);
    archive_entry_copy_pathname(tree->entry, tree->path);
    if (ext_read_xattrs(&tree->reader, ino, inode, &attributes, err) ||
        ext_read_entry(&tree->reader, ino, inode, &attributes, tree->entry, err))
        return -1;
    if (S_ISDIR(inode->i_mode))
        return enter_directory(tree, ino, inode, &attributes, err);
    struct link link = { .number = ino, .path = tree->path };
    const struct link *known = link_map_find(&tree->links, &link);
    if (known) {
        archive_entry_copy_hardlink(tree->entry, known->path);
        return 0;
    }
    if (inode->i_links_count > 1)
        link_map_add(&tree->links, &link);
    return S_ISREG(inode->i_mode) ? prepare_file(tree, ino, inode, &attributes, err) : 0;
}

/* Whether a child is a directory, which the filter has to know before. */
static int is_directory(struct ext_tree *tree, ext2_ino_t ino, bool *directory, struct error **err)
{
    AUTO_FREE struct ext2_inode_large *inode = ext_read_inode(&tree->reader, ino, err);
    *directory = inode && S_ISDIR(inode->i_mode);
    return inode ? 0 : -1;
}

/* The next child that is wanted, its path in tree->path: 1, 0 at the end. */
static int next_child(struct ext_tree *tree, ext2_ino_t *ino, struct error **err)
{
    while (tree->depth) {
        struct level *level = &tree->levels[tree->depth - 1];
        if (level->next == level->children.count) {
            ext_children_clear(&level->children);
            tree->depth--;
            continue;
        }
        const struct ext_child *child = &level->children.items[level->next++];
        char *end = tree->path + level->path_length;
        if (level->path_length)
            *end++ = '/';
        strcpy(end, child->name);
        *ino = child->ino;
        if (!tree_is_filtered(&tree->base))
            return 1;
        bool directory;
        if (is_directory(tree, *ino, &directory, err))
            return -1;
        if (tree_wants(&tree->base, tree->path, directory))
            return 1;
    }
    return 0;
}

static int ext_next(struct tree *base, struct archive_entry **entry, struct error **err)
{
    struct ext_tree *tree = ext_of(base);
    ext2_ino_t ino = EXT2_ROOT_INO;
    int more = 1;
    forget_file(tree);
    if (!tree->begun)
        strcpy(tree->path, ".");
    else
        more = next_child(tree, &ino, err);
    tree->begun = true;
    if (more > 0 && visit(tree, ino, err))
        more = -1;
    if (more < 0)
        return error_wrap(err, "reading \"%s\"", tree->path);
    *entry = tree->entry;
    return more;
}

static int ext_read(struct tree *base, const void **bytes, size_t *count, int64_t *offset,
                    struct error **err)
{
    struct ext_tree *tree = ext_of(base);
    if (tree->bytes) {
        *bytes = tree->bytes;
        *offset = 0;
        *count = tree->done ? 0 : (size_t)tree->size;
        tree->done = tree->size;
        return *count > 0;
    }
    if (tree->run == tree->map.count)
        return 0;
    const struct ext_run *run = &tree->map.runs[tree->run];
    uint64_t block = tree->reader.fs->blocksize, length = run_length(tree, run);
    if (!length)
        return 0;
    uint64_t left = length - tree->done;
    *count = left < CHUNK ? (size_t)left : CHUNK;
    *offset = (int64_t)(run->logical * block + tree->done);
    *bytes = tree->buffer;
    if (run->unwritten)
        memset(tree->buffer, 0, *count);
    else if (ext_io_read(tree->reader.io, tree->buffer, *count,
                         (int64_t)(run->physical * block + tree->done), err))
        return error_wrap(err, "reading \"%s\"", tree->path);
    tree->done += *count;
    if (tree->done == length) {
        tree->run++;
        tree->done = 0;
    }
    return 1;
}

static void ext_close(struct tree *base)
{
    struct ext_tree *tree = ext_of(base);
    forget_file(tree);
    for (size_t i = 0; i < tree->depth; i++)
        ext_children_clear(&tree->levels[i].children);
    free(tree->levels);
    link_map_clear(&tree->links);
    if (tree->directories)
        ext2fs_free_inode_bitmap(tree->directories);
    archive_entry_free(tree->entry);
    ext_reader_close(&tree->reader);
    free(tree->buffer);
    free(tree);
}

struct tree *tree_open_ext(struct device *device, int64_t offset, struct error **err)
{
    static const struct tree_ops ops = { .next = ext_next, .read = ext_read, .close = ext_close };
    AUTO(tree_close) struct tree *base = NULL;
    struct ext_tree *tree = NEW(struct ext_tree);
    base = &tree->base;
    base->ops = &ops;
    tree->entry = archive_entry_new();
    tree->buffer = xcalloc(1, CHUNK);
    if (!tree->entry || ext_reader_open(&tree->reader, device, offset, err)) {
        error_set(err, ERROR_FAILED, "out of memory");
        return NULL;
    }
    errcode_t code = ext2fs_allocate_inode_bitmap(tree->reader.fs, "directories that were seen",
                                                  &tree->directories);
    if (code) {
        ext_io_error(tree->reader.io, code, ERROR_FAILED, err);
        return NULL;
    }
    return STEAL(base);
}
