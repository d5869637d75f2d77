/* SPDX-License-Identifier: Apache-2.0 */
/* Where the blocks of a file are, in ascending order of their place in the file. */
#ifndef FORGE_FSIMAGE_EXT_EXT_MAP_H
#define FORGE_FSIMAGE_EXT_EXT_MAP_H

#include "fsimage/ext/ext_io.h"

struct ext_run {
    uint64_t logical, physical, count; /* blocks */
    bool unwritten;                    /* has its place, but reads as zeros */
};

/* Owned; {0} is the map of an empty file. */
struct ext_map {
    struct ext_run *runs;
    size_t count, room;
};

/* Append RUN, which lies behind what is there, joining it to the last run where it continues it. */
void ext_map_add(struct ext_map *map, const struct ext_run *run);
void ext_map_clear(struct ext_map *map);
#define AUTO_MAP __attribute__((cleanup(ext_map_clear)))

/* A file system that is being read. */
struct ext_reader {
    struct ext_io *io;
    ext2_filsys fs;
    /* A block belongs to one file: a file system that leads to more blocks than it has lies, and
     * might never end. */
    uint64_t blocks_left;
    ext2fs_block_bitmap used; /* when not NULL: an inode's blocks must be marked in it */
};

/* Append the blocks of INODE, number INO: extents or a block map. Every number is checked; failures
 * are ERROR_INVALID. */
MUST_CHECK int ext_map_read(struct ext_reader *reader, ext2_ino_t ino,
                            const struct ext2_inode *inode, struct ext_map *map,
                            struct error **err);

#endif
