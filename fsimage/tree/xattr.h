/* SPDX-License-Identifier: Apache-2.0 */
/* Extended attributes as the kernel shows them, and as ext2, ext3 and ext4 store them. */
#ifndef FORGE_FSIMAGE_TREE_XATTR_H
#define FORGE_FSIMAGE_TREE_XATTR_H

#include "forge/base/error.h"

#include <ext2fs/ext2fs.h>
#include <stdbool.h>
#include <stddef.h>

struct archive_entry;

struct xattr {
    char *name; /* with its prefix, such as "user.x" */
    unsigned char *value;
    size_t size;
};

/* Owned; {0} is the empty list. */
struct xattr_list {
    struct xattr *items;
    size_t count;
};

void xattr_list_add(struct xattr_list *list, const char *name, const void *value, size_t size);
void xattr_list_clear(struct xattr_list *list);
#define AUTO_XATTRS __attribute__((cleanup(xattr_list_clear)))

/* Append what the INODE (inode_size bytes) and its BLOCK (NULL: it has none) hold. Nothing that is
 * read is believed; failures are ERROR_INVALID. */
MUST_CHECK int xattr_decode(ext2_filsys fs, const void *inode, const void *block,
                            struct xattr_list *list, struct error **err);

/* Store ENTRY's attributes: into the INODE's body what fits (its i_extra_isize is set), the rest
 * into BLOCK (zeroed, a block long); *BLOCK_USED says whether there is a rest. What does not fit is
 * ERROR_INVALID. The block's checksum is the caller's. */
MUST_CHECK int xattr_encode(ext2_filsys fs, struct archive_entry *entry, void *inode, void *block,
                            bool *block_used, struct error **err);

/* Of attributes that ENTRY has several times, as what libarchive reads may, keep one. */
void xattr_drop_repeated(struct archive_entry *entry);

/* An ACL between the kernel's form (version 2, every entry with an id) and the disk's (version 1,
 * ids only where they mean something). The result is owned; NULL when VALUE is malformed. */
unsigned char *acl_from_disk(const unsigned char *value, size_t size, size_t *result_size);
unsigned char *acl_to_disk(const unsigned char *value, size_t size, size_t *result_size);

#endif
