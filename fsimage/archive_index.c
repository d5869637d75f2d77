/* SPDX-License-Identifier: Apache-2.0 */
/* The headers of an archive in a tree's order: sorted, parents first, hard links resolved. */
#include "fsimage/archive_index.h"
#include "forge/base/memory.h"
#include "fsimage/tree.h"

#include <archive.h>
#include <archive_entry.h>
#include <limits.h>
#include <string.h>

static int by_path(const void *one, const void *two)
{
    const struct archive_item *a = one, *b = two;
    int order = tree_compare_paths(a->path, b->path);
    if (order)
        return order;
    return a->member < b->member ? -1 : a->member > b->member;
}

static int failure(struct archive *archive, struct error **err)
{
    const char *reason = archive_error_string(archive);
    return error_set(err, ERROR_INVALID, "reading the archive: %s", reason ? reason : "no archive");
}

typedef int archive_support(struct archive *archive);

/* The archive at PATH, of one of FORMATS, a NULL-terminated list. */
static struct archive *open_archive(const char *path, archive_support *const formats[],
                                    struct error **err)
{
    struct archive *archive = archive_read_new();
    bool able = archive && archive_read_support_filter_all(archive) >= ARCHIVE_WARN;
    for (size_t i = 0; able && formats[i]; i++)
        able = formats[i](archive) >= ARCHIVE_WARN;
    if (!able)
        error_set(err, ERROR_FAILED, "libarchive cannot read archives");
    else if (archive_read_open_filename(archive, path, 256 << 10) == ARCHIVE_OK)
        return archive;
    else
        failure(archive, err);
    archive_read_free(archive);
    return NULL;
}

struct archive *archive_open_tar(const char *path, struct error **err)
{
    static archive_support *const formats[] = { archive_read_support_format_tar,
                                                archive_read_support_format_empty, NULL };
    return open_archive(path, formats, err);
}

struct archive *archive_open_any(const char *path, struct error **err)
{
    static archive_support *const formats[] = {
        archive_read_support_format_tar,  archive_read_support_format_empty,
        archive_read_support_format_zip,  archive_read_support_format_cpio,
        archive_read_support_format_7zip, archive_read_support_format_iso9660,
        archive_read_support_format_ar,   archive_read_support_format_cab,
        archive_read_support_format_rar,  archive_read_support_format_rar5,
        archive_read_support_format_lha,  archive_read_support_format_xar,
        archive_read_support_format_warc, NULL,
    };
    return open_archive(path, formats, err);
}

int archive_next_member(struct archive *archive, struct archive_entry **entry, struct error **err)
{
    int status = archive_read_next_header(archive, entry);
    if (status == ARCHIVE_EOF)
        return 0;
    /* A warning is about a name that is not in this locale, or an attribute that is not text. */
    return status == ARCHIVE_OK || status == ARCHIVE_WARN ? 1 : failure(archive, err);
}

char *archive_clean_path(const char *path, struct error **err)
{
    /* Each directory of it becomes an item: of a path without a limit they would fill the memory.
     */
    if (strlen(path) >= PATH_MAX) {
        error_set(err, ERROR_INVALID, "the path \"%.40s...\" is longer than Linux takes", path);
        return NULL;
    }
    AUTO_FREE char *clean = xcalloc(1, strlen(path) + 2);
    char *to = clean;
    for (const char *at = path; *at;) {
        size_t length = strcspn(at, "/");
        if (length == 2 && memcmp(at, "..", 2) == 0) {
            error_set(err, ERROR_INVALID, "the path \"%s\" leads out of its directory", path);
            return NULL;
        }
        if (length && !(length == 1 && *at == '.')) {
            if (to > clean)
                *to++ = '/';
            memcpy(to, at, length);
            to += length;
        }
        at += length + strspn(at + length, "/");
    }
    if (to == clean)
        *to = '.';
    return STEAL(clean);
}

static struct archive_item *append(struct archive_index *index)
{
    if (index->count == index->room) {
        index->room = index->room ? index->room * 2 : 64;
        index->items = xrealloc(index->items, index->room, sizeof(*index->items));
    }
    struct archive_item *item = &index->items[index->count++];
    *item = (struct archive_item){ .member = NO_MEMBER };
    return item;
}

int archive_index_add(struct archive_index *index, struct archive_entry *entry, struct error **err)
{
    const char *path = archive_entry_pathname(entry), *target = archive_entry_hardlink(entry);
    if (!path)
        return error_set(err, ERROR_INVALID, "a member of the archive has no path");
    AUTO_FREE char *clean = archive_clean_path(path, err);
    AUTO_FREE char *clean_target = clean && target ? archive_clean_path(target, err) : NULL;
    if (!clean || (target && !clean_target))
        return -1;
    struct archive_item *item = append(index);
    item->path = STEAL(clean);
    item->target = STEAL(clean_target);
    item->member = index->members++;
    item->mtime = archive_entry_mtime(entry);
    item->carries = target && archive_entry_filetype(entry) == AE_IFREG &&
                    archive_entry_size(entry) > 0;
    item->directory = !target && archive_entry_filetype(entry) == AE_IFDIR;
    if (strcmp(item->path, ".") == 0 && !item->directory)
        return error_set(err, ERROR_INVALID, "the archive's root is not a directory");
    return 0;
}

static void drop(struct archive_item *item)
{
    free(item->path);
    free(item->target);
    *item = (struct archive_item){ 0 };
}

/* Of several members of one name the last counts. */
static void drop_replaced(struct archive_index *index)
{
    size_t kept = 0;
    for (size_t i = 0; i < index->count; i++) {
        if (i + 1 < index->count && strcmp(index->items[i].path, index->items[i + 1].path) == 0)
            drop(&index->items[i]);
        else
            index->items[kept++] = index->items[i];
    }
    index->count = kept;
}

static struct archive_item *find(const struct archive_index *index, size_t count, const char *path)
{
    struct archive_item key = { .path = (char *)path };
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = tree_compare_paths(key.path, index->items[middle].path);
        if (order == 0)
            return &index->items[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* Append the directories above PATH that are not among the first COUNT items nor were just made. */
static int imply_parents(struct archive_index *index, size_t count, const char *path, int64_t mtime,
                         struct error **err)
{
    AUTO_FREE char *parent = xstrdup(path);
    for (char *slash = strrchr(parent, '/'); slash; slash = strrchr(parent, '/')) {
        *slash = '\0';
        const struct archive_item *known = find(index, count, parent);
        if (known && !known->directory)
            return error_set(err, ERROR_INVALID, "\"%s\" is below \"%s\", which is no directory",
                             path, parent);
        if (known)
            return 0;
        const struct archive_item *last = &index->items[index->count - 1];
        if (index->count > count && strcmp(last->path, parent) == 0)
            return 0;
        struct archive_item *item = append(index);
        item->path = xstrdup(parent);
        item->mtime = mtime;
        item->directory = true;
    }
    return 0;
}

static int imply_directories(struct archive_index *index, struct error **err)
{
    size_t count = index->count;
    if (!find(index, count, ".")) {
        struct archive_item *root = append(index);
        root->path = xstrdup(".");
        root->directory = true;
        root->mtime = count ? index->items[0].mtime : 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (imply_parents(index, count, index->items[i].path, index->items[i].mtime, err))
            return -1;
    }
    qsort(index->items, index->count, sizeof(*index->items), by_path);
    drop_replaced(index);
    return 0;
}

/* Where ITEM's data are: at the end of its chain of links, which refer to what came before. */
static int resolve(const struct archive_index *index, size_t i, size_t *data, struct error **err)
{
    const struct archive_item *item = &index->items[i];
    while (item->target) {
        const struct archive_item *next = find(index, index->count, item->target);
        if (!next || next->directory || next->member >= item->member)
            return error_set(err, ERROR_INVALID, "\"%s\" is a link to \"%s\", which is not there",
                             index->items[i].path, item->target);
        item = next;
    }
    *data = (size_t)(item - index->items);
    return 0;
}

/* Mark in UNWANTED what is not wanted. A directory's contents come right behind it. */
static void choose(struct archive_index *index, bool *unwanted,
                   bool (*wants)(void *opaque, const char *path, bool directory), void *opaque)
{
    const char *above = NULL;
    for (size_t i = 0; i < index->count; i++) {
        const struct archive_item *item = &index->items[i];
        size_t length = above ? strlen(above) : 0;
        if (above && strncmp(item->path, above, length) == 0 && item->path[length] == '/') {
            unwanted[i] = true;
            continue;
        }
        above = NULL;
        unwanted[i] = wants && strcmp(item->path, ".") != 0 &&
                      !wants(opaque, item->path, item->directory);
        if (unwanted[i] && item->directory)
            above = item->path;
    }
}

/* The first wanted name of each file is the one with its data. */
static int link_names(struct archive_index *index, const bool *unwanted, struct error **err)
{
    size_t *firsts = xcalloc(index->count, sizeof(*firsts));
    int result = 0;
    for (size_t i = 0; i < index->count && !result; i++) {
        struct archive_item *item = &index->items[i];
        item->first = item->data = i;
        item->names = 0;
        if (item->directory || unwanted[i])
            continue;
        result = resolve(index, i, &item->data, err);
        if (result)
            break;
        size_t *first = &firsts[item->data]; /* one more than the item's number */
        if (!*first)
            *first = i + 1;
        item->first = *first - 1;
        index->items[item->first].names++;
    }
    free(firsts);
    return result;
}

int archive_index_sort(struct archive_index *index,
                       bool (*wants)(void *opaque, const char *path, bool directory), void *opaque,
                       struct error **err)
{
    if (index->count)
        qsort(index->items, index->count, sizeof(*index->items), by_path);
    drop_replaced(index);
    if (imply_directories(index, err))
        return -1;
    AUTO_FREE bool *unwanted = xcalloc(index->count, sizeof(bool));
    choose(index, unwanted, wants, opaque);
    if (link_names(index, unwanted, err))
        return -1;
    for (size_t i = 0; i < index->count; i++) {
        if (unwanted[i])
            index->items[i].first = SIZE_MAX;
    }
    return 0;
}

bool archive_index_in_order(const struct archive_index *index)
{
    int64_t last = -1;
    for (size_t i = 0; i < index->count; i++) {
        const struct archive_item *item = &index->items[i];
        if (item->first == SIZE_MAX || item->member == NO_MEMBER)
            continue;
        if (item->member < last || (item->first == i && item->data != i))
            return false;
        last = item->member;
    }
    return true;
}

void archive_index_clear(struct archive_index *index)
{
    for (size_t i = 0; i < index->count; i++)
        drop(&index->items[i]);
    free(index->items);
    *index = (struct archive_index){ 0 };
}
