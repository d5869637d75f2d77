/* SPDX-License-Identifier: Apache-2.0 */
/* A tree as text, one line for each entry, so that trees can be compared. */
#ifndef FORGE_TESTS_TREE_LISTING_H
#define FORGE_TESTS_TREE_LISTING_H

#include "forge/base/digest.h"
#include "forge/base/strings.h"
#include "fsimage/tree/tree.h"
#include "tests/unit/check.h"

#include <archive_entry.h>
#include <sys/stat.h>

enum { LIST_MTIME_ONLY = 1, LIST_NO_DATA = 2, LIST_NO_HOLES = 4 };

/* A digest of what is not zero in a file, and where, whatever the runs are like. */
static inline char *list_content(struct tree *tree, int64_t size)
{
    enum { BLOCK = 4096 };
    static const unsigned char zeros[BLOCK];
    struct error *err = NULL;
    AUTO(digest_free) struct digest *digest = digest_new(DIGEST_SHA256, &err);
    unsigned char block[BLOCK] = { 0 };
    int64_t offset, at = 0; /* of the block */
    const void *bytes;
    size_t count;
    int more;
    while ((more = tree_read(tree, &bytes, &count, &offset, &err)) > 0) {
        assert_true(count > 0 && offset >= 0 && offset + (int64_t)count <= size);
        for (size_t done = 0; done < count;) {
            int64_t place = offset + (int64_t)done, within = place % BLOCK;
            if (place - within != at) {
                if (memcmp(block, zeros, BLOCK) != 0) {
                    digest_update(digest, &at, sizeof(at));
                    digest_update(digest, block, BLOCK);
                    memset(block, 0, BLOCK);
                }
                at = place - within;
            }
            size_t some = count - done < (size_t)(BLOCK - within) ? count - done
                                                                  : (size_t)(BLOCK - within);
            memcpy(block + within, (const char *)bytes + done, some);
            done += some;
        }
    }
    assert_ok(more == 0, err);
    if (memcmp(block, zeros, BLOCK) != 0) {
        digest_update(digest, &at, sizeof(at));
        digest_update(digest, block, BLOCK);
    }
    return digest_final_hex(digest);
}

static inline int list_by_name(const void *one, const void *two)
{
    return strcmp(*(char *const *)one, *(char *const *)two);
}

static inline void list_xattrs(FILE *out, struct archive_entry *entry)
{
    AUTO_STRINGS struct string_list found = { 0 };
    const char *name;
    const void *value;
    size_t size;
    archive_entry_xattr_reset(entry);
    while (archive_entry_xattr_next(entry, &name, &value, &size) == 0) {
        AUTO_FREE char *hex = hex_encode(value, size);
        string_list_take(&found, xasprintf(" %s=%s", name, hex));
    }
    if (found.count)
        qsort(found.items, found.count, sizeof(*found.items), list_by_name);
    for (size_t i = 0; i < found.count; i++)
        fputs(found.items[i], out);
}

static inline void list_holes(FILE *out, struct archive_entry *entry)
{
    la_int64_t offset, length;
    if (archive_entry_sparse_reset(entry))
        fputs(" data", out);
    while (archive_entry_sparse_next(entry, &offset, &length) == 0) {
        if (length)
            fprintf(out, " %lld+%lld", (long long)offset, (long long)length);
    }
}

static inline void list_entry(FILE *out, struct tree *tree, struct archive_entry *entry, int flags)
{
    const char *path = archive_entry_pathname(entry);
    if (archive_entry_hardlink(entry)) {
        fprintf(out, "%s = %s\n", path, archive_entry_hardlink(entry));
        return;
    }
    fprintf(out, "%s %o %lld:%lld %lld.%ld", path, archive_entry_mode(entry),
            (long long)archive_entry_uid(entry), (long long)archive_entry_gid(entry),
            (long long)archive_entry_mtime(entry), archive_entry_mtime_nsec(entry));
    if (!(flags & LIST_MTIME_ONLY)) {
        bool a = archive_entry_atime_is_set(entry), c = archive_entry_ctime_is_set(entry);
        fprintf(out, " %lld.%ld %lld.%ld",
                (long long)(a ? archive_entry_atime(entry) : archive_entry_mtime(entry)),
                a ? archive_entry_atime_nsec(entry) : archive_entry_mtime_nsec(entry),
                (long long)(c ? archive_entry_ctime(entry) : archive_entry_mtime(entry)),
                c ? archive_entry_ctime_nsec(entry) : archive_entry_mtime_nsec(entry));
    }
    mode_t type = archive_entry_filetype(entry);
    if (type != AE_IFDIR)
        fprintf(out, " x%u", archive_entry_nlink(entry));
    if (type == AE_IFCHR || type == AE_IFBLK)
        fprintf(out, " %llx", (unsigned long long)archive_entry_rdev(entry));
    if (type == AE_IFLNK)
        fprintf(out, " -> %s", archive_entry_symlink(entry));
    list_xattrs(out, entry);
    if (type == AE_IFREG) {
        fprintf(out, " %lld", (long long)archive_entry_size(entry));
        if (!(flags & LIST_NO_HOLES))
            list_holes(out, entry);
        AUTO_FREE char *content =
            flags & LIST_NO_DATA ? xstrdup("") : list_content(tree, archive_entry_size(entry));
        fprintf(out, " %s", content);
    }
    fputc('\n', out);
}

/* All of TREE, which is closed, but lost+found; owned. */
static inline char *tree_listing(struct tree *tree, int flags)
{
    struct error *err = NULL;
    struct archive_entry *entry;
    AUTO_FREE char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    int more;
    while ((more = tree_next(tree, &entry, &err)) > 0) {
        if (strcmp(archive_entry_pathname(entry), "lost+found") != 0)
            list_entry(out, tree, entry, flags);
    }
    fclose(out);
    assert_ok(more == 0, err);
    tree_close(tree);
    return xstrdup(text);
}

/* The two listings are the same; the first line that differs is shown. */
static inline void assert_same_listing(const char *one, const char *two)
{
    size_t same = 0, begin = 0;
    for (; one[same] && one[same] == two[same]; same++) {
        if (one[same] == '\n')
            begin = same + 1;
    }
    if (one[same] == two[same])
        return;
    one += begin;
    two += begin;
    fail_msg("these differ:\n%.*s\n%.*s", (int)strcspn(one, "\n"), one, (int)strcspn(two, "\n"),
             two);
}

#endif
