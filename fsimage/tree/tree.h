/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's files as a sorted stream of libarchive entries, whatever holds them.
 *
 * Order: a directory comes before what is in it, names within a directory in byte order, and all
 * that is below a directory before its next sibling ("a", "a/b", "a.txt"). The first entry is the
 * root directory itself, named "."; other paths have no "./" in front and no slash at the end.
 *
 * Every entry has: pathname, type (files, directories, symbolic links, devices, FIFOs, sockets) and
 * mode, uid and gid (32 bits), mtime, atime and ctime with nanoseconds, nlink. Where they apply:
 * size, rdev, symlink, fflags (chattr's flags as EXT2_*_FL), xattrs. Attributes have the names and
 * values that the kernel shows: ACLs are the xattrs system.posix_acl_access and
 * system.posix_acl_default, capabilities are security.capability; libarchive's own ACL fields are
 * not used.
 *
 * Hard links: the first name of an inode is the file with its data and an nlink above 1; each later
 * one has archive_entry_hardlink() set to the first's pathname, and no data.
 *
 * Holes: a file whose data does not cover it has libarchive's sparse list, as (offset, length) of
 * what is data, in order; no list means that all of it is. Items of length 0 mean nothing, so that
 * a list of these alone says that there are no data. */
#ifndef FORGE_FSIMAGE_TREE_TREE_H
#define FORGE_FSIMAGE_TREE_TREE_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive_entry;
struct device;
struct tree_filter;

struct tree {
    const struct tree_ops *ops;
    struct tree_filter *filter; /* owned; NULL: everything. Sources ask it by tree_wants(). */
    struct tree *within;        /* that this is a part of, and that is asked too; or NULL */
};

struct tree_ops {
    int (*next)(struct tree *tree, struct archive_entry **entry, struct error **err);
    int (*read)(struct tree *tree, const void **bytes, size_t *count, int64_t *offset,
                struct error **err);
    void (*close)(struct tree *tree);
    /* Of a tree with parts: whether it wants PATH of PART; see tree_wants(). */
    bool (*wants)(const struct tree *tree, const struct tree *part, const char *path,
                  bool directory);
};

/* Go to the next entry: 1 with *ENTRY, which is borrowed until the following call of this tree, 0
 * at the end, -1 on error. Data that was not read is passed over, at no cost where the source
 * allows it. */
MUST_CHECK int tree_next(struct tree *tree, struct archive_entry **entry, struct error **err);

/* The next run of data of the regular file that tree_next() gave: 1 with COUNT > 0 bytes that
 * belong at OFFSET (ascending, never overlapping, within the file's size; between runs are holes),
 * 0 behind the last run, -1 on error. BYTES are borrowed until the following call. */
MUST_CHECK int tree_read(struct tree *tree, const void **bytes, size_t *count, int64_t *offset,
                         struct error **err);

void tree_close(struct tree *tree);
DEFINE_CLEANUP(struct tree *, tree_close)

/* Which of the paths A and B comes first in a tree: negative, 0, positive as strcmp(3) says it. */
int tree_compare_paths(const char *a, const char *b);

/* Sources. A tree is read once, by one thread. Opened again, the same input gives the same entries
 * in the same order. */

/* The ext2, ext3 or ext4 file system that begins at byte OFFSET of DEVICE (0 when there is no
 * partition table), read directly. DEVICE is borrowed and must outlive the tree. ERROR_INVALID: not
 * such a file system, a journal that has to be replayed first, marked as having errors or as not
 * cleanly unmounted, features that are not known, damage (said with the path where one is known),
 * encrypted files. Preallocated blocks that were never written are data, and zeros. */
MUST_CHECK struct tree *tree_open_ext(struct device *device, int64_t offset, struct error **err);

/* An archive: whatever tar libarchive reads, compressed or not. It is read twice or, where it
 * cannot be (a pipe), refused. Paths that are absolute lose their leading slashes; ".." in a path
 * or in a hard link's target is refused by name, as is a member below something that is no
 * directory (ERROR_INVALID). Of two members of one name the last counts. Directories that are only
 * implied are made: mode 0755, owner 0, the time of their first member. An archive that is not
 * sorted is sorted; its data then go through an unnamed temporary file in TMPDIR. */
MUST_CHECK struct tree *tree_open_archive(const char *path, struct error **err);

/* A local directory and what is below it, as this user can read it: owners as they are on disk;
 * what cannot be read is ERROR_USAGE. Symbolic links are not followed, but PATH may be one. The
 * kernel shows security.* and system.* to every reader, trusted.* to root only. Access times are
 * those of modification, as reading changes the files' own. Of a file that grows in the meantime
 * there is what it has when its turn comes. */
MUST_CHECK struct tree *tree_open_directory(const char *path, struct error **err);

#endif
