/* SPDX-License-Identifier: Apache-2.0 */
/* A tree into a fresh file system, and how large that has to be.
 *
 * Both are one pass over the tree by one builder: to measure is to build without a disk. */
#include "fsimage/ext/ext_writer.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"
#include "fsimage/ext/ext_build.h"
#include "fsimage/tree/tree.h"

/* What a tree needs, whatever the size of the file system. */
struct need {
    uint64_t blocks, inodes;
};

static int build(struct ext_builder *builder, struct tree *tree, struct error **err)
{
    struct archive_entry *entry;
    int more;
    while ((more = tree_next(tree, &entry, err)) > 0) {
        if (ext_build_entry(builder, tree, entry, err))
            return -1;
    }
    return more < 0 ? -1 : ext_build_end(builder, err);
}

/* Prepare BUILDER, an empty one, to write to TARGET, or to count when that is NULL. */
static int begin(struct ext_builder *builder, const struct ext_options *options,
                 struct device *target, int64_t offset, struct error **err)
{
    builder->options = *options;
    builder->dry = !target;
    builder->links.by_path = true;
    builder->io = ext_io_new(target, offset, options->size);
    builder->fs = ext_layout(options, builder->io, err);
    if (!builder->fs)
        return -1;
    builder->inodes = EXT2_FIRST_INODE(builder->fs->super) - 1;
    return 0;
}

/* How many runs the free blocks are in: files get one more extent wherever a run ends. */
static uint64_t free_runs(ext2_filsys fs)
{
    uint64_t last = ext2fs_blocks_count(fs->super) - 1, runs = 0;
    blk64_t at = fs->super->s_first_data_block;
    while (at <= last && !ext2fs_find_first_zero_block_bitmap2(fs->block_map, at, last, &at)) {
        runs++;
        if (ext2fs_find_first_set_block_bitmap2(fs->block_map, at, last, &at))
            break;
    }
    return runs;
}

/* How many blocks a file system of OPTIONS lacks to hold NEED: 0 when it does. */
static int lacking(const struct ext_options *options, const struct need *need, uint64_t *blocks,
                   struct error **err)
{
    AUTO_BUILDER struct ext_builder builder = { 0 };
    if (begin(&builder, options, NULL, 0, err))
        return -1;
    uint64_t journal = ext_journal_blocks(options), runs = free_runs(builder.fs);
    /* The journal's own map: its pointers, or a block of extents. An extent more makes at most a
     * block of extents more, and one above it. */
    uint64_t maps = options->type == EXT_4 ? 2 * runs + 1 : journal / (EXT_BLOCK / 4) + 3;
    uint64_t wanted = need->blocks + journal + maps +
                      ((uint64_t)options->free_size + EXT_BLOCK - 1) / EXT_BLOCK;
    uint64_t free = ext2fs_free_blocks_count(builder.fs->super);
    *blocks = wanted > free ? wanted - free : 0;
    return 0;
}

static void set_inodes(struct ext_options *fitted, const struct ext_options *wanted,
                       const struct need *need)
{
    enum { RATIO = 16384 };
    int64_t usual = fitted->size / RATIO;
    fitted->inodes = wanted->inodes ? wanted->inodes : usual;
    if (fitted->inodes < (int64_t)need->inodes)
        fitted->inodes = (int64_t)need->inodes;
}

/* No file system with this many files is smaller, or worth it: libext2fs refuses a group that has
 * fewer than 50 blocks beside its tables. */
static uint64_t least_blocks(const struct ext_options *options, const struct need *need)
{
    unsigned inode_size = options->inode_size ? options->inode_size : INODE_ROOM;
    return need->blocks + need->inodes * inode_size / EXT_BLOCK + 256;
}

/* The smallest size: grown by what it lacks until it lacks nothing. A last group that would be too
 * small for its own tables is left out by libext2fs, so steps become larger when they do not help.
 */
static int smallest(const struct ext_options *wanted, const struct need *need,
                    struct ext_options *fitted, struct error **err)
{
    enum { MOST = 1 << 30 }; /* blocks: 4 TiB; what is larger is no image for a cloud */
    uint64_t lacks, before = 0, step = 1;
    *fitted = *wanted;
    if (need->blocks > MOST || need->inodes > MOST || wanted->free_size / EXT_BLOCK > MOST)
        return error_set(err, ERROR_USAGE, "the files and what is to stay free exceed 4 TiB");
    fitted->size = (int64_t)(least_blocks(wanted, need) * EXT_BLOCK);
    for (;;) {
        set_inodes(fitted, wanted, need);
        if (lacking(fitted, need, &lacks, err))
            return -1;
        if (!lacks)
            return 0;
        step = lacks == before ? step * 2 : 1;
        before = lacks;
        fitted->size += (int64_t)((lacks > step ? lacks : step) * EXT_BLOCK);
    }
}

/* The sentence about a tree that does not fit. Always -1. */
static int does_not_fit(const struct ext_options *options, const struct need *need,
                        struct error **err)
{
    struct ext_options wanted = *options, fitted;
    wanted.size = 0;
    wanted.inodes = 0;
    if (smallest(&wanted, need, &fitted, err))
        return -1;
    AUTO_FREE char *needed = format_size(fitted.size), *have = format_size(options->size);
    return error_set(err, ERROR_USAGE,
                     "the files do not fit into %s: they need %s (%lld bytes) and %llu inodes",
                     have, needed, (long long)fitted.size, (unsigned long long)need->inodes);
}

static int fit(const struct ext_options *wanted, const struct need *need,
               struct ext_options *fitted, struct error **err)
{
    uint64_t lacks;
    if (wanted->inodes && wanted->inodes < (int64_t)need->inodes)
        return error_set(err, ERROR_USAGE, "%lld inodes are not enough: the files need %llu",
                         (long long)wanted->inodes, (unsigned long long)need->inodes);
    if (!wanted->size)
        return smallest(wanted, need, fitted, err);
    *fitted = *wanted;
    fitted->size -= fitted->size % EXT_BLOCK;
    set_inodes(fitted, wanted, need);
    if ((uint64_t)fitted->size / EXT_BLOCK < least_blocks(wanted, need))
        return does_not_fit(wanted, need, err);
    if (lacking(fitted, need, &lacks, err))
        return -1;
    return lacks ? does_not_fit(wanted, need, err) : 0;
}

int ext_measure(struct tree *tree, const struct ext_options *wanted, struct ext_options *fitted,
                struct error **err)
{
    enum { SOME_SIZE = 16 << 20 }; /* any: only the features matter */
    AUTO_BUILDER struct ext_builder builder = { 0 };
    struct ext_options options = *wanted;
    options.size = SOME_SIZE;
    options.inodes = 0;
    if (ext_options_check(wanted, err) || begin(&builder, &options, NULL, 0, err) ||
        build(&builder, tree, err))
        return -1;
    struct need need = { builder.blocks, builder.inodes };
    return fit(wanted, &need, fitted, err);
}

static int finish(struct ext_builder *builder, struct error **err)
{
    ext2fs_mark_super_dirty(builder->fs);
    ext2fs_mark_bb_dirty(builder->fs);
    ext2fs_mark_ib_dirty(builder->fs);
    errcode_t code = ext2fs_flush(builder->fs);
    if (code)
        return ext_io_error(builder->io, code, ERROR_FAILED, err);
    return ext_io_flush(builder->io, err);
}

int ext_write(struct tree *tree, struct device *target, int64_t offset,
              const struct ext_options *wanted, struct error **err)
{
    AUTO_BUILDER struct ext_builder builder = { 0 };
    struct ext_options options = *wanted;
    if (ext_options_check(&options, err))
        return -1;
    if (offset < 0 || offset > target->size || options.size > target->size - offset)
        return error_set(err, ERROR_USAGE, "the file system would end behind its target");
    if (!options.size)
        options.size = target->size - offset;
    options.size -= options.size % EXT_BLOCK;
    if (begin(&builder, &options, target, offset, err) || ext_journal_write(&builder, err))
        return -1;
    uint64_t journal = builder.blocks;
    if (build(&builder, tree, err))
        return -1;
    struct need need = { builder.blocks - journal, builder.inodes };
    return builder.full ? does_not_fit(&options, &need, err) : finish(&builder, err);
}
