/* SPDX-License-Identifier: Apache-2.0 */
/* What is in an archive, put in a tree's order by its headers alone. */
#ifndef FORGE_FSIMAGE_ARCHIVE_INDEX_H
#define FORGE_FSIMAGE_ARCHIVE_INDEX_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive;
struct archive_entry;

enum { NO_MEMBER = -1 }; /* of a directory that is only implied */

struct archive_item {
    char *path;     /* as a tree has it. Owned */
    char *target;   /* of a hard link, as in the archive; NULL: none. Owned */
    int64_t member; /* its place in the archive, from 0 on; NO_MEMBER */
    int64_t mtime;  /* of what implies it */
    bool directory;
    bool carries; /* a hard link with content of its own, as cpio has them */
    /* Set by archive_index_sort(): */
    size_t first; /* the item with the first name of the same file; often itself */
    size_t data;  /* for a first name: the item that has the data */
    uint32_t names;
};

/* Owned; {0} is the empty index. */
struct archive_index {
    struct archive_item *items;
    size_t count, room;
    int64_t members;
};

/* The archive at PATH, opened for its headers; NULL on error. Freed with archive_read_free(). */
MUST_CHECK struct archive *archive_open_tar(const char *path, struct error **err);

/* The same for every kind of archive that libarchive reads, but mtree: that one is a list which
 * names local files as its content. */
MUST_CHECK struct archive *archive_open_any(const char *path, struct error **err);

/* The next header: 1, 0 at the end, -1. */
MUST_CHECK int archive_next_member(struct archive *archive, struct archive_entry **entry,
                                   struct error **err);

/* PATH without leading and trailing slashes, "." and empty components; owned. ".." and PATH_MAX
 * bytes are ERROR_INVALID. The root is ".". */
MUST_CHECK char *archive_clean_path(const char *path, struct error **err);

/* Take the next member's header, then, behind the last, sort. Both: ERROR_INVALID for paths that
 * lead elsewhere, links to nothing, and members below what is no directory. WANTS (NULL: all) is
 * asked for each path but the root and what is below unwanted directories. */
MUST_CHECK int archive_index_add(struct archive_index *index, struct archive_entry *entry,
                                 struct error **err);
MUST_CHECK int archive_index_sort(struct archive_index *index,
                                  bool (*wants)(void *opaque, const char *path, bool directory),
                                  void *opaque, struct error **err);

/* Whether the archive has the items, and the data of each, in this very order. */
bool archive_index_in_order(const struct archive_index *index);

void archive_index_clear(struct archive_index *index);

#endif
