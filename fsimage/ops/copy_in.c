/* SPDX-License-Identifier: Apache-2.0 */
/* --copy-in LOCAL:REMOTEDIR: a local tree, as one tar stream, owned by root whatever the host says.
 */
#include "forge/base/workdir.h"
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/local_file.h"
#include "fsimage/ops/local_tree.h"
#include "fsimage/ops/ops.h"
#include "fsimage/ops/permissions.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

/* The appliance's tar works outside the guest's root directory, so it must never meet a symbolic
 * link of the guest's on its way. Directories are therefore made one by one through libguestfs,
 * which resolves links inside the guest; the tar stream has files and links only, each below the
 * real path of its directory. (This also leaves links such as /lib -> usr/lib in place, which tar
 * would replace by directories.) */

struct copy {
    struct guest *guest;
    const char *remote_dir;
    struct archive *archive;
    char *directory;           /* the last one that was made, as a name within the tree */
    char *real;                /* its real path in the guest */
    size_t count;              /* entries written */
    const struct owner *owner; /* NULL: root */
    const char *mode;          /* of files; NULL: as executable as here */
};

DEFINE_CLEANUP(struct archive *, archive_write_free)
DEFINE_CLEANUP(struct archive_entry *, archive_entry_free)

static int archive_failed(struct archive *archive, const char *path, struct error **err)
{
    return error_set(err, ERROR_FAILED, "copying %s: %s", path, archive_error_string(archive));
}

static int copy_data(struct archive *archive, const struct local_entry *entry, struct error **err)
{
    int follow = strchr(entry->name, '/') ? O_NOFOLLOW : 0; /* what is named may be a link */
    AUTO_FD int fd = open(entry->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | follow);
    if (fd < 0)
        return error_set_errno(err, "opening %s", entry->path);
    AUTO_FREE char *buffer = xcalloc(1, 256 << 10);
    int64_t left = entry->stat->st_size;
    while (left) {
        size_t wanted = left < 256 << 10 ? (size_t)left : 256 << 10;
        ssize_t got = read(fd, buffer, wanted);
        if (got < 0)
            return error_set_errno(err, "reading %s", entry->path);
        if (got == 0)
            return error_set(err, ERROR_FAILED, "%s became shorter while it was copied",
                             entry->path);
        if (archive_write_data(archive, buffer, (size_t)got) != got)
            return archive_failed(archive, entry->path, err);
        left -= got;
    }
    return 0;
}

static int set_link_target(struct archive_entry *header, const struct local_entry *entry,
                           struct error **err)
{
    char target[PATH_MAX];
    ssize_t length = readlink(entry->path, target, sizeof(target) - 1);
    if (length < 0)
        return error_set_errno(err, "reading the link %s", entry->path);
    target[length] = '\0';
    archive_entry_set_symlink(header, target);
    return 0;
}

/* A directory that is there keeps its owner. */
static int make_directory(struct copy *copy, const char *path, struct error **err)
{
    int exists = copy->owner ? guest_file_exists(copy->guest, path, err) : 1;
    if (exists < 0 || guest_file_make_directory(copy->guest, path, err))
        return -1;
    if (!exists &&
        guestfs_chown(guest_handle(copy->guest), copy->owner->uid, copy->owner->gid, path))
        return guest_error(copy->guest, err, "%s", path);
    return 0;
}

/* Make the directory NAME of the tree, or find it, and remember where it really is. */
static int enter_directory(struct copy *copy, const char *name, struct error **err)
{
    AUTO_FREE char *path = path_join(copy->remote_dir, name);
    if (make_directory(copy, path, err))
        return -1;
    char *real = guestfs_realpath(guest_handle(copy->guest), path);
    if (!real)
        return guest_error(copy->guest, err, "%s", path);
    free(copy->directory);
    free(copy->real);
    copy->directory = xstrdup(name);
    copy->real = real;
    return 0;
}

static mode_t file_mode(const struct copy *copy, const struct local_entry *entry)
{
    if (copy->mode)
        return (mode_t)strtol(copy->mode, NULL, 8);
    return entry->stat->st_mode & 0111 ? 0755 : 0644;
}

static int add_file(struct copy *copy, const struct local_entry *entry, struct error **err)
{
    AUTO_FREE char *parent = path_dirname(entry->name);
    if (!copy->real || strcmp(parent, copy->directory) != 0)
        if (enter_directory(copy, parent, err))
            return -1;
    AUTO_FREE char *path = path_join(copy->real, path_basename(entry->name));
    AUTO(archive_entry_free) struct archive_entry *header = archive_entry_new();
    archive_entry_set_pathname(header, path + 1); /* below the guest's root */
    archive_entry_set_mtime(header, entry->stat->st_mtim.tv_sec, entry->stat->st_mtim.tv_nsec);
    bool is_link = S_ISLNK(entry->stat->st_mode);
    archive_entry_set_filetype(header, is_link ? AE_IFLNK : AE_IFREG);
    archive_entry_set_perm(header, is_link ? 0777 : file_mode(copy, entry));
    archive_entry_set_uid(header, copy->owner ? copy->owner->uid : 0);
    archive_entry_set_gid(header, copy->owner ? copy->owner->gid : 0);
    if (is_link && set_link_target(header, entry, err))
        return -1;
    if (!is_link)
        archive_entry_set_size(header, entry->stat->st_size);
    if (archive_write_header(copy->archive, header) < ARCHIVE_WARN) /* warned of names as bytes */
        return archive_failed(copy->archive, entry->path, err);
    copy->count++;
    return is_link ? 0 : copy_data(copy->archive, entry, err);
}

static int add_entry(void *opaque, const struct local_entry *entry, struct error **err)
{
    struct copy *copy = opaque;
    return S_ISDIR(entry->stat->st_mode) ? enter_directory(copy, entry->name, err)
                                         : add_file(copy, entry, err);
}

/* Write the tar stream to FD, making the directories in the guest on the way. */
static int spool_tree(struct copy *copy, const char *local, int fd, struct error **err)
{
    AUTO(archive_write_free) struct archive *archive = archive_write_new();
    copy->archive = archive;
    if (archive_write_set_format_pax_restricted(archive) != ARCHIVE_OK ||
        archive_write_open_fd(archive, fd) != ARCHIVE_OK)
        return archive_failed(archive, local, err);
    if (local_tree_walk(local, add_entry, copy, err))
        return -1;
    return archive_write_close(archive) == ARCHIVE_OK ? 0 : archive_failed(archive, local, err);
}

static int accept_entry(void *opaque, const struct local_entry *entry, struct error **err)
{
    (void)opaque;
    (void)entry;
    (void)err;
    return 0;
}

int check_copy_in(struct customize_step *step, struct error **err)
{
    AUTO_FREE char *local = local_path(step, step->first);
    if (guest_path_check(step->second, err))
        return -1;
    return local_tree_walk(local, accept_entry, NULL, err);
}

int op_copy_in(struct guest *guest, const struct customize_step *step, struct error **err)
{
    int is_directory = guest_file_is_directory(guest, step->second, err);
    if (is_directory <= 0)
        return is_directory < 0 ? -1
                                : error_set(err, ERROR_GUEST, "%s is not a directory in the guest",
                                            step->second);
    AUTO_FD int fd = temporary_file(err);
    if (fd < 0)
        return -1;
    AUTO_FREE char *local = local_path(step, step->first);
    struct copy copy = { .guest = guest, .remote_dir = step->second, .mode = step->mode };
    struct owner owner;
    if (step->owner) {
        if (owner_find(guest, step->owner, &owner, err))
            return -1;
        owner.gid = owner.gid < 0 ? 0 : owner.gid;
        copy.owner = &owner;
    }
    int result = spool_tree(&copy, local, fd, err);
    free(copy.directory);
    free(copy.real);
    AUTO_FREE char *spool = xasprintf("/proc/self/fd/%d", fd);
    if (!result && copy.count && guestfs_tar_in(guest_handle(guest), spool, "/"))
        return guest_error(guest, err, "copying %s to %s", step->first, step->second);
    return result;
}
