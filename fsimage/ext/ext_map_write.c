/* SPDX-License-Identifier: Apache-2.0 */
/* A file's map on the disk: extents for ext4, direct and indirect pointers for ext2 and ext3. */
#include "forge/base/memory.h"
#include "fsimage/ext/ext_build.h"

#include <string.h>

enum {
    IN_INODE = 4,                                                    /* extents */
    IN_BLOCK = (EXT_BLOCK - sizeof(struct ext3_extent_header)) / 12, /* a tail fits behind */
    POINTERS = EXT_BLOCK / 4,
};

/* An entry of any level of the tree of extents: 12 bytes, beginning with a place in the file. */
union node_entry {
    struct ext3_extent extent;
    struct ext3_extent_idx index;
};
_Static_assert(sizeof(union node_entry) == 12, "as on the disk");

static void fill_node(void *node, const union node_entry *entries, size_t count, size_t max,
                      unsigned depth)
{
    struct ext3_extent_header header = {
        .eh_magic = EXT3_EXT_MAGIC,
        .eh_entries = (uint16_t)count,
        .eh_max = (uint16_t)max,
        .eh_depth = (uint16_t)depth,
    };
    memcpy(node, &header, sizeof(header));
    if (count)
        memcpy((char *)node + sizeof(header), entries, count * sizeof(*entries));
}

/* The leaves' entries; owned. */
static union node_entry *extents_of(const struct ext_map *map, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < map->count; i++)
        *count += (size_t)((map->runs[i].count + EXT_INIT_MAX_LEN - 1) / EXT_INIT_MAX_LEN);
    union node_entry *entries = xcalloc(*count, sizeof(*entries)), *entry = entries;
    for (size_t i = 0; i < map->count; i++) {
        struct ext_run run = map->runs[i];
        while (run.count) {
            uint64_t length = run.count < EXT_INIT_MAX_LEN ? run.count : EXT_INIT_MAX_LEN;
            entry++->extent = (struct ext3_extent){
                .ee_block = (uint32_t)run.logical,
                .ee_len = (uint16_t)length,
                .ee_start_hi = (uint16_t)(run.physical >> 32),
                .ee_start = (uint32_t)run.physical,
            };
            run.logical += length;
            run.physical += length;
            run.count -= length;
        }
    }
    return entries;
}

/* Put the COUNT entries of one level into blocks; they become the entries of the level above. */
static int raise_level(struct ext_builder *builder, ext2_ino_t ino, union node_entry *entries,
                       size_t *count, unsigned depth, uint64_t *blocks, struct error **err)
{
    AUTO_FREE void *block = xcalloc(1, EXT_BLOCK);
    size_t above = 0;
    for (size_t at = 0; at < *count; at += IN_BLOCK) {
        size_t some = *count - at < IN_BLOCK ? *count - at : IN_BLOCK;
        uint32_t logical = entries[at].extent.ee_block;
        uint64_t physical;
        *blocks += ext_alloc_blocks(builder, 1, &physical);
        memset(block, 0, EXT_BLOCK);
        fill_node(block, entries + at, some, IN_BLOCK, depth);
        if (!builder->dry) {
            errcode_t code = ext2fs_extent_block_csum_set(builder->fs, ino, block);
            if (code)
                return ext_io_error(builder->io, code, ERROR_FAILED, err);
        }
        if (ext_put_blocks(builder, physical, block, 1, err))
            return -1;
        entries[above++].index = (struct ext3_extent_idx){
            .ei_block = logical,
            .ei_leaf = (uint32_t)physical,
            .ei_leaf_hi = (uint16_t)(physical >> 32),
        };
    }
    *count = above;
    return 0;
}

static int write_extents(struct ext_builder *builder, ext2_ino_t ino, const struct ext_map *map,
                         union ext_inode *inode, uint64_t *blocks, struct error **err)
{
    size_t count;
    unsigned depth = 0;
    AUTO_FREE union node_entry *entries = extents_of(map, &count);
    for (; count > IN_INODE; depth++) {
        if (raise_level(builder, ino, entries, &count, depth, blocks, err))
            return -1;
    }
    fill_node(inode->small.i_block, entries, count, IN_INODE, depth);
    inode->small.i_flags |= EXT4_EXTENTS_FL;
    return 0;
}

/* The blocks of pointers on the way to where the file's end is now, the lowest first. */
struct pointer_path {
    struct ext_builder *builder;
    struct level {
        uint64_t physical; /* 0: none yet */
        uint64_t key;      /* which part of the file it covers */
        uint32_t pointers[POINTERS];
    } levels[3];
    uint64_t *blocks;
};

static int close_level(struct pointer_path *path, unsigned level, struct error **err)
{
    struct level *closed = &path->levels[level];
    uint64_t physical = closed->physical;
    closed->physical = 0;
    return physical ? ext_put_blocks(path->builder, physical, closed->pointers, 1, err) : 0;
}

/* The block of pointers of LEVEL that covers KEY: *PHYSICAL; it is new when *FRESH. */
static int open_level(struct pointer_path *path, unsigned level, uint64_t key, bool *fresh,
                      struct error **err)
{
    struct level *open = &path->levels[level];
    *fresh = !open->physical || open->key != key;
    if (!*fresh)
        return 0;
    if (close_level(path, level, err))
        return -1;
    *path->blocks += ext_alloc_blocks(path->builder, 1, &open->physical);
    open->key = key;
    memset(open->pointers, 0, sizeof(open->pointers));
    return 0;
}

/* Let the file's block LOGICAL be PHYSICAL. */
static int set_pointer(struct pointer_path *path, union ext_inode *inode, uint64_t logical,
                       uint64_t physical, struct error **err)
{
    if (logical < EXT2_NDIR_BLOCKS) {
        inode->small.i_block[logical] = (uint32_t)physical;
        return 0;
    }
    uint64_t within = logical - EXT2_NDIR_BLOCKS, span = POINTERS;
    unsigned height = 1; /* levels of pointers above the block */
    for (; height <= 3 && within >= span; height++) {
        within -= span;
        span *= POINTERS;
    }
    if (height > 3)
        return error_set(err, ERROR_INVALID, "it is too large for %s",
                         ext_type_name(path->builder->options.type));
    uint32_t *pointer = &inode->small.i_block[EXT2_NDIR_BLOCKS + height - 1];
    for (unsigned level = height; level-- > 0;) {
        span /= POINTERS;
        bool fresh;
        /* The heights do not mix: each begins with new blocks. */
        uint64_t key = within / (span * POINTERS) << 2 | height;
        if (open_level(path, level, key, &fresh, err))
            return -1;
        if (fresh)
            *pointer = (uint32_t)path->levels[level].physical;
        pointer = &path->levels[level].pointers[within / span % POINTERS];
    }
    *pointer = (uint32_t)physical;
    return 0;
}

static int write_pointers(struct ext_builder *builder, const struct ext_map *map,
                          union ext_inode *inode, uint64_t *blocks, struct error **err)
{
    AUTO_FREE struct pointer_path *path = NEW(struct pointer_path);
    path->builder = builder;
    path->blocks = blocks;
    for (size_t i = 0; i < map->count; i++) {
        const struct ext_run *run = &map->runs[i];
        for (uint64_t at = 0; at < run->count; at++) {
            if (set_pointer(path, inode, run->logical + at, run->physical + at, err))
                return -1;
        }
    }
    for (unsigned level = 0; level < ARRAY_SIZE(path->levels); level++) {
        if (close_level(path, level, err))
            return -1;
    }
    return 0;
}

int ext_map_write(struct ext_builder *builder, ext2_ino_t ino, const struct ext_map *map,
                  union ext_inode *inode, uint64_t *blocks, struct error **err)
{
    for (size_t i = 0; i < map->count; i++)
        *blocks += map->runs[i].count;
    const struct ext_run *last = map->count ? &map->runs[map->count - 1] : NULL;
    if (last && last->logical + last->count > UINT32_MAX)
        return error_set(err, ERROR_INVALID, "it is too large for %s",
                         ext_type_name(builder->options.type));
    return builder->options.type == EXT_4 ? write_extents(builder, ino, map, inode, blocks, err)
                                          : write_pointers(builder, map, inode, blocks, err);
}
