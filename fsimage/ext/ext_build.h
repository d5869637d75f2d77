/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of writing a file system: blocks, maps, directories and inodes of a builder. */
#ifndef FORGE_FSIMAGE_EXT_EXT_BUILD_H
#define FORGE_FSIMAGE_EXT_EXT_BUILD_H

#include "fsimage/ext/ext_map.h"
#include "fsimage/ext/ext_writer.h"
#include "fsimage/tree/link_map.h"

struct archive_entry;

enum { INODE_ROOM = 256 }; /* bytes of the largest inode that is written */

/* An inode in the making: its fields, then its attributes. */
union ext_inode {
    struct ext2_inode_large large;
    struct ext2_inode small; /* the same first 128 bytes, as libext2fs takes them */
    unsigned char bytes[INODE_ROOM];
};

/* A name in a directory. */
struct ext_dirent {
    char *name; /* owned */
    ext2_ino_t ino;
    unsigned char length, type; /* type: EXT2_FT_* */
    uint32_t hash, minor;
};

/* A directory whose names are still coming. */
struct ext_dir {
    ext2_ino_t ino;
    size_t path_length; /* 0: the root */
    bool lost_found;    /* gets room in advance: e2fsck would have to find some */
    uint64_t blocks;    /* of its attributes */
    uint32_t subdirectories;
    struct ext_dirent *items;
    size_t count, room;
    union ext_inode inode;
};

/* A file system in the making. When it is full it goes on DRY: blocks and inodes are counted, so
 * that the end can tell how many are needed, but nothing more is written. */
struct ext_builder {
    struct ext_options options;
    struct ext_io *io;
    ext2_filsys fs;
    bool dry, full;
    uint64_t blocks;              /* given out: for files, directories, their maps and attributes */
    uint64_t inodes;              /* used, the reserved ones included */
    uint64_t free_next, free_end; /* the run of free blocks that is being given out */
    unsigned char *buffer;        /* blocks that follow each other on their way to the disk */
    uint64_t buffer_at;           /* the first one's number */
    size_t buffer_used;           /* bytes */
    struct ext_dir *dirs;         /* the way from the root to where the tree is */
    size_t depth, room;
    char *path; /* of the current entry, for errors. Owned */
    bool has_lost_found;
    struct link_map links;
};

/* ext_alloc.c */

/* One to COUNT blocks that follow each other; the number of the first in *PHYSICAL. */
MUST_CHECK uint64_t ext_alloc_blocks(struct ext_builder *builder, uint64_t count,
                                     uint64_t *physical);
MUST_CHECK ext2_ino_t ext_alloc_inode(struct ext_builder *builder, bool directory);

/* COUNT blocks to be written at PHYSICAL, soon; ext_flush_blocks() at the end. */
MUST_CHECK int ext_put_blocks(struct ext_builder *builder, uint64_t physical, const void *bytes,
                              size_t count, struct error **err);
MUST_CHECK int ext_flush_blocks(struct ext_builder *builder, struct error **err);

/* Give the next COUNT blocks of a file, from LOGICAL on, places in MAP, and write BYTES there. NULL
 * bytes: they stay zeros. */
MUST_CHECK int ext_append(struct ext_builder *builder, struct ext_map *map, uint64_t logical,
                          const void *bytes, uint64_t count, struct error **err);

/* ext_map_write.c: the map into INODE, number INO, with blocks of its own where it does not fit;
 * *BLOCKS grows by them and by the file's. */
MUST_CHECK int ext_map_write(struct ext_builder *builder, ext2_ino_t ino, const struct ext_map *map,
                             union ext_inode *inode, uint64_t *blocks, struct error **err);

/* ext_file_write.c: the data of TREE's current file, to be found by MAP. */
struct tree;
MUST_CHECK int ext_file_write(struct ext_builder *builder, struct tree *tree,
                              struct archive_entry *entry, struct ext_map *map, struct error **err);

/* ext_inode_write.c */

/* INODE from ENTRY: all but links, size and blocks; *BLOCKS counts the block of its attributes. */
MUST_CHECK int ext_inode_fill(struct ext_builder *builder, ext2_ino_t ino,
                              struct archive_entry *entry, union ext_inode *inode, uint64_t *blocks,
                              struct error **err);

/* An inode of MODE that no entry stands for: owner 0, the file system's time. */
void ext_inode_make(struct ext_builder *builder, unsigned mode, union ext_inode *inode);

/* Set SIZE and BLOCKS, and write. */
MUST_CHECK int ext_inode_write(struct ext_builder *builder, ext2_ino_t ino, union ext_inode *inode,
                               uint64_t size, uint64_t blocks, struct error **err);

/* ext_dir_write.c: the blocks of directory DIR, below PARENT; *INDEXED by hashes. */
MUST_CHECK int ext_dir_write(struct ext_builder *builder, struct ext_dir *dir, ext2_ino_t parent,
                             struct ext_map *map, bool *indexed, struct error **err);
void ext_dir_add(struct ext_dir *dir, const char *name, ext2_ino_t ino, unsigned type);
void ext_dir_clear(struct ext_dir *dir);

/* ext_layout.c: a new file system as OPTIONS say, their size and inodes given, over IO: nothing in
 * it but the reserved inodes. NULL on error. */
MUST_CHECK ext2_filsys ext_layout(const struct ext_options *options, struct ext_io *io,
                                  struct error **err);
MUST_CHECK int ext_options_check(const struct ext_options *options, struct error **err);
uint64_t ext_journal_blocks(const struct ext_options *options); /* for their size; 0: none */
enum { EXT_BLOCK = 4096 };                                      /* the size of blocks */

/* ext_journal.c: the journal and its inode. */
MUST_CHECK int ext_journal_write(struct ext_builder *builder, struct error **err);

/* ext_build.c */
MUST_CHECK int ext_build_entry(struct ext_builder *builder, struct tree *tree,
                               struct archive_entry *entry, struct error **err);
MUST_CHECK int ext_build_end(struct ext_builder *builder, struct error **err);
void ext_builder_clear(struct ext_builder *builder);
#define AUTO_BUILDER __attribute__((cleanup(ext_builder_clear)))

#endif
