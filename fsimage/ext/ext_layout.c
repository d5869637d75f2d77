/* SPDX-License-Identifier: Apache-2.0 */
/* The layout of a new file system: its features, groups and reserved inodes, as mke2fs has them. */
#include "forge/base/memory.h"
#include "fsimage/ext/ext_build.h"

#include <string.h>

enum {
    INODE_RATIO = 16384, /* bytes of the file system for each inode, when nobody says how many */
    RESERVED_GDT = 16,   /* blocks of group descriptors to grow into: 128 GiB or more */
    JOURNAL_MIN = 1024,  /* the least that the kernel takes */
};

static const struct {
    enum ext_type type;
    const char *name;
} types[] = { { EXT_2, "ext2" }, { EXT_3, "ext3" }, { EXT_4, "ext4" } };

const char *ext_type_name(enum ext_type type)
{
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (types[i].type == type)
            return types[i].name;
    }
    return "unknown";
}

int ext_type_parse(const char *name, enum ext_type *type, struct error **err)
{
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (strcmp(types[i].name, name) == 0) {
            *type = types[i].type;
            return 0;
        }
    }
    return error_set(err, ERROR_USAGE,
                     "\"%s\" is not a file system that can be written: ext2, "
                     "ext3 and ext4 are",
                     name);
}

int ext_options_check(const struct ext_options *options, struct error **err)
{
    static const unsigned char nothing[sizeof(options->uuid)];
    if (memcmp(options->uuid, nothing, sizeof(nothing)) == 0)
        return error_set(err, ERROR_USAGE, "a file system has to have a UUID");
    if (options->label && strlen(options->label) > EXT2_LABEL_LEN)
        return error_set(err, ERROR_USAGE, "the label \"%s\" has more than %d bytes",
                         options->label, EXT2_LABEL_LEN);
    if (options->reserved_percent > 50)
        return error_set(err, ERROR_USAGE, "%u %% of the blocks cannot be reserved: at most 50",
                         options->reserved_percent);
    if (options->inode_size && options->inode_size != 128 && options->inode_size != 256)
        return error_set(err, ERROR_USAGE, "inodes have 128 or 256 bytes, not %u",
                         options->inode_size);
    if (options->now < 1)
        return error_set(err, ERROR_USAGE, "the time %lld is before 1970", (long long)options->now);
    if (options->size < 0 || options->free_size < 0 || options->inodes < 0 ||
        options->inodes > UINT32_MAX)
        return error_set(err, ERROR_USAGE, "the size or number of inodes is out of range");
    return 0;
}

uint64_t ext_journal_blocks(const struct ext_options *options)
{
    if (options->type == EXT_2)
        return 0;
    int blocks = ext2fs_default_journal_size((uint64_t)options->size / EXT_BLOCK);
    return blocks < JOURNAL_MIN ? JOURNAL_MIN : (uint64_t)blocks;
}

static void set_features(struct ext2_super_block *super, const struct ext_options *options)
{
    ext2fs_set_feature_sparse_super(super);
    ext2fs_set_feature_large_file(super);
    ext2fs_set_feature_filetype(super);
    ext2fs_set_feature_resize_inode(super);
    ext2fs_set_feature_dir_index(super);
    ext2fs_set_feature_xattr(super);
    if (options->type != EXT_4)
        return;
    ext2fs_set_feature_extents(super);
    ext2fs_set_feature_huge_file(super);
    ext2fs_set_feature_dir_nlink(super);
    if (super->s_inode_size > EXT2_GOOD_OLD_INODE_SIZE)
        ext2fs_set_feature_extra_isize(super);
    if (options->old_boot_loader) {
        ext2fs_set_feature_gdt_csum(super);
        return;
    }
    ext2fs_set_feature_metadata_csum(super);
    ext2fs_set_feature_64bit(super);
    ext2fs_set_feature_flex_bg(super);
    super->s_desc_size = EXT2_MIN_DESC_SIZE_64BIT;
    super->s_log_groups_per_flex = 4;
}

static int set_parameters(struct ext2_super_block *super, const struct ext_options *options,
                          struct error **err)
{
    uint64_t blocks = (uint64_t)options->size / EXT_BLOCK;
    uint64_t inodes = (uint64_t)options->inodes;
    if (blocks > UINT32_MAX && (options->type != EXT_4 || options->old_boot_loader))
        return error_set(err, ERROR_USAGE, "an %s of this kind has at most 16 TiB",
                         ext_type_name(options->type));
    if (!inodes)
        inodes = (uint64_t)options->size / INODE_RATIO;
    if (inodes > UINT32_MAX)
        inodes = UINT32_MAX;
    super->s_rev_level = EXT2_DYNAMIC_REV;
    super->s_log_block_size = 2; /* 1024 << 2 */
    super->s_log_cluster_size = 2;
    super->s_inode_size = (uint16_t)(options->inode_size ? options->inode_size : 256);
    super->s_inodes_count = inodes < 16 ? 16 : (uint32_t)inodes;
    super->s_reserved_gdt_blocks = RESERVED_GDT;
    ext2fs_blocks_count_set(super, blocks);
    ext2fs_r_blocks_count_set(super, blocks * options->reserved_percent / 100);
    set_features(super, options);
    return 0;
}

/* All that tells this file system from others, and what mke2fs says of its use. */
static void set_identity(ext2_filsys fs, const struct ext_options *options)
{
    struct ext2_super_block *super = fs->super;
    static const unsigned char nothing[sizeof(options->hash_seed)];
    bool seeded = memcmp(options->hash_seed, nothing, sizeof(nothing)) != 0;
    fs->now = options->now;
    memcpy(super->s_uuid, options->uuid, sizeof(super->s_uuid));
    memcpy(super->s_hash_seed, seeded ? options->hash_seed : options->uuid,
           sizeof(super->s_hash_seed));
    if (options->label)
        memcpy(super->s_volume_name, options->label, strlen(options->label));
    super->s_mkfs_time = super->s_lastcheck = super->s_wtime = (uint32_t)options->now;
    super->s_def_hash_version = EXT2_HASH_HALF_MD4;
    /* Whatever this machine's char is: names are hashed as on x86. */
    super->s_flags = (super->s_flags & ~(uint32_t)EXT2_FLAGS_UNSIGNED_HASH) |
                     EXT2_FLAGS_SIGNED_HASH;
    super->s_default_mount_opts = EXT2_DEFM_XATTR_USER | EXT2_DEFM_ACL;
    super->s_max_mnt_count = -1;
    if (super->s_inode_size > EXT2_GOOD_OLD_INODE_SIZE)
        super->s_min_extra_isize = super->s_want_extra_isize = sizeof(struct ext2_inode_large) -
                                                               EXT2_GOOD_OLD_INODE_SIZE;
    if (ext2fs_has_feature_metadata_csum(super))
        super->s_checksum_type = EXT2_CRC32C_CHKSUM;
    ext2fs_init_csum_seed(fs);
}

/* The inode tables read as zeros already: the kernel need not zero them at the first mount. */
static errcode_t finish(ext2_filsys fs)
{
    for (dgrp_t i = 0; ext2fs_has_group_desc_csum(fs) && i < fs->group_desc_count; i++) {
        ext2fs_bg_flags_set(fs, i, EXT2_BG_INODE_ZEROED);
        ext2fs_group_desc_csum_set(fs, i);
    }
    for (ext2_ino_t ino = 1; ino < EXT2_FIRST_INODE(fs->super); ino++)
        ext2fs_inode_alloc_stats2(fs, ino, +1, ino == EXT2_ROOT_INO);
    return ext2fs_create_resize_inode(fs);
}

ext2_filsys ext_layout(const struct ext_options *options, struct ext_io *io, struct error **err)
{
    struct ext2_super_block parameters = { 0 };
    ext2_filsys fs = NULL;
    if (set_parameters(&parameters, options, err))
        return NULL;
    errcode_t code =
        ext2fs_initialize("target", EXT2_FLAG_64BITS, &parameters, ext_io_manager(io), &fs);
    if (!code) {
        set_identity(fs, options);
        code = ext2fs_allocate_tables(fs);
    }
    if (!code)
        code = finish(fs);
    if (!code)
        return fs;
    ext_io_error(io, code, ERROR_USAGE, err);
    error_wrap(err, "laying out an %s of %lld bytes", ext_type_name(options->type),
               (long long)options->size);
    if (fs)
        ext2fs_free(fs);
    return NULL;
}
