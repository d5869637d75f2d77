/* SPDX-License-Identifier: Apache-2.0 */
/* --tar-in ARCHIVE:REMOTEDIR: an archive of any kind, checked as a whole, then unpacked as a
 * stream.
 */
#include "fsimage/archive_index.h"
#include "fsimage/archive_spool.h"
#include "fsimage/ops/guest_file.h"
#include "fsimage/ops/local_file.h"
#include "fsimage/ops/ops.h"
#include "fsimage/ops/permissions.h"
#include "fsimage/ops/tar_stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <string.h>

/* The archive is read more than once. Its headers alone say whether it can be unpacked at all, and
 * which directories it needs: those are made, or found, through libguestfs, so that links of the
 * guest's are followed inside the guest. Then its members go as tar, each below the real path of
 * its directory. */

DEFINE_CLEANUP(struct archive *, archive_read_free)
DEFINE_CLEANUP(struct archive_entry *, archive_entry_free)

enum { ZEROS = 1 << 20 };
static const int64_t MEMBER_MAX = INT64_C(16) << 40; /* ext4's largest file */

/* Where an item of the index goes. */
struct place {
    char *path;  /* in the guest, without links but for the last component; owned */
    bool exists; /* a directory that stays as it is */
};

struct unpacking {
    const char *archive_path;
    struct archive_index index;
    struct place *places;      /* of the index's items */
    size_t *carriers;          /* of those with a file's first content: who has its last one */
    bool extras;               /* some member has extended attributes or ACLs */
    const struct owner *owner; /* of what is new; NULL: as the archive says */
};

static void unpacking_clear(struct unpacking *unpacking)
{
    for (size_t i = 0; unpacking->places && i < unpacking->index.count; i++)
        free(unpacking->places[i].path);
    free(unpacking->places);
    free(unpacking->carriers);
    archive_index_clear(&unpacking->index);
}

/* libarchive turns the names of zip and others into the locale's characters, and fails where it has
 * none; this program has no locale otherwise. Undone by uselocale(PREVIOUS). */
static locale_t use_utf8(locale_t *previous)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
    *previous = utf8 ? uselocale(utf8) : NULL;
    return utf8;
}

static void undo_utf8(locale_t utf8, locale_t previous)
{
    if (!utf8)
        return;
    uselocale(previous);
    freelocale(utf8);
}

/* -- the headers -- */

static int check_member(struct archive_entry *entry, struct error **err)
{
    const char *path = archive_entry_pathname(entry), *target = archive_entry_hardlink(entry);
    if (!path)
        return error_set(err, ERROR_INVALID, "a member of the archive has no path");
    if (*path == '/')
        return error_set(err, ERROR_INVALID, "the path \"%s\" is absolute", path);
    if (target && *target == '/')
        return error_set(err, ERROR_INVALID, "\"%s\" is a link to \"%s\", an absolute path", path,
                         target);
    if (archive_entry_filetype(entry) != AE_IFREG || (target && !archive_entry_size(entry)))
        return 0;
    if (!archive_entry_size_is_set(entry))
        return error_set(err, ERROR_INVALID, "the archive does not tell the size of \"%s\"", path);
    if (archive_entry_size(entry) < 0 || archive_entry_size(entry) > MEMBER_MAX)
        return error_set(err, ERROR_INVALID, "\"%s\" has an impossible size", path);
    return 0;
}

static int read_headers(struct unpacking *unpacking, struct error **err)
{
    AUTO(archive_read_free)
    struct archive *archive = archive_open_any(unpacking->archive_path, err);
    struct archive_entry *entry;
    int more = archive ? 1 : -1;
    while (more > 0 && (more = archive_next_member(archive, &entry, err)) > 0) {
        if (check_member(entry, err) || archive_index_add(&unpacking->index, entry, err))
            more = -1;
        else
            unpacking->extras |= archive_entry_xattr_count(entry) > 0 ||
                                 archive_entry_acl_types(entry);
    }
    return more ? -1 : archive_index_sort(&unpacking->index, NULL, NULL, err);
}

/* -- places -- */

/* The archive may say nothing of the directory PATH, which was made just now. */
static int own_directory(struct guest *guest, const struct owner *owner, const char *path,
                         struct error **err)
{
    if (owner &&
        guestfs_chown(guest_handle(guest), owner->uid, owner->gid < 0 ? 0 : owner->gid, path))
        return guest_error(guest, err, "%s", path);
    return 0;
}

/* The directory of an item, made if need be. */
static int place_directory(struct guest *guest, const struct owner *owner, const char *path,
                           bool in_new, struct place *place, struct error **err)
{
    guestfs_h *g = guest_handle(guest);
    int exists = in_new ? 0 : guest_file_is_directory(guest, path, err);
    if (exists < 0)
        return -1;
    place->exists = exists;
    place->path = exists ? guestfs_realpath(g, path) : xstrdup(path);
    if (!place->path || (!exists && guestfs_mkdir(g, path)))
        return guest_error(guest, err, "%s", path);
    return exists ? 0 : own_directory(guest, owner, path, err);
}

/* Items are in a tree's order: the directories above one are those that came before it and that
 * begin its path. */
static int place_items(struct guest *guest, struct unpacking *unpacking, const char *remote_dir,
                       struct error **err)
{
    const struct archive_index *index = &unpacking->index;
    unpacking->places = xcalloc(index->count, sizeof(*unpacking->places));
    AUTO_FREE size_t *above = xcalloc(index->count, sizeof(*above)); /* the open directories */
    size_t depth = 0;
    if (place_directory(guest, unpacking->owner, remote_dir, false, &unpacking->places[0], err))
        return -1;
    for (size_t i = 1; i < index->count; i++) {
        const struct archive_item *item = &index->items[i];
        struct place *place = &unpacking->places[i];
        for (; depth; depth--) {
            const char *open = index->items[above[depth]].path;
            if (starts_with(item->path, open) && item->path[strlen(open)] == '/')
                break;
        }
        const struct place *parent = &unpacking->places[above[depth]];
        AUTO_FREE char *path = path_join(parent->path, path_basename(item->path));
        if (!item->directory) {
            place->path = STEAL(path);
            continue;
        }
        if (place_directory(guest, unpacking->owner, path, !parent->exists, place, err))
            return -1;
        above[++depth] = i;
    }
    return 0;
}

/* -- hard links -- */

/* In cpio any name of a file may come with its content, often only the last one. */
static void find_carriers(struct unpacking *unpacking)
{
    const struct archive_index *index = &unpacking->index;
    size_t *carriers = unpacking->carriers = xcalloc(index->count, sizeof(*carriers));
    for (size_t i = 0; i < index->count; i++)
        carriers[i] = i;
    for (size_t i = 0; i < index->count; i++) {
        size_t *carrier = &carriers[index->items[i].data];
        if (index->items[i].carries && index->items[*carrier].member < index->items[i].member)
            *carrier = i;
    }
}

/* The item that item I has its content from; often itself. */
static size_t content_of(const struct unpacking *unpacking, size_t i)
{
    return unpacking->carriers[unpacking->index.items[i].data];
}

/* Item I is a link to what comes later: it has to wait. */
static bool is_early(const struct unpacking *unpacking, size_t i)
{
    const struct archive_item *items = unpacking->index.items;
    return items[i].member != NO_MEMBER && items[i].member < items[content_of(unpacking, i)].member;
}

static int write_early_links(const struct unpacking *unpacking, struct archive *to,
                             struct error **err)
{
    for (size_t i = 0; i < unpacking->index.count; i++) {
        if (!is_early(unpacking, i))
            continue;
        AUTO(archive_entry_free) struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, unpacking->places[i].path + 1);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_hardlink(entry, unpacking->places[content_of(unpacking, i)].path + 1);
        if (tar_stream_header(to, entry, unpacking->index.items[i].path, err))
            return -1;
    }
    return 0;
}

/* -- the content -- */

static int write_zeros(struct archive *to, int64_t count, const char *path, struct error **err)
{
    static const char zeros[ZEROS];
    for (; count > 0; count -= ZEROS)
        if (tar_stream_data(to, zeros, count < ZEROS ? (size_t)count : ZEROS, path, err))
            return -1;
    return 0;
}

/* A hole is written as zeros, which libarchive leaves out again where the header has a map. */
static int copy_data(struct archive *from, struct archive *to, int64_t size, const char *path,
                     struct error **err)
{
    int64_t position = 0, offset, written = 0;
    const void *bytes;
    size_t count;
    int more;
    while ((more = archive_next_run(from, size, &position, &bytes, &count, &offset, err)) > 0) {
        if (write_zeros(to, offset - written, path, err) ||
            tar_stream_data(to, bytes, count, path, err))
            return -1;
        written = position;
    }
    return more ? -1 : write_zeros(to, size - written, path, err);
}

static bool is_item(const struct archive_item *item, struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);
    AUTO_FREE char *path = name ? archive_clean_path(name, NULL) : NULL;
    bool directory = !archive_entry_hardlink(entry) && archive_entry_filetype(entry) == AE_IFDIR;
    return path && strcmp(path, item->path) == 0 && directory == item->directory;
}

/* libarchive 3.6 writes a file that is all hole wrongly: its zeros are written out. */
static void drop_empty_map(struct archive_entry *entry)
{
    la_int64_t offset, length, data = 0;
    archive_entry_sparse_reset(entry);
    while (archive_entry_sparse_next(entry, &offset, &length) == ARCHIVE_OK)
        data += length;
    archive_entry_sparse_reset(entry);
    if (!data)
        archive_entry_sparse_clear(entry);
}

/* What is written is a file's type, content, owner by number, mode, time and attributes. */
static int copy_member(const struct unpacking *unpacking, size_t i, struct archive *from,
                       struct archive_entry *entry, struct archive *to, struct error **err)
{
    const struct archive_item *item = &unpacking->index.items[i];
    const struct place *place = &unpacking->places[i];
    if (!is_item(item, entry))
        return error_set(err, ERROR_FAILED, "the archive changed while it was being read");
    if (place->exists || is_early(unpacking, i))
        return 0;
    archive_entry_set_pathname(entry, place->path + 1);
    if (unpacking->owner)
        archive_entry_set_uid(entry, unpacking->owner->uid);
    if (unpacking->owner && unpacking->owner->gid >= 0)
        archive_entry_set_gid(entry, unpacking->owner->gid);
    archive_entry_set_uname(entry, NULL);
    archive_entry_set_gname(entry, NULL);
    archive_entry_set_fflags(entry, 0, 0);
    archive_entry_unset_atime(entry);
    archive_entry_unset_ctime(entry);
    archive_entry_unset_birthtime(entry);
    drop_empty_map(entry);
    size_t content = content_of(unpacking, i);
    bool has_data = content == i && archive_entry_filetype(entry) == AE_IFREG;
    archive_entry_set_hardlink(entry, content == i ? NULL : unpacking->places[content].path + 1);
    if (!has_data)
        archive_entry_set_size(entry, 0);
    if (tar_stream_header(to, entry, item->path, err))
        return -1;
    return has_data ? copy_data(from, to, archive_entry_size(entry), item->path, err) : 0;
}

/* Copy each member that the index has; of those with one name it has the last. */
static int copy_members(const struct unpacking *unpacking, struct archive *to, struct error **err)
{
    const struct archive_index *index = &unpacking->index;
    AUTO_FREE size_t *items = xcalloc((size_t)index->members + 1, sizeof(*items)); /* plus one */
    for (size_t i = 0; i < index->count; i++)
        if (index->items[i].member != NO_MEMBER)
            items[index->items[i].member] = i + 1;
    AUTO(archive_read_free)
    struct archive *from = archive_open_any(unpacking->archive_path, err);
    struct archive_entry *entry;
    int more = from ? 1 : -1;
    for (int64_t member = 0; more > 0 && member < index->members; member++) {
        more = archive_next_member(from, &entry, err);
        if (more == 0)
            return error_set(err, ERROR_FAILED, "the archive changed while it was being read");
        if (more > 0 && items[member] &&
            copy_member(unpacking, items[member] - 1, from, entry, to, err))
            more = -1;
    }
    return more < 0 ? -1 : write_early_links(unpacking, to, err);
}

static int write_members(void *opaque, struct archive *to, struct error **err)
{
    locale_t previous, utf8 = use_utf8(&previous);
    int result = copy_members(opaque, to, err);
    undo_utf8(utf8, previous);
    return result;
}

/* -- the operation -- */

static int read_archive(struct unpacking *unpacking, struct error **err)
{
    locale_t previous, utf8 = use_utf8(&previous);
    int result = read_headers(unpacking, err);
    undo_utf8(utf8, previous);
    return result;
}

int check_tar_in(struct customize_step *step, struct error **err)
{
    AUTO_FREE char *local = local_path(step, step->first);
    if (guest_path_check(step->second, err) || local_file_check(local, NULL, err))
        return -1;
    struct unpacking unpacking = { .archive_path = local };
    int result = read_archive(&unpacking, err);
    unpacking_clear(&unpacking);
    return result;
}

static int unpack(struct guest *guest, const struct customize_step *step,
                  struct unpacking *unpacking, struct error **err)
{
    if (read_archive(unpacking, err) || place_items(guest, unpacking, step->second, err))
        return -1;
    find_carriers(unpacking);
    return tar_stream_run(guest, unpacking->extras, write_members, unpacking, err);
}

int op_tar_in(struct guest *guest, const struct customize_step *step, struct error **err)
{
    int is_directory = guest_file_is_directory(guest, step->second, err);
    if (is_directory <= 0)
        return is_directory < 0 ? -1
                                : error_set(err, ERROR_GUEST, "%s is not a directory in the guest",
                                            step->second);
    AUTO_FREE char *local = local_path(step, step->first);
    struct owner owner;
    if (step->owner && owner_find(guest, step->owner, &owner, err))
        return -1;
    struct unpacking unpacking = { .archive_path = local, .owner = step->owner ? &owner : NULL };
    int result = unpack(guest, step, &unpacking, err);
    unpacking_clear(&unpacking);
    return result;
}
