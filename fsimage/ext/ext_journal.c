/* SPDX-License-Identifier: Apache-2.0 */
/* An empty journal in its own inode. */
#include "forge/base/memory.h"
#include "fsimage/ext/ext_build.h"

#include <string.h>
#include <sys/stat.h>

/* The superblock remembers where the journal is, in case its inode is lost. */
static void back_up(struct ext2_super_block *super, const union ext_inode *inode)
{
    super->s_jnl_backup_type = EXT3_JNL_BACKUP_BLOCKS;
    memcpy(super->s_jnl_blocks, inode->small.i_block, sizeof(inode->small.i_block));
    super->s_jnl_blocks[15] = inode->small.i_size_high;
    super->s_jnl_blocks[16] = inode->small.i_size;
}

int ext_journal_write(struct ext_builder *builder, struct error **err)
{
    struct ext2fs_journal_params size = { .num_journal_blocks =
                                              (blk_t)ext_journal_blocks(&builder->options) };
    if (!size.num_journal_blocks)
        return 0;
    char *first = NULL;
    errcode_t code = ext2fs_create_journal_superblock2(builder->fs, &size, 0, &first);
    if (code)
        return ext_io_error(builder->io, code, ERROR_FAILED, err);
    AUTO_MAP struct ext_map map = { 0 };
    union ext_inode inode;
    uint64_t blocks = 0;
    ext_inode_make(builder, S_IFREG | 0600, &inode);
    int failed = ext_append(builder, &map, 0, first, 1, err) ||
                 ext_append(builder, &map, 1, NULL, size.num_journal_blocks - 1, err) ||
                 ext_map_write(builder, EXT2_JOURNAL_INO, &map, &inode, &blocks, err) ||
                 ext_inode_write(builder, EXT2_JOURNAL_INO, &inode,
                                 (uint64_t)size.num_journal_blocks * EXT_BLOCK, blocks, err);
    ext2fs_free_mem(&first);
    if (failed)
        return error_wrap(err, "writing the journal");
    struct ext2_super_block *super = builder->fs->super;
    super->s_journal_inum = EXT2_JOURNAL_INO;
    back_up(super, &inode);
    ext2fs_set_feature_journal(super);
    return 0;
}
