/* SPDX-License-Identifier: Apache-2.0 */
/* Opening an ext2, ext3 or ext4 file system for reading, and its inodes. */
#include "fsimage/ext/ext_read.h"
#include "forge/base/memory.h"

#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* chattr's flags that belong to a file rather than to how its blocks are kept. */
enum {
    KEPT_FLAGS = EXT2_SYNC_FL | EXT2_IMMUTABLE_FL | EXT2_APPEND_FL | EXT2_NODUMP_FL |
                 EXT2_NOATIME_FL | EXT2_DIRSYNC_FL,
    LINK_MAX_LENGTH = 4096, /* PATH_MAX */
};

static int check_state(struct ext2_super_block *super, struct error **err)
{
    if (ext2fs_has_feature_journal_needs_recovery(super))
        return error_set(err, ERROR_INVALID,
                         "its journal has to be replayed first: the file system was not unmounted");
    if (super->s_state & EXT2_ERROR_FS)
        return error_set(err, ERROR_INVALID,
                         "it is marked as having errors: check it with e2fsck first");
    if (!(super->s_state & EXT2_VALID_FS) || super->s_last_orphan ||
        ext2fs_has_feature_orphan_present(super))
        return error_set(err, ERROR_INVALID,
                         "it was not cleanly unmounted: check it with e2fsck first");
    if (ext2fs_has_feature_journal_dev(super))
        return error_set(err, ERROR_INVALID, "it is a journal's device, not a file system");
    if (ext2fs_has_feature_shared_blocks(super))
        return error_set(err, ERROR_INVALID, "its files share blocks, which is not supported");
    return 0;
}

static int open_file_system(struct ext_reader *reader, struct error **err)
{
    errcode_t code = ext2fs_open2("image", NULL, EXT2_FLAG_64BITS, 0, 0, ext_io_manager(reader->io),
                                  &reader->fs);
    if (code)
        return ext_io_error(reader->io, code, ERROR_INVALID, err);
    struct ext2_super_block *super = reader->fs->super;
    uint64_t blocks = ext2fs_blocks_count(super);
    if (blocks > (uint64_t)ext_io_size(reader->io) / reader->fs->blocksize)
        return error_set(err, ERROR_INVALID, "its end is missing: it has %llu blocks of %u bytes",
                         (unsigned long long)blocks, reader->fs->blocksize);
    reader->blocks_left = blocks;
    return check_state(super, err);
}

int ext_reader_open(struct ext_reader *reader, struct device *device, int64_t offset,
                    struct error **err)
{
    if (offset < 0 || offset > device->size)
        return error_set(err, ERROR_INVALID, "the file system begins behind the image's end");
    reader->io = ext_io_new(device, offset, device->size - offset);
    if (open_file_system(reader, err) == 0)
        return 0;
    ext_reader_close(reader);
    return error_wrap(err, "opening the ext2, ext3 or ext4 file system");
}

void ext_reader_close(struct ext_reader *reader)
{
    if (reader->fs)
        ext2fs_free(reader->fs);
    ext_io_free(reader->io);
    *reader = (struct ext_reader){ 0 };
}

struct ext2_inode_large *ext_read_inode(struct ext_reader *reader, ext2_ino_t ino,
                                        struct error **err)
{
    const struct ext2_super_block *super = reader->fs->super;
    if ((ino != EXT2_ROOT_INO && ino < EXT2_FIRST_INODE(super)) || ino > super->s_inodes_count) {
        error_set(err, ERROR_INVALID, "there is no inode %u for it", ino);
        return NULL;
    }
    size_t size = EXT2_INODE_SIZE(super);
    AUTO_FREE void *bytes =
        xcalloc(1, size > sizeof(struct ext2_inode_large) ? size : sizeof(struct ext2_inode_large));
    errcode_t code = ext2fs_read_inode_full(reader->fs, ino, bytes, (int)size);
    if (code) {
        ext_io_error(reader->io, code, ERROR_INVALID, err);
        return NULL;
    }
    const struct ext2_inode_large *inode = bytes;
    if (!inode->i_links_count || (inode->i_dtime && !inode->i_mode)) {
        error_set(err, ERROR_INVALID, "its inode %u is deleted", ino);
        return NULL;
    }
    if (inode->i_flags & EXT4_ENCRYPT_FL) {
        error_set(err, ERROR_INVALID, "it is encrypted");
        return NULL;
    }
    return STEAL(bytes);
}

int ext_read_xattrs(struct ext_reader *reader, ext2_ino_t ino, const struct ext2_inode_large *inode,
                    struct xattr_list *list, struct error **err)
{
    ext2_filsys fs = reader->fs;
    uint64_t place = ext2fs_file_acl_block(fs, (const struct ext2_inode *)inode);
    if (!place)
        return xattr_decode(fs, inode, NULL, list, err);
    if (place <= fs->super->s_first_data_block || place >= ext2fs_blocks_count(fs->super))
        return error_set(err, ERROR_INVALID, "its extended attributes are out of range");
    AUTO_FREE void *block = xcalloc(1, fs->blocksize);
    if (ext_io_read(reader->io, block, fs->blocksize, (int64_t)(place * fs->blocksize), err))
        return -1;
    if (!ext2fs_ext_attr_block_csum_verify(fs, ino, place, block))
        return error_set(err, ERROR_INVALID, "the checksum of its extended attributes is wrong");
    return xattr_decode(fs, inode, block, list, err);
}

unsigned char *ext_inline_data(const struct ext2_inode_large *inode,
                               const struct xattr_list *attributes, size_t *size,
                               struct error **err)
{
    const struct xattr *more = NULL;
    for (size_t i = 0; i < attributes->count; i++) {
        if (strcmp(attributes->items[i].name, "system.data") == 0)
            more = &attributes->items[i];
    }
    size_t whole = sizeof(inode->i_block) + (more ? more->size : 0);
    uint64_t wanted = EXT2_I_SIZE(inode);
    if (!more || wanted > whole) {
        error_set(err, ERROR_INVALID, "its data are not all there");
        return NULL;
    }
    unsigned char *bytes = xcalloc(1, whole);
    memcpy(bytes, inode->i_block, sizeof(inode->i_block));
    if (more->size)
        memcpy(bytes + sizeof(inode->i_block), more->value, more->size);
    *size = (size_t)wanted;
    return bytes;
}

/* A time has 32 bits in the old inode, two more and nanoseconds in the new one. */
static int64_t seconds_of(uint32_t base, uint32_t extra)
{
    return (int64_t)(int32_t)base + ((int64_t)(extra & EXT4_EPOCH_MASK) << 32);
}

static long nanoseconds_of(uint32_t extra)
{
    extra >>= EXT4_EPOCH_BITS;
    return extra < 1000000000 ? (long)extra : 0;
}

static void set_times(const struct ext2_inode_large *inode, bool large, struct archive_entry *entry)
{
#define HAS(field)                                                                                 \
    (large && EXT2_GOOD_OLD_INODE_SIZE + (size_t)inode->i_extra_isize >=                           \
                  __builtin_offsetof(struct ext2_inode_large, field) + sizeof(inode->field))
    uint32_t m = HAS(i_mtime_extra) ? inode->i_mtime_extra : 0;
    uint32_t a = HAS(i_atime_extra) ? inode->i_atime_extra : 0;
    uint32_t c = HAS(i_ctime_extra) ? inode->i_ctime_extra : 0;
    archive_entry_set_mtime(entry, seconds_of(inode->i_mtime, m), nanoseconds_of(m));
    archive_entry_set_atime(entry, seconds_of(inode->i_atime, a), nanoseconds_of(a));
    archive_entry_set_ctime(entry, seconds_of(inode->i_ctime, c), nanoseconds_of(c));
    if (HAS(i_crtime_extra) && (inode->i_crtime || inode->i_crtime_extra))
        archive_entry_set_birthtime(entry, seconds_of(inode->i_crtime, inode->i_crtime_extra),
                                    nanoseconds_of(inode->i_crtime_extra));
#undef HAS
}

static int set_symlink(struct ext_reader *reader, ext2_ino_t ino,
                       const struct ext2_inode_large *inode, const struct xattr_list *attributes,
                       struct archive_entry *entry, struct error **err)
{
    uint64_t length = EXT2_I_SIZE(inode);
    size_t size = reader->fs->blocksize, have;
    AUTO_FREE char *target = xcalloc(1, LINK_MAX_LENGTH + size);
    if (!length || length >= LINK_MAX_LENGTH)
        return error_set(err, ERROR_INVALID, "the symbolic link has %llu bytes",
                         (unsigned long long)length);
    if (inode->i_flags & EXT4_INLINE_DATA_FL) {
        AUTO_FREE unsigned char *bytes = ext_inline_data(inode, attributes, &have, err);
        if (!bytes)
            return -1;
        memcpy(target, bytes, (size_t)length);
    } else if (length < sizeof(inode->i_block) &&
               ext2fs_is_fast_symlink((struct ext2_inode *)inode)) {
        memcpy(target, inode->i_block, (size_t)length);
    } else {
        AUTO_MAP struct ext_map map = { 0 };
        if (ext_map_read(reader, ino, (const struct ext2_inode *)inode, &map, err))
            return -1;
        for (uint64_t at = 0; at * size < length; at++) {
            if (map.count != 1 || map.runs[0].logical || map.runs[0].count <= at)
                return error_set(err, ERROR_INVALID, "the symbolic link is damaged");
            if (ext_io_read(reader->io, target + at * size, size,
                            (int64_t)((map.runs[0].physical + at) * size), err))
                return -1;
        }
    }
    target[length] = '\0';
    if (strlen(target) != length)
        return error_set(err, ERROR_INVALID, "the symbolic link is damaged");
    archive_entry_copy_symlink(entry, target);
    return 0;
}

/* The old form has 8 bits each; the new one is in the second word, the first being zero. */
static dev_t device_of(const struct ext2_inode_large *inode)
{
    uint32_t old = inode->i_block[0], new = inode->i_block[1];
    if (old)
        return makedev(old >> 8 & 0xff, old & 0xff);
    return makedev(new >> 8 & 0xfff, (new & 0xff) | (new >> 12 & 0xfff00));
}

static int set_content(struct ext_reader *reader, ext2_ino_t ino,
                       const struct ext2_inode_large *inode, const struct xattr_list *attributes,
                       struct archive_entry *entry, struct error **err)
{
    switch (inode->i_mode & S_IFMT) {
    case S_IFREG:
        if (EXT2_I_SIZE(inode) > (uint64_t)INT64_MAX)
            return error_set(err, ERROR_INVALID, "its size is out of range");
        archive_entry_set_size(entry, (int64_t)EXT2_I_SIZE(inode));
        return 0;
    case S_IFLNK:
        return set_symlink(reader, ino, inode, attributes, entry, err);
    case S_IFCHR:
    case S_IFBLK:
        archive_entry_set_rdev(entry, device_of(inode));
        return 0;
    case S_IFDIR:
    case S_IFIFO:
    case S_IFSOCK:
        return 0;
    default:
        return error_set(err, ERROR_INVALID, "its inode %u has no known type", ino);
    }
}

int ext_read_entry(struct ext_reader *reader, ext2_ino_t ino, const struct ext2_inode_large *inode,
                   const struct xattr_list *attributes, struct archive_entry *entry,
                   struct error **err)
{
    archive_entry_set_mode(entry, inode->i_mode);
    archive_entry_set_uid(entry, inode_uid(*inode));
    archive_entry_set_gid(entry, inode_gid(*inode));
    archive_entry_set_nlink(entry, inode->i_links_count);
    archive_entry_set_fflags(entry, inode->i_flags & KEPT_FLAGS, 0);
    set_times(inode, EXT2_INODE_SIZE(reader->fs->super) > EXT2_GOOD_OLD_INODE_SIZE, entry);
    for (size_t i = 0; i < attributes->count; i++) {
        const struct xattr *item = &attributes->items[i];
        if (strcmp(item->name, "system.data") != 0)
            archive_entry_xattr_add_entry(entry, item->name, item->value, item->size);
    }
    return set_content(reader, ino, inode, attributes, entry, err);
}
