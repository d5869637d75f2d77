/* SPDX-License-Identifier: Apache-2.0 */
/* A tree's entries, one after the other, into a file system in the making. */
#include "fsimage/ext/ext_build.h"
#include "forge/base/memory.h"

#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>

enum {
    LINKS_OLD = 32000, /* EXT2_LINK_MAX */
    LINKS_NEW = 65000, /* EXT4_LINK_MAX */
};

static uint32_t links_max(const struct ext_builder *builder)
{
    return builder->options.type == EXT_4 ? LINKS_NEW : LINKS_OLD;
}

static unsigned type_of(const struct archive_entry *entry)
{
    switch (archive_entry_filetype((struct archive_entry *)entry)) {
    case AE_IFREG:
        return EXT2_FT_REG_FILE;
    case AE_IFDIR:
        return EXT2_FT_DIR;
    case AE_IFLNK:
        return EXT2_FT_SYMLINK;
    case AE_IFCHR:
        return EXT2_FT_CHRDEV;
    case AE_IFBLK:
        return EXT2_FT_BLKDEV;
    case AE_IFIFO:
        return EXT2_FT_FIFO;
    case AE_IFSOCK:
        return EXT2_FT_SOCK;
    default:
        return EXT2_FT_UNKNOWN;
    }
}

static struct ext_dir *top(struct ext_builder *builder)
{
    return &builder->dirs[builder->depth - 1];
}

static struct ext_dir *push(struct ext_builder *builder, ext2_ino_t ino, const char *path)
{
    if (builder->depth == builder->room) {
        builder->room = builder->room ? builder->room * 2 : 16;
        builder->dirs = xrealloc(builder->dirs, builder->room, sizeof(*builder->dirs));
    }
    struct ext_dir *dir = &builder->dirs[builder->depth++];
    *dir = (struct ext_dir){ .ino = ino, .path_length = ino == EXT2_ROOT_INO ? 0 : strlen(path) };
    dir->lost_found = builder->depth == 2 && strcmp(path, "lost+found") == 0;
    builder->has_lost_found |= dir->lost_found;
    return dir;
}

/* All names of the innermost directory are known: write it. */
static int pop(struct ext_builder *builder, struct error **err)
{
    struct ext_dir *dir = top(builder);
    ext2_ino_t parent = builder->depth > 1 ? dir[-1].ino : dir->ino;
    AUTO_MAP struct ext_map map = { 0 };
    bool indexed;
    if (ext_dir_write(builder, dir, parent, &map, &indexed, err))
        return -1;
    uint32_t links = dir->subdirectories + 2;
    if (links >= links_max(builder)) {
        if (builder->options.type != EXT_4)
            return error_set(err, ERROR_INVALID, "the directory has too many directories in it: %u",
                             dir->subdirectories);
        links = 1; /* dir_nlink: not counted */
    }
    dir->inode.small.i_links_count = (uint16_t)links;
    if (indexed)
        dir->inode.small.i_flags |= EXT2_INDEX_FL;
    uint64_t size = 0;
    for (size_t i = 0; i < map.count; i++)
        size += map.runs[i].count * EXT_BLOCK;
    if (ext_map_write(builder, dir->ino, &map, &dir->inode, &dir->blocks, err) ||
        ext_inode_write(builder, dir->ino, &dir->inode, size, dir->blocks, err))
        return -1;
    ext_dir_clear(dir);
    builder->depth--;
    return 0;
}

/* Whether PATH lies right below the innermost directory. */
static bool is_child(const struct ext_builder *builder, const char *path)
{
    const struct ext_dir *dir = &builder->dirs[builder->depth - 1];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    return length == dir->path_length && strncmp(path, builder->path, length) == 0;
}

/* Leave directories until PATH is a child of the innermost, whose path builder->path begins with.
 */
static int go_to(struct ext_builder *builder, const char *path, struct error **err)
{
    while (!is_child(builder, path)) {
        if (builder->depth == 1)
            return error_set(err, ERROR_FAILED, "\"%s\" comes before its directory", path);
        if (pop(builder, err))
            return -1;
    }
    const struct ext_dir *dir = top(builder);
    const char *name = path + dir->path_length + (dir->path_length ? 1 : 0);
    size_t length = strlen(name);
    if (!length || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return error_set(err, ERROR_INVALID, "this is no name for a file");
    if (length > EXT2_NAME_LEN)
        return error_set(err, ERROR_INVALID, "its name has more than %d bytes", EXT2_NAME_LEN);
    /* Names of a directory ascend: so none is there twice, and the same files are the same tree. */
    if (dir->count && strcmp(dir->items[dir->count - 1].name, name) >= 0)
        return error_set(err, ERROR_FAILED, "it comes behind \"%s\"",
                         dir->items[dir->count - 1].name);
    return 0;
}

static int add_hard_link(struct ext_builder *builder, const char *name, const char *target,
                         struct error **err)
{
    struct link key = { .path = (char *)target };
    struct link *link = link_map_find(&builder->links, &key);
    if (!link)
        return error_set(err, ERROR_FAILED, "the file that it is a link to was not there: \"%s\"",
                         target);
    if (++link->count > links_max(builder))
        return error_set(err, ERROR_INVALID, "it has more than %u names", links_max(builder));
    ext_dir_add(top(builder), name, link->inode, link->type);
    return 0;
}

/* The target of a symbolic link: in the inode, or in a block. */
static int write_symlink(struct ext_builder *builder, ext2_ino_t ino, const char *target,
                         union ext_inode *inode, uint64_t *blocks, struct error **err)
{
    size_t length = target ? strlen(target) : 0;
    if (!length || length >= EXT_BLOCK)
        return error_set(err, ERROR_INVALID, "the symbolic link has %zu bytes", length);
    if (length < sizeof(inode->small.i_block)) {
        memcpy(inode->small.i_block, target, length);
        return 0;
    }
    AUTO_MAP struct ext_map map = { 0 };
    AUTO_FREE char *block = xcalloc(1, EXT_BLOCK);
    memcpy(block, target, length);
    return ext_append(builder, &map, 0, block, 1, err) ||
                   ext_map_write(builder, ino, &map, inode, blocks, err)
               ? -1
               : 0;
}

static int write_content(struct ext_builder *builder, struct tree *tree,
                         struct archive_entry *entry, ext2_ino_t ino, union ext_inode *inode,
                         uint64_t *blocks, struct error **err)
{
    AUTO_MAP struct ext_map map = { 0 };
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return ext_file_write(builder, tree, entry, &map, err) ||
                       ext_map_write(builder, ino, &map, inode, blocks, err)
                   ? -1
                   : 0;
    case AE_IFLNK:
        return write_symlink(builder, ino, archive_entry_symlink(entry), inode, blocks, err);
    default:
        return 0;
    }
}

static uint64_t size_of(struct archive_entry *entry)
{
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return (uint64_t)archive_entry_size(entry);
    case AE_IFLNK:
        return strlen(archive_entry_symlink(entry));
    default:
        return 0;
    }
}

static int add_file(struct ext_builder *builder, struct tree *tree, struct archive_entry *entry,
                    const char *name, struct error **err)
{
    union ext_inode inode;
    uint64_t blocks = 0;
    ext2_ino_t ino = ext_alloc_inode(builder, false);
    ext_dir_add(top(builder), name, ino, type_of(entry));
    if (ext_inode_fill(builder, ino, entry, &inode, &blocks, err) ||
        write_content(builder, tree, entry, ino, &inode, &blocks, err) ||
        ext_inode_write(builder, ino, &inode, size_of(entry), blocks, err))
        return -1;
    struct link link = { .path = builder->path, .inode = ino, .count = 1, .type = type_of(entry) };
    if (archive_entry_nlink(entry) > 1 && !link_map_find(&builder->links, &link))
        link_map_add(&builder->links, &link);
    return 0;
}

static int add_directory(struct ext_builder *builder, struct archive_entry *entry, const char *name,
                         struct error **err)
{
    bool root = builder->depth == 0;
    ext2_ino_t ino = root ? EXT2_ROOT_INO : ext_alloc_inode(builder, true);
    if (!root) {
        top(builder)->subdirectories++;
        ext_dir_add(top(builder), name, ino, EXT2_FT_DIR);
    }
    struct ext_dir *dir = push(builder, ino, builder->path);
    return ext_inode_fill(builder, ino, entry, &dir->inode, &dir->blocks, err);
}

static int build_entry(struct ext_builder *builder, struct tree *tree, struct archive_entry *entry,
                       const char *path, struct error **err)
{
    bool directory = archive_entry_filetype(entry) == AE_IFDIR;
    const char *target = archive_entry_hardlink(entry);
    if (!builder->depth) {
        if (strcmp(path, ".") != 0 || !directory)
            return error_set(err, ERROR_FAILED, "the tree does not begin with its root");
        builder->path = xstrdup(".");
        return add_directory(builder, entry, path, err);
    }
    if (go_to(builder, path, err))
        return -1;
    free(builder->path);
    builder->path = xstrdup(path);
    size_t above = top(builder)->path_length;
    const char *name = builder->path + above + (above ? 1 : 0);
    if (directory)
        return add_directory(builder, entry, name, err);
    if (target)
        return add_hard_link(builder, name, target, err);
    if (type_of(entry) == EXT2_FT_UNKNOWN)
        return error_set(err, ERROR_INVALID, "its type is not known");
    return add_file(builder, tree, entry, name, err);
}

int ext_build_entry(struct ext_builder *builder, struct tree *tree, struct archive_entry *entry,
                    struct error **err)
{
    const char *path = archive_entry_pathname(entry);
    if (!path)
        return error_set(err, ERROR_FAILED, "the tree has an entry without a path");
    if (build_entry(builder, tree, entry, path, err))
        return error_wrap(err, "writing \"%s\"", path);
    return 0;
}

static int make_lost_found(struct ext_builder *builder, struct error **err)
{
    ext2_ino_t ino = ext_alloc_inode(builder, true);
    ext_dir_add(top(builder), "lost+found", ino, EXT2_FT_DIR);
    top(builder)->subdirectories++;
    ext_inode_make(builder, S_IFDIR | 0700, &push(builder, ino, "lost+found")->inode);
    return pop(builder, err);
}

/* The number of names of a file is known only now. */
static int write_links(struct ext_builder *builder, struct link *link, struct error **err)
{
    union ext_inode inode;
    int size = (int)EXT2_INODE_SIZE(builder->fs->super);
    errcode_t code = ext2fs_read_inode_full(builder->fs, link->inode, &inode.small, size);
    inode.small.i_links_count = (uint16_t)link->count;
    if (!code)
        code = ext2fs_write_inode_full(builder->fs, link->inode, &inode.small, size);
    return code ? ext_io_error(builder->io, code, ERROR_FAILED, err) : 0;
}

struct link_visit {
    struct ext_builder *builder;
    struct error **err;
};

static int visit_link(void *opaque, struct link *link)
{
    const struct link_visit *visit = opaque;
    return link->count > 1 ? write_links(visit->builder, link, visit->err) : 0;
}

int ext_build_end(struct ext_builder *builder, struct error **err)
{
    if (!builder->depth)
        return error_set(err, ERROR_FAILED, "the tree is empty");
    while (builder->depth > 1) {
        if (pop(builder, err))
            return -1;
    }
    if ((!builder->has_lost_found && make_lost_found(builder, err)) || pop(builder, err))
        return -1;
    struct link_visit visit = { builder, err };
    if (builder->dry)
        return 0;
    return ext_flush_blocks(builder, err) || link_map_each(&builder->links, visit_link, &visit) ? -1
                                                                                                : 0;
}

void ext_builder_clear(struct ext_builder *builder)
{
    for (size_t i = 0; i < builder->depth; i++)
        ext_dir_clear(&builder->dirs[i]);
    free(builder->dirs);
    free(builder->buffer);
    free(builder->path);
    link_map_clear(&builder->links);
    if (builder->fs)
        ext2fs_free(builder->fs);
    ext_io_free(builder->io);
    *builder = (struct ext_builder){ 0 };
}
