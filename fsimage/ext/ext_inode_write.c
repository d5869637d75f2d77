/* SPDX-License-Identifier: Apache-2.0 */
/* An inode from an archive entry: owner, mode, times, attributes, and where a link or node leads.
 */
#include "forge/base/memory.h"
#include "fsimage/ext/ext_build.h"
#include "fsimage/tree/xattr.h"

#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum {
    /* The chattr flags that describe the file, not how its blocks are kept. */
    KEPT_FLAGS = EXT2_SYNC_FL | EXT2_IMMUTABLE_FL | EXT2_APPEND_FL | EXT2_NODUMP_FL |
                 EXT2_NOATIME_FL | EXT2_DIRSYNC_FL,
    EXTRA_SIZE = sizeof(struct ext2_inode_large) - EXT2_GOOD_OLD_INODE_SIZE,
};

static bool is_large(const struct ext_builder *builder)
{
    return EXT2_INODE_SIZE(builder->fs->super) > EXT2_GOOD_OLD_INODE_SIZE;
}

/* The old 32 bits are signed; two more bits count how often they have wrapped since 1970. */
static int set_time(bool large, int64_t seconds, long nanoseconds, uint32_t *base, uint32_t *extra,
                    struct error **err)
{
    int64_t epochs = (seconds - (int32_t)seconds) >> 32;
    if (large ? epochs < 0 || epochs > EXT4_EPOCH_MASK : epochs != 0)
        return error_set(err, ERROR_INVALID, "its time %lld is out of range", (long long)seconds);
    *base = (uint32_t)seconds;
    if (large)
        *extra = (uint32_t)nanoseconds << EXT4_EPOCH_BITS | (uint32_t)epochs;
    return 0;
}

static int set_times(struct ext_builder *builder, struct archive_entry *entry,
                     struct ext2_inode_large *inode, struct error **err)
{
    bool large = is_large(builder);
    time_t mtime = archive_entry_mtime(entry);
    long nanoseconds = archive_entry_mtime_nsec(entry);
    if (set_time(large, mtime, nanoseconds, &inode->i_mtime, &inode->i_mtime_extra, err))
        return -1;
    bool have = archive_entry_atime_is_set(entry);
    if (set_time(large, have ? archive_entry_atime(entry) : mtime,
                 have ? archive_entry_atime_nsec(entry) : nanoseconds, &inode->i_atime,
                 &inode->i_atime_extra, err))
        return -1;
    have = archive_entry_ctime_is_set(entry);
    if (set_time(large, have ? archive_entry_ctime(entry) : mtime,
                 have ? archive_entry_ctime_nsec(entry) : nanoseconds, &inode->i_ctime,
                 &inode->i_ctime_extra, err))
        return -1;
    have = archive_entry_birthtime_is_set(entry);
    return large ? set_time(true, have ? archive_entry_birthtime(entry) : builder->options.now,
                            have ? archive_entry_birthtime_nsec(entry) : 0, &inode->i_crtime,
                            &inode->i_crtime_extra, err)
                 : 0;
}

static int set_owner(struct archive_entry *entry, struct ext2_inode_large *inode,
                     struct error **err)
{
    int64_t uid = archive_entry_uid(entry), gid = archive_entry_gid(entry);
    if (uid < 0 || uid > UINT32_MAX || gid < 0 || gid > UINT32_MAX)
        return error_set(err, ERROR_INVALID, "its owner %lld:%lld is out of range", (long long)uid,
                         (long long)gid);
    inode->i_uid = (uint16_t)uid;
    inode->i_uid_high = (uint16_t)(uid >> 16);
    inode->i_gid = (uint16_t)gid;
    inode->i_gid_high = (uint16_t)(gid >> 16);
    return 0;
}

/* The old form where it is enough, as the kernel does. */
static int set_device(dev_t device, struct ext2_inode_large *inode, struct error **err)
{
    unsigned high = major(device), low = minor(device);
    if (high > 0xfff || low > 0xfffff)
        return error_set(err, ERROR_INVALID, "its device number %u:%u is out of range", high, low);
    if (high < 256 && low < 256)
        inode->i_block[0] = high << 8 | low;
    else
        inode->i_block[1] = (low & 0xff) | high << 8 | (low & ~0xffu) << 12;
    return 0;
}

/* Attributes that do not fit into the inode get a block. */
static int set_xattrs(struct ext_builder *builder, ext2_ino_t ino, struct archive_entry *entry,
                      union ext_inode *inode, uint64_t *blocks, struct error **err)
{
    if (!archive_entry_xattr_count(entry))
        return 0;
    AUTO_FREE void *block = xcalloc(1, EXT_BLOCK);
    bool used;
    if (xattr_encode(builder->fs, entry, inode, block, &used, err))
        return -1;
    if (!used)
        return 0;
    uint64_t physical;
    *blocks += ext_alloc_blocks(builder, 1, &physical);
    ext2fs_file_acl_block_set(builder->fs, &inode->small, physical);
    if (!builder->dry) {
        errcode_t code = ext2fs_ext_attr_block_csum_set(builder->fs, ino, physical, block);
        if (code)
            return ext_io_error(builder->io, code, ERROR_FAILED, err);
    }
    return ext_put_blocks(builder, physical, block, 1, err);
}

int ext_inode_fill(struct ext_builder *builder, ext2_ino_t ino, struct archive_entry *entry,
                   union ext_inode *inode, uint64_t *blocks, struct error **err)
{
    unsigned long set, clear;
    memset(inode, 0, sizeof(*inode));
    archive_entry_fflags(entry, &set, &clear);
    inode->small.i_mode = (uint16_t)archive_entry_mode(entry);
    inode->small.i_links_count = 1;
    inode->small.i_flags = (uint32_t)set & KEPT_FLAGS;
    if (is_large(builder))
        inode->large.i_extra_isize = EXTRA_SIZE;
    if (set_owner(entry, &inode->large, err) || set_times(builder, entry, &inode->large, err) ||
        set_xattrs(builder, ino, entry, inode, blocks, err))
        return -1;
    unsigned type = archive_entry_filetype(entry);
    return type == AE_IFCHR || type == AE_IFBLK
               ? set_device(archive_entry_rdev(entry), &inode->large, err)
               : 0;
}

void ext_inode_make(struct ext_builder *builder, unsigned mode, union ext_inode *inode)
{
    uint32_t now = (uint32_t)builder->options.now;
    uint32_t epoch = (uint32_t)((builder->options.now - (int32_t)now) >> 32) & EXT4_EPOCH_MASK;
    memset(inode, 0, sizeof(*inode));
    inode->small.i_mode = (uint16_t)mode;
    inode->small.i_links_count = 1;
    inode->small.i_atime = inode->small.i_ctime = inode->small.i_mtime = now;
    if (!is_large(builder))
        return;
    inode->large.i_extra_isize = EXTRA_SIZE;
    inode->large.i_crtime = now;
    inode->large.i_atime_extra = inode->large.i_ctime_extra = epoch;
    inode->large.i_mtime_extra = inode->large.i_crtime_extra = epoch;
}

int ext_inode_write(struct ext_builder *builder, ext2_ino_t ino, union ext_inode *inode,
                    uint64_t size, uint64_t blocks, struct error **err)
{
    inode->small.i_size = (uint32_t)size;
    inode->small.i_size_high = (uint32_t)(size >> 32);
    if (ext2fs_iblk_set(builder->fs, &inode->small, blocks))
        return error_set(err, ERROR_INVALID, "it is too large for %s",
                         ext_type_name(builder->options.type));
    if (builder->dry)
        return 0;
    errcode_t code = ext2fs_write_inode_full(builder->fs, ino, &inode->small,
                                             (int)EXT2_INODE_SIZE(builder->fs->super));
    return code ? ext_io_error(builder->io, code, ERROR_FAILED, err) : 0;
}
