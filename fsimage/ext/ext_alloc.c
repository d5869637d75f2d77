/* SPDX-License-Identifier: Apache-2.0 */
/* Giving out blocks and inodes in ascending order, and writing blocks in long runs.
 *
 * Everything that needs blocks asks here, so a cursor over the free runs is enough: files that come
 * after each other lie behind each other, and the last block can be used. */
#include "forge/base/memory.h"
#include "fsimage/ext/ext_build.h"

#include <string.h>

enum { BUFFER = 1 << 20, DIRECT = 256 << 10 };

/* From here on only count. */
static void become_full(struct ext_builder *builder)
{
    builder->dry = builder->full = true;
}

/* The next run of free blocks behind the current one; false when there is none. */
static bool next_free_run(struct ext_builder *builder)
{
    ext2fs_block_bitmap map = builder->fs->block_map;
    uint64_t last = ext2fs_blocks_count(builder->fs->super) - 1;
    uint64_t from = builder->free_end;
    if (from < builder->fs->super->s_first_data_block)
        from = builder->fs->super->s_first_data_block;
    blk64_t first, end;
    if (from > last || ext2fs_find_first_zero_block_bitmap2(map, from, last, &first))
        return false;
    if (ext2fs_find_first_set_block_bitmap2(map, first, last, &end))
        end = last + 1;
    builder->free_next = first;
    builder->free_end = end;
    return true;
}

uint64_t ext_alloc_blocks(struct ext_builder *builder, uint64_t count, uint64_t *physical)
{
    if (!builder->dry && builder->free_next == builder->free_end && !next_free_run(builder))
        become_full(builder);
    if (builder->dry) {
        *physical = ++builder->blocks;
        builder->blocks += count - 1;
        return count;
    }
    uint64_t left = builder->free_end - builder->free_next;
    if (count > left)
        count = left;
    if (count > INT32_MAX)
        count = INT32_MAX;
    *physical = builder->free_next;
    ext2fs_block_alloc_stats_range(builder->fs, *physical, (blk_t)count, +1);
    builder->free_next += count;
    builder->blocks += count;
    return count;
}

ext2_ino_t ext_alloc_inode(struct ext_builder *builder, bool directory)
{
    ext2_ino_t ino = (ext2_ino_t)++builder->inodes;
    if (!builder->dry && ino > builder->fs->super->s_inodes_count)
        become_full(builder);
    if (!builder->dry)
        ext2fs_inode_alloc_stats2(builder->fs, ino, +1, directory);
    return ino;
}

int ext_flush_blocks(struct ext_builder *builder, struct error **err)
{
    size_t count = builder->buffer_used;
    builder->buffer_used = 0;
    if (!count || builder->dry)
        return 0;
    return ext_io_write(builder->io, builder->buffer, count,
                        (int64_t)builder->buffer_at * EXT_BLOCK, err);
}

int ext_put_blocks(struct ext_builder *builder, uint64_t physical, const void *bytes, size_t count,
                   struct error **err)
{
    size_t size = count * EXT_BLOCK;
    if (builder->dry)
        return 0;
    bool follows = physical == builder->buffer_at + builder->buffer_used / EXT_BLOCK;
    if ((!follows || builder->buffer_used + size > BUFFER) && ext_flush_blocks(builder, err))
        return -1;
    if (size >= DIRECT && !builder->buffer_used)
        return ext_io_write(builder->io, bytes, size, (int64_t)physical * EXT_BLOCK, err);
    if (!builder->buffer)
        builder->buffer = xcalloc(1, BUFFER);
    if (!builder->buffer_used)
        builder->buffer_at = physical;
    memcpy(builder->buffer + builder->buffer_used, bytes, size);
    builder->buffer_used += size;
    return 0;
}

int ext_append(struct ext_builder *builder, struct ext_map *map, uint64_t logical,
               const void *bytes, uint64_t count, struct error **err)
{
    while (count) {
        struct ext_run run = { .logical = logical };
        run.count = ext_alloc_blocks(builder, count, &run.physical);
        ext_map_add(map, &run);
        if (bytes) {
            if (ext_put_blocks(builder, run.physical, bytes, (size_t)run.count, err))
                return -1;
            bytes = (const char *)bytes + run.count * EXT_BLOCK;
        }
        logical += run.count;
        count -= run.count;
    }
    return 0;
}
