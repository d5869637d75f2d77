/* SPDX-License-Identifier: Apache-2.0 */
/* Reading single inodes of an ext2, ext3 or ext4 file system. Failures are ERROR_INVALID. */
#ifndef FORGE_FSIMAGE_EXT_EXT_READ_H
#define FORGE_FSIMAGE_EXT_EXT_READ_H

#include "fsimage/ext/ext_map.h"
#include "fsimage/tree/xattr.h"

struct archive_entry;

/* Open the file system at OFFSET of DEVICE into READER, which holds nothing; refuse what could not
 * be read in full. */
MUST_CHECK int ext_reader_open(struct ext_reader *reader, struct device *device, int64_t offset,
                               struct error **err);
void ext_reader_close(struct ext_reader *reader);

/* An inode in full: owned (free()), NULL on error. */
MUST_CHECK struct ext2_inode_large *ext_read_inode(struct ext_reader *reader, ext2_ino_t ino,
                                                   struct error **err);

/* The extended attributes of INODE, system.data included. */
MUST_CHECK int ext_read_xattrs(struct ext_reader *reader, ext2_ino_t ino,
                               const struct ext2_inode_large *inode, struct xattr_list *list,
                               struct error **err);

/* Contents that are kept in the inode itself, from its attributes: owned, of *SIZE bytes. */
MUST_CHECK unsigned char *ext_inline_data(const struct ext2_inode_large *inode,
                                          const struct xattr_list *attributes, size_t *size,
                                          struct error **err);

/* Fill ENTRY from INODE: all but pathname, hard link and sparse list. */
MUST_CHECK int ext_read_entry(struct ext_reader *reader, ext2_ino_t ino,
                              const struct ext2_inode_large *inode,
                              const struct xattr_list *attributes, struct archive_entry *entry,
                              struct error **err);

/* A name in a directory. */
struct ext_child {
    ext2_ino_t ino;
    char *name; /* owned */
};

/* Owned; {0} is the empty list. */
struct ext_children {
    struct ext_child *items;
    size_t count, room;
};
void ext_children_clear(struct ext_children *children);

/* The names in directory INODE in byte order, without "." and "..". */
MUST_CHECK int ext_read_directory(struct ext_reader *reader, ext2_ino_t ino,
                                  const struct ext2_inode_large *inode,
                                  const struct xattr_list *attributes,
                                  struct ext_children *children, struct error **err);

#endif
