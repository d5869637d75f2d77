/* SPDX-License-Identifier: Apache-2.0 */
/* A tree in memory with everything in it that a file system can hold. */
#ifndef FORGE_TESTS_SAMPLE_TREE_H
#define FORGE_TESTS_SAMPLE_TREE_H

#include "fsimage/tree/tree.h"
#include "tests/unit/memory_device.h"

#include <archive_entry.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

struct sample_file {
    const char *path;
    unsigned mode;
    const char *target; /* of a symbolic link, or of a hard link when MODE is 0 */
    unsigned uid, gid, links;
    int64_t mtime;
    long nanoseconds;
    unsigned device[2]; /* major, minor */
    int64_t size;
    int64_t runs[6]; /* offset and length of what is data; nothing: all */
    size_t pieces;   /* or so many blocks of data with holes of one block between them */
    const char *xattr, *value;
    size_t value_size;
    const char *second, *second_value;
};

#define KIB(n)  ((int64_t)(n) << 10)
#define GIB(n)  ((int64_t)(n) << 30)
#define NAME_50 "a-name-of-fifty-bytes-which-is-one-fifth-of-the-most"
#define TEXT_100                                                                                   \
    "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901" \
    "23"                                                                                           \
    "456789"
/* Version 2; owner rwx, user 3000000000 rw-, group r--, mask rw-, others none: 44 bytes. */
#define ACL                                                                                        \
    "\2\0\0\0\1\0\7\0\377\377\377\377\2\0\6\0\0\136\320\262\4\0\4\0\377\377\377\377\20\0\6\0\377"  \
    "\377"                                                                                         \
    "\377\377\40\0\0\0\377\377\377\377"
#define CAPABILITY "\1\0\0\2\0\40\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

/* In a tree's order. */
static const struct sample_file sample_files[] = {
    { .path = ".", .mode = S_IFDIR | 0755, .mtime = 1 },
    { .path = ".hidden", .mode = S_IFREG | 0600, .size = 5, .mtime = 1700000000 },
    { .path = "acl",
      .mode = S_IFREG | 0760,
      .xattr = "system.posix_acl_access",
      .value = ACL,
      .value_size = 44,
      .mtime = 1700000000,
      .size = 1 },
    { .path = "acl-default",
      .mode = S_IFDIR | 0750,
      .xattr = "system.posix_acl_default",
      .value = ACL,
      .value_size = 44,
      .mtime = 1700000000 },
    { .path = "attributes",
      .mode = S_IFREG | 0644,
      .xattr = "user.small",
      .value = "x",
      .value_size = 1,
      .second = "trusted.large",
      .second_value = TEXT_100 TEXT_100 TEXT_100 },
    { .path = "capability",
      .mode = S_IFREG | 0755,
      .xattr = "security.capability",
      .value = CAPABILITY,
      .value_size = 20,
      .size = 70000,
      .second = "user.empty",
      .second_value = "" },
    { .path = "dev", .mode = S_IFDIR | 0755 },
    { .path = "dev/console", .mode = S_IFCHR | 0600, .device = { 5, 1 } },
    { .path = "dev/nvme", .mode = S_IFBLK | 0660, .gid = 6, .device = { 259, 70000 } },
    { .path = "empty", .mode = S_IFDIR | 0700 },
    { .path = "empty.file", .mode = S_IFREG | 0644 },
    { .path = "fifo", .mode = S_IFIFO | 0622 },
    { .path = "fragments", .mode = S_IFREG | 0644, .size = KIB(8) * 1500, .pieces = 1500 },
    { .path = "future", .mode = S_IFREG | 0644, .mtime = 6000000000, .nanoseconds = 999999999 },
    { .path = "hard", .mode = S_IFDIR | 0755 },
    { .path = "hard/a", .mode = S_IFREG | 0644, .links = 3, .size = 10000 },
    { .path = "hard/b", .target = "hard/a" },
    { .path = "hard/fifo", .mode = S_IFIFO | 0600, .links = 2 },
    { .path = "hard.link", .target = "hard/a" },
    { .path = "hole", .mode = S_IFREG | 0644, .size = KIB(100), .runs = { 0, 0, -1 } },
    { .path = "ids", .mode = S_IFREG | 0644, .uid = 4000000000, .gid = 3000000000 },
    { .path = "link", .mode = S_IFLNK | 0777, .target = "hard/a", .mtime = 5 },
    { .path = "link-59",
      .mode = S_IFLNK | 0777,
      .target = "01234567890123456789012345678901234567890123456789012345678" },
    { .path = "link-60",
      .mode = S_IFLNK | 0777,
      .target = "012345678901234567890123456789012345678901234567890123456789" },
    { .path = "link-long",
      .mode = S_IFLNK | 0777,
      .target = TEXT_100 TEXT_100 TEXT_100,
      .xattr = "security.selinux",
      .value = "label",
      .value_size = 6 },
    { .path = "long-" NAME_50 NAME_50 NAME_50 NAME_50 "-and-so-on-until-it-has-255-bytes-in-all",
      .mode = S_IFREG | 0644,
      .size = 1 },
    { .path = "ninety", .mode = S_IFREG | 0644, .size = 9000001, .mtime = 90, .nanoseconds = 1 },
    { .path = "old", .mode = S_IFREG | 0644, .mtime = -1000000000, .nanoseconds = 5 },
    { .path = "setuid", .mode = S_IFREG | 06755, .size = 4096 },
    { .path = "socket", .mode = S_IFSOCK | 0666, .second = "user.s", .second_value = "s" },
    { .path = "sparse",
      .mode = S_IFREG | 0644,
      .size = GIB(5) + 100000,
      .runs = { 0, 4096, GIB(5), 100000, -1 } },
    { .path = "tmp", .mode = S_IFDIR | 01777 },
    { .path = "tmp/fifo", .target = "hard/fifo" },
    { .path = "zeros", .mode = S_IFREG | 0600, .size = KIB(64) },
    { .path = "\xe4\xf6\xfc\xff", .mode = S_IFREG | 0644, .size = 3 },
};

struct sample_tree {
    struct tree tree;
    const struct sample_file *files;
    size_t count, next;
    struct archive_entry *entry;
    size_t run; /* the next one */
    int64_t done;
    unsigned char bytes[5000];
};

static inline bool sample_run(const struct sample_file *file, size_t run, int64_t *offset,
                              int64_t *length)
{
    bool all = !file->runs[0] && !file->runs[1] && !file->runs[2] && !file->pieces;
    if (file->pieces) {
        *offset = (int64_t)run * KIB(8);
        *length = KIB(4);
        return run < file->pieces;
    }
    if (all || run > 2 || file->runs[run * 2] < 0) {
        *offset = 0;
        *length = file->size;
        return all && run == 0 && file->size;
    }
    *offset = file->runs[run * 2];
    *length = file->runs[run * 2 + 1];
    return true;
}

static inline void sample_fill(struct archive_entry *entry, const struct sample_file *file)
{
    archive_entry_clear(entry);
    archive_entry_copy_pathname(entry, file->path);
    if (!file->mode) {
        archive_entry_set_mode(entry, S_IFREG | 0644);
        archive_entry_copy_hardlink(entry, file->target);
        return;
    }
    archive_entry_set_mode(entry, file->mode);
    archive_entry_set_uid(entry, file->uid);
    archive_entry_set_gid(entry, file->gid);
    archive_entry_set_nlink(entry, file->links ? file->links : 1);
    archive_entry_set_mtime(entry, file->mtime, file->nanoseconds);
    if (S_ISREG(file->mode))
        archive_entry_set_size(entry, file->size);
    if (S_ISCHR(file->mode) || S_ISBLK(file->mode))
        archive_entry_set_rdev(entry, makedev(file->device[0], file->device[1]));
    if (S_ISLNK(file->mode))
        archive_entry_copy_symlink(entry, file->target);
    if (file->xattr)
        archive_entry_xattr_add_entry(entry, file->xattr, file->value, file->value_size);
    if (file->second)
        archive_entry_xattr_add_entry(entry, file->second, file->second_value,
                                      strlen(file->second_value));
    int64_t offset, length;
    for (size_t i = 0; sample_run(file, i, &offset, &length); i++) {
        if (length < file->size)
            archive_entry_sparse_add_entry(entry, offset, length);
    }
}

static inline int sample_next(struct tree *base, struct archive_entry **entry, struct error **err)
{
    (void)err;
    struct sample_tree *tree = container_of(base, struct sample_tree, tree);
    if (tree->next == tree->count)
        return 0;
    sample_fill(tree->entry, &tree->files[tree->next++]);
    tree->run = 0;
    tree->done = 0;
    *entry = tree->entry;
    return 1;
}

/* Runs come in odd pieces. The file "zeros" is what it is called. */
static inline int sample_read(struct tree *base, const void **bytes, size_t *count, int64_t *offset,
                              struct error **err)
{
    (void)err;
    struct sample_tree *tree = container_of(base, struct sample_tree, tree);
    const struct sample_file *file = &tree->files[tree->next - 1];
    int64_t start, length;
    if (!S_ISREG(file->mode))
        return 0;
    while (sample_run(file, tree->run, &start, &length) && tree->done == length) {
        tree->run++;
        tree->done = 0;
    }
    if (!sample_run(file, tree->run, &start, &length))
        return 0;
    *offset = start + tree->done;
    *count = length - tree->done < (int64_t)sizeof(tree->bytes) ? (size_t)(length - tree->done)
                                                                : sizeof(tree->bytes);
    memset(tree->bytes, 0, *count);
    if (strcmp(file->path, "zeros") != 0)
        fill_noise(tree->bytes, *count, (uint64_t)*offset + (uint64_t)file->size);
    *bytes = tree->bytes;
    tree->done += (int64_t)*count;
    return 1;
}

static inline void sample_close(struct tree *base)
{
    struct sample_tree *tree = container_of(base, struct sample_tree, tree);
    archive_entry_free(tree->entry);
    free(tree);
}

static inline struct tree *sample_open(const struct sample_file *files, size_t count)
{
    static const struct tree_ops ops = { .next = sample_next,
                                         .read = sample_read,
                                         .close = sample_close };
    struct sample_tree *tree = NEW(struct sample_tree);
    tree->tree.ops = &ops;
    tree->files = files;
    tree->count = count;
    tree->entry = archive_entry_new();
    return &tree->tree;
}

#endif
