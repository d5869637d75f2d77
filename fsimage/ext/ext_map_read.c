/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a file's blocks by its extents or its block map.
 *
 * Nothing that is read is believed: the tree of extents has the depth that its root says, places in
 * the file ascend, blocks lie within the file system and are together no more than it has. */
#include "forge/base/memory.h"
#include "fsimage/ext/ext_map.h"

#include <string.h>

enum { DEPTH_MAX = 5 }; /* what the kernel accepts */

struct walk {
    struct ext_reader *reader;
    ext2_ino_t ino;
    const struct ext2_inode *inode;
    struct ext_map *map;
    uint64_t next; /* the first block of the file that may come now */
};

static int damaged(struct error **err)
{
    return error_set(err, ERROR_INVALID, "the map of its blocks is damaged");
}

/* COUNT blocks from PHYSICAL on can belong to a file: pay for them. */
static int claim(struct walk *walk, uint64_t physical, uint64_t count, struct error **err)
{
    struct ext_reader *reader = walk->reader;
    uint64_t all = ext2fs_blocks_count(reader->fs->super);
    if (!count || physical <= reader->fs->super->s_first_data_block || physical >= all ||
        count > all - physical)
        return damaged(err);
    if (count > reader->blocks_left)
        return error_set(err, ERROR_INVALID,
                         "files have more blocks than there are in the file system");
    reader->blocks_left -= count;
    blk64_t unused;
    if (reader->used && !ext2fs_find_first_zero_block_bitmap2(reader->used, physical,
                                                              physical + count - 1, &unused))
        return error_set(err, ERROR_INVALID, "its block %llu is marked as free",
                         (unsigned long long)unused);
    return 0;
}

static int add_run(struct walk *walk, const struct ext_run *run, struct error **err)
{
    if (run->logical < walk->next)
        return damaged(err);
    if (claim(walk, run->physical, run->count, err))
        return -1;
    walk->next = run->logical + run->count;
    ext_map_add(walk->map, run);
    return 0;
}

static int read_block(struct walk *walk, uint64_t physical, void *buffer, struct error **err)
{
    size_t size = walk->reader->fs->blocksize;
    return claim(walk, physical, 1, err) ||
                   ext_io_read(walk->reader->io, buffer, size, (int64_t)(physical * size), err)
               ? -1
               : 0;
}

static int read_leaf(struct walk *walk, const struct ext3_extent_header *header, struct error **err)
{
    const struct ext3_extent *extents = EXT_FIRST_EXTENT(header);
    for (unsigned i = 0; i < header->eh_entries; i++) {
        bool unwritten = extents[i].ee_len > EXT_INIT_MAX_LEN;
        struct ext_run run = {
            .logical = extents[i].ee_block,
            .physical = (uint64_t)extents[i].ee_start_hi << 32 | extents[i].ee_start,
            .count = extents[i].ee_len - (unwritten ? EXT_INIT_MAX_LEN : 0),
            .unwritten = unwritten,
        };
        if (add_run(walk, &run, err))
            return -1;
    }
    return 0;
}

static int read_node(struct walk *walk, const void *node, size_t size, unsigned depth,
                     struct error **err)
{
    const struct ext3_extent_header *header = node;
    if (header->eh_magic != EXT3_EXT_MAGIC || header->eh_depth != depth ||
        header->eh_entries > header->eh_max ||
        header->eh_max > (size - sizeof(*header)) / sizeof(struct ext3_extent))
        return damaged(err);
    if (depth == 0)
        return read_leaf(walk, header, err);
    const struct ext3_extent_idx *indexes = EXT_FIRST_INDEX(header);
    AUTO_FREE void *block = xcalloc(1, walk->reader->fs->blocksize);
    for (unsigned i = 0; i < header->eh_entries; i++) {
        uint64_t physical = (uint64_t)indexes[i].ei_leaf_hi << 32 | indexes[i].ei_leaf;
        if (read_block(walk, physical, block, err))
            return -1;
        if (!ext2fs_extent_block_csum_verify(walk->reader->fs, walk->ino, block))
            return error_set(err, ERROR_INVALID, "the checksum of a block of extents is wrong");
        if (read_node(walk, block, walk->reader->fs->blocksize, depth - 1, err))
            return -1;
    }
    return 0;
}

static int read_extents(struct walk *walk, struct error **err)
{
    const struct ext3_extent_header *root = (const void *)walk->inode->i_block;
    if (root->eh_depth > DEPTH_MAX)
        return damaged(err);
    return read_node(walk, root, sizeof(walk->inode->i_block), root->eh_depth, err);
}

/* POINTER to a block of the file (LEVEL 0) or of pointers, at the place LOGICAL of the file. */
static int read_pointer(struct walk *walk, uint32_t pointer, unsigned level, uint64_t logical,
                        struct error **err)
{
    if (!pointer)
        return 0;
    if (level == 0) {
        struct ext_run run = { .logical = logical, .physical = pointer, .count = 1 };
        return add_run(walk, &run, err);
    }
    size_t per_block = walk->reader->fs->blocksize / 4;
    AUTO_FREE uint32_t *pointers = xcalloc(per_block, 4);
    if (read_block(walk, pointer, pointers, err))
        return -1;
    uint64_t step = 1;
    for (unsigned i = 1; i < level; i++)
        step *= per_block;
    for (size_t i = 0; i < per_block; i++) {
        if (read_pointer(walk, pointers[i], level - 1, logical + i * step, err))
            return -1;
    }
    return 0;
}

static int read_block_map(struct walk *walk, struct error **err)
{
    uint64_t logical = 0, span = 1;
    for (unsigned i = 0; i < EXT2_N_BLOCKS; i++) {
        unsigned level = i < EXT2_NDIR_BLOCKS ? 0 : i - EXT2_NDIR_BLOCKS + 1;
        if (level)
            span *= walk->reader->fs->blocksize / 4;
        if (read_pointer(walk, walk->inode->i_block[i], level, logical, err))
            return -1;
        logical += span;
    }
    return 0;
}

int ext_map_read(struct ext_reader *reader, ext2_ino_t ino, const struct ext2_inode *inode,
                 struct ext_map *map, struct error **err)
{
    struct walk walk = { .reader = reader, .ino = ino, .inode = inode, .map = map };
    return inode->i_flags & EXT4_EXTENTS_FL ? read_extents(&walk, err) : read_block_map(&walk, err);
}
