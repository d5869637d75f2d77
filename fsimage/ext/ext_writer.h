/* SPDX-License-Identifier: Apache-2.0 */
/* A fresh ext2, ext3 or ext4 file system with the files of a tree, written in this process.
 *
 *     struct ext_options options = { .type = EXT_4, .label = "root", .now = ... }, fitted;
 *     ext_measure(first, &options, &fitted, err);          the tree, read for its headers
 *     device = device_create_raw(path, fitted.size, err);
 *     ext_write(second, device, 0, &fitted, err);          the tree, opened again
 *
 * The same tree and options give the same bytes. */
#ifndef FORGE_FSIMAGE_EXT_EXT_WRITER_H
#define FORGE_FSIMAGE_EXT_EXT_WRITER_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct device;
struct tree;

enum ext_type { EXT_2 = 2, EXT_3 = 3, EXT_4 = 4 };

struct ext_options {
    enum ext_type type;
    const char *label;           /* at most 16 bytes; NULL: none. Borrowed */
    unsigned char uuid[16];      /* all zero is refused: a file system has to have one */
    unsigned char hash_seed[16]; /* of hashed directories; all zero: the UUID */
    int64_t now;                 /* when the file system was made; at least 1 (seconds of 1970) */
    int64_t size;                /* bytes of the file system; 0: as small as the tree allows */
    int64_t free_size;           /* bytes to stay free, on top of the smallest size */
    int64_t inodes;              /* how many; 0: one for each 16 KiB, or what the tree needs */
    unsigned reserved_percent;   /* of the blocks, for root; at most 50. mke2fs has 5 */
    unsigned inode_size;         /* 128 or 256; 0: 256. 128 has no ns times, none after 2038 */
    bool old_boot_loader;        /* without what PV-GRUB and GRUB 0.97 cannot read: 64bit,
                                    metadata_csum (which goes back to uninit_bg), and flex_bg */
};

/* Fit WANTED to TREE, which is read to its end for its headers only: *FITTED is WANTED with size
 * and inodes filled in. A size of 0 becomes the smallest that holds the tree, plus free_size. A
 * size that was given is kept if the tree fits in it: otherwise ERROR_USAGE, saying how much the
 * tree needs. What this type of file system cannot hold is refused by name (ERROR_INVALID), as in
 * ext_write. */
MUST_CHECK int ext_measure(struct tree *tree, const struct ext_options *wanted,
                           struct ext_options *fitted, struct error **err);

/* Write TREE as a file system from byte OFFSET of TARGET on, which must read as zeros there, be
 * writable and readable: blocks of zeros are not written. A size of 0 means up to the end of
 * TARGET. Nothing is flushed to stable storage: that is device_flush().
 *
 * ERROR_USAGE: the tree does not fit (saying how much it needs), options that are not possible.
 * ERROR_INVALID: what this type cannot hold, said by path: too many links or extended attributes,
 * too large a file, ids or times out of range. Errors of TREE and TARGET are passed on. TARGET is
 * then incomplete and of no use. A directory lost+found is made if TREE has none. */
MUST_CHECK int ext_write(struct tree *tree, struct device *target, int64_t offset,
                         const struct ext_options *options, struct error **err);

/* "ext2", "ext3", "ext4"; reading anything else is ERROR_USAGE. */
const char *ext_type_name(enum ext_type type);
MUST_CHECK int ext_type_parse(const char *name, enum ext_type *type, struct error **err);

#endif
