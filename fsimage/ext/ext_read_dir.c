/* SPDX-License-Identifier: Apache-2.0 */
/* The names in a directory, block by block: its index, if it has one, looks like unused entries. */
#include "forge/base/memory.h"
#include "fsimage/ext/ext_read.h"

#include <string.h>

enum { HEADER = 8 }; /* of an entry, before its name */

static int damaged(struct error **err)
{
    return error_set(err, ERROR_INVALID, "the directory is damaged");
}

void ext_children_clear(struct ext_children *children)
{
    for (size_t i = 0; i < children->count; i++)
        free(children->items[i].name);
    free(children->items);
    *children = (struct ext_children){ 0 };
}

static int add(struct ext_children *children, ext2_ino_t ino, const char *name, size_t length,
               struct error **err)
{
    if (!length || memchr(name, '/', length) || memchr(name, '\0', length))
        return damaged(err);
    if (name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.')))
        return 0;
    if (children->count == children->room) {
        children->room = children->room ? children->room * 2 : 16;
        children->items = xrealloc(children->items, children->room, sizeof(*children->items));
    }
    children->items[children->count++] = (struct ext_child){ ino, xstrndup(name, length) };
    return 0;
}

/* The entries in SIZE bytes, which they fill. */
static int read_entries(struct ext_reader *reader, const unsigned char *bytes, size_t size,
                        struct ext_children *children, struct error **err)
{
    size_t at = 0;
    while (at < size) {
        struct ext2_dir_entry *entry = (void *)(bytes + at);
        unsigned length;
        if (size - at < HEADER || ext2fs_get_rec_len(reader->fs, entry, &length) ||
            length < HEADER || length % 4 || length > size - at)
            return damaged(err);
        size_t name_length = entry->name_len & 0xff;
        if (entry->inode && (name_length > length - HEADER ||
                             add(children, entry->inode, entry->name, name_length, err)))
            return damaged(err);
        at += length;
    }
    return 0;
}

static int read_blocks(struct ext_reader *reader, ext2_ino_t ino,
                       const struct ext2_inode_large *inode, struct ext_children *children,
                       struct error **err)
{
    size_t size = reader->fs->blocksize;
    AUTO_MAP struct ext_map map = { 0 };
    if (ext_map_read(reader, ino, (const struct ext2_inode *)inode, &map, err))
        return -1;
    AUTO_FREE unsigned char *block = xcalloc(1, size);
    for (size_t i = 0; i < map.count; i++) {
        if (map.runs[i].unwritten)
            return damaged(err);
        for (uint64_t at = 0; at < map.runs[i].count; at++) {
            uint64_t place = (map.runs[i].physical + at) * size;
            if (ext_io_read(reader->io, block, size, (int64_t)place, err))
                return -1;
            if (!ext2fs_dir_block_csum_verify(reader->fs, ino, (void *)block))
                return error_set(err, ERROR_INVALID, "the checksum of a directory block is wrong");
            if (read_entries(reader, block, size, children, err))
                return -1;
        }
    }
    return 0;
}

/* In the inode: its parent's number, entries; then entries in the attribute system.data. */
static int read_inline(struct ext_reader *reader, const struct ext2_inode_large *inode,
                       const struct xattr_list *attributes, struct ext_children *children,
                       struct error **err)
{
    size_t size, own = sizeof(inode->i_block);
    AUTO_FREE unsigned char *bytes = ext_inline_data(inode, attributes, &size, err);
    if (!bytes)
        return -1;
    if (size < own)
        return damaged(err);
    return read_entries(reader, bytes + 4, own - 4, children, err) ||
                   read_entries(reader, bytes + own, size - own, children, err)
               ? -1
               : 0;
}

static int by_name(const void *one, const void *two)
{
    const struct ext_child *a = one, *b = two;
    return strcmp(a->name, b->name);
}

int ext_read_directory(struct ext_reader *reader, ext2_ino_t ino,
                       const struct ext2_inode_large *inode, const struct xattr_list *attributes,
                       struct ext_children *children, struct error **err)
{
    if (inode->i_flags & EXT4_INLINE_DATA_FL ? read_inline(reader, inode, attributes, children, err)
                                             : read_blocks(reader, ino, inode, children, err))
        return -1;
    if (children->count)
        qsort(children->items, children->count, sizeof(*children->items), by_name);
    for (size_t i = 1; i < children->count; i++) {
        if (strcmp(children->items[i - 1].name, children->items[i].name) == 0)
            return error_set(err, ERROR_INVALID, "the name \"%s\" is there twice",
                             children->items[i].name);
    }
    return 0;
}
