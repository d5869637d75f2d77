/* SPDX-License-Identifier: Apache-2.0 */
/* Listing a guest's files, and reading one. */
#include "fsimage/guest/files.h"
#include "forge/base/cancel.h"
#include "forge/base/file.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"

#include <string.h>
#include <sys/stat.h>

enum { CHUNK = 1 << 20 }; /* libguestfs's messages end at 4 MiB */

static void free_names(char **list)
{
    for (char **item = list; *item; item++)
        free(*item);
    free(list);
}
DEFINE_CLEANUP(char **, free_names)

typedef struct guestfs_statns stat_ns;
typedef struct guestfs_statns_list stat_list;
DEFINE_CLEANUP(stat_ns *, guestfs_free_statns)
DEFINE_CLEANUP(stat_list *, guestfs_free_statns_list)

static int no_such_file(struct guest *guest, const char *path, struct error **err)
{
    if (cancel_check(err))
        return -1;
    const char *last = guestfs_last_error(guest_handle(guest));
    AUTO_FREE char *reason = guest_printable(last ? last : "no reason given");
    return error_set(err, ERROR_INVALID, "%s: %s", path, reason);
}

static int visit_one(struct guest *guest, const char *path, const stat_ns *status,
                     guest_file_visitor *visit, void *opaque, struct error **err)
{
    AUTO_FREE char *target = NULL;
    if (S_ISLNK((mode_t)status->st_mode))
        target = guestfs_readlink(guest_handle(guest), path);
    struct guest_file file = { .path = path,
                               .target = target,
                               .mode = (uint32_t)status->st_mode,
                               .uid = status->st_uid,
                               .gid = status->st_gid,
                               .size = status->st_size,
                               .mtime = status->st_mtime_sec };
    return visit(opaque, &file, err);
}

static int list_directory(struct guest *guest, const char *path, bool recursive,
                          guest_file_visitor *visit, void *opaque, struct error **err)
{
    guestfs_h *g = guest_handle(guest);
    AUTO(free_names) char **names = guestfs_ls(g, path);
    if (!names)
        return no_such_file(guest, path, err);
    AUTO(guestfs_free_statns_list) stat_list *list = guestfs_lstatnslist(g, path, names);
    if (!list)
        return no_such_file(guest, path, err);
    for (size_t i = 0; names[i] && i < list->len; i++) {
        const stat_ns *status = &list->val[i];
        AUTO_FREE char *file = path_join(path, names[i]);
        if (status->st_ino == -1) /* libguestfs's mark: it could not be looked at */
            continue;
        if (cancel_check(err) || visit_one(guest, file, status, visit, opaque, err))
            return -1;
        if (recursive && S_ISDIR((mode_t)status->st_mode) &&
            list_directory(guest, file, true, visit, opaque, err))
            return -1;
    }
    return 0;
}

int files_list(struct guest *guest, const char *path, bool recursive, guest_file_visitor *visit,
               void *opaque, struct error **err)
{
    if (path[0] != '/')
        return error_set(err, ERROR_USAGE, "%s: a path in the guest begins with \"/\"", path);
    AUTO(guestfs_free_statns) stat_ns *status = guestfs_lstatns(guest_handle(guest), path);
    if (!status)
        return no_such_file(guest, path, err);
    /* A link to a directory is looked into, as ls(1) does for "dir/". */
    int is_dir =
        guestfs_is_dir_opts(guest_handle(guest), path, GUESTFS_IS_DIR_OPTS_FOLLOWSYMLINKS, 1, -1);
    if (is_dir == 1)
        return list_directory(guest, path, recursive, visit, opaque, err);
    return visit_one(guest, path, status, visit, opaque, err);
}

/* In pieces by pread: libguestfs's own download opens its target anew, and would truncate what a
 * shell's ">>" has given us. */
int files_cat(struct guest *guest, const char *path, int fd, struct error **err)
{
    guestfs_h *g = guest_handle(guest);
    if (path[0] != '/')
        return error_set(err, ERROR_USAGE, "%s: a path in the guest begins with \"/\"", path);
    int is_file = guestfs_is_file_opts(g, path, GUESTFS_IS_FILE_OPTS_FOLLOWSYMLINKS, 1, -1);
    int exists = is_file == 1 ? 1 : guestfs_exists(g, path);
    if (is_file < 0 || exists < 0)
        return no_such_file(guest, path, err);
    if (is_file == 0)
        return error_set(err, ERROR_INVALID, "%s: %s", path,
                         exists ? "not a regular file" : "no such file in the guest");
    for (int64_t offset = 0;;) {
        size_t got = 0;
        AUTO_FREE char *piece = guestfs_pread(g, path, CHUNK, offset, &got);
        if (!piece)
            return guest_error(guest, err, "reading %s", path);
        if (got == 0)
            return 0;
        if (cancel_check(err))
            return -1;
        if (file_write(fd, piece, got))
            return error_set_errno(err, "writing");
        offset += (int64_t)got;
    }
}
