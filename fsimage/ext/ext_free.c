/* SPDX-License-Identifier: Apache-2.0 */
/* Free blocks by the block bitmap, after every inode was asked whether it agrees. */
#include "fsimage/ext/ext_free.h"
#include "forge/base/memory.h"
#include "fsimage/ext/ext_read.h"

DEFINE_CLEANUP(ext2_inode_scan, ext2fs_close_inode_scan)

/* Superblocks, descriptors, bitmaps and inode tables belong to no inode. They stay, whatever the
 * bitmap says of them. */
static void mark_own_blocks(ext2_filsys fs)
{
    for (dgrp_t group = 0; group < fs->group_desc_count; group++) {
        ext2fs_reserve_super_and_bgd(fs, group, fs->block_map);
        ext2fs_mark_block_bitmap2(fs->block_map, ext2fs_block_bitmap_loc(fs, group));
        ext2fs_mark_block_bitmap2(fs->block_map, ext2fs_inode_bitmap_loc(fs, group));
        ext2fs_mark_block_bitmap_range2(fs->block_map, ext2fs_inode_table_loc(fs, group),
                                        fs->inode_blocks_per_group);
    }
}

/* Reading the map of an inode's blocks checks each against reader->used. */
static int check_inode(struct ext_reader *reader, ext2_ino_t ino, struct ext2_inode *inode,
                       struct error **err)
{
    AUTO_MAP struct ext_map map = { 0 };
    uint64_t attributes = ext2fs_file_acl_block(reader->fs, inode);
    if (attributes && (attributes >= ext2fs_blocks_count(reader->fs->super) ||
                       !ext2fs_test_block_bitmap2(reader->used, attributes)))
        return error_set(err, ERROR_INVALID, "the block of its attributes is marked as free");
    if ((inode->i_flags & EXT4_INLINE_DATA_FL) ||
        !ext2fs_inode_has_valid_blocks2(reader->fs, inode))
        return 0;
    return ext_map_read(reader, ino, inode, &map, err);
}

static int check_inodes(struct ext_reader *reader, struct error **err)
{
    size_t size = EXT2_INODE_SIZE(reader->fs->super);
    ext2_inode_scan opened = NULL;
    errcode_t code = ext2fs_open_inode_scan(reader->fs, 0, &opened);
    AUTO(ext2fs_close_inode_scan) ext2_inode_scan scan = opened;
    AUTO_FREE struct ext2_inode *inode =
        xcalloc(1, size > sizeof(struct ext2_inode_large) ? size : sizeof(struct ext2_inode_large));
    while (!code) {
        ext2_ino_t ino;
        code = ext2fs_get_next_inode_full(scan, &ino, inode, (int)size);
        if (!code && !ino)
            return 0;
        if (code == EXT2_ET_INODE_CSUM_INVALID && !inode->i_links_count)
            code = 0; /* nobody's */
        if (!code && inode->i_links_count && check_inode(reader, ino, inode, err))
            return error_wrap(err, "inode %u", ino);
    }
    return ext_io_error(reader->io, code, ERROR_INVALID, err);
}

static void add_free_blocks(ext2_filsys fs, int64_t offset, struct area_list *out)
{
    blk64_t end = ext2fs_blocks_count(fs->super) - 1, from, to;
    for (blk64_t at = fs->super->s_first_data_block;
         at <= end && !ext2fs_find_first_zero_block_bitmap2(fs->block_map, at, end, &from);
         at = to) {
        if (ext2fs_find_first_set_block_bitmap2(fs->block_map, from, end, &to))
            to = end + 1;
        area_list_add(out, offset + (int64_t)(from * fs->blocksize),
                      (int64_t)((to - from) * fs->blocksize));
    }
}

static int find_free(struct ext_reader *reader, const struct disk_area *area, struct area_list *out,
                     struct error **err)
{
    ext2_filsys fs = reader->fs;
    if (ext2fs_blocks_count(fs->super) > (uint64_t)area->size / fs->blocksize)
        return error_set(err, ERROR_INVALID, "it is larger than its partition");
    errcode_t code = ext2fs_check_desc(fs);
    if (!code)
        code = ext2fs_read_block_bitmap(fs);
    if (code)
        return ext_io_error(reader->io, code, ERROR_INVALID, err);
    mark_own_blocks(fs);
    reader->used = fs->block_map;
    if (check_inodes(reader, err))
        return -1;
    add_free_blocks(fs, area->offset, out);
    return 0;
}

int ext_free_find(struct device *device, const struct disk_area *area, struct area_list *out,
                  struct error **err)
{
    struct ext_reader reader = { 0 };
    if (ext_reader_open(&reader, device, area->offset, err))
        return -1;
    int result = find_free(&reader, area, out, err);
    ext_reader_close(&reader);
    return result ? error_wrap(err, "looking for free blocks of the ext2, ext3 or ext4 file system")
                  : 0;
}
