/* SPDX-License-Identifier: Apache-2.0 */
/* Access to the guest's files through libguestfs, safe against what a hostile guest put there. */
#include "fsimage/guest/guest_file.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { READ_MAX = 64 << 20 };

/* What one message of libguestfs is sure to hold. */
enum { PIECE_MAX = 1 << 20 };

int guest_path_check(const char *path, struct error **err)
{
    for (const char *at = path; *at; at++)
        if (iscntrl((unsigned char)*at))
            return error_set(err, ERROR_USAGE, "a path in the guest has a control character");
    if (*path != '/')
        return error_set(err, ERROR_USAGE, "\"%s\" is not an absolute path in the guest", path);
    return 0;
}

int guest_file_exists(struct guest *guest, const char *path, struct error **err)
{
    int exists = guestfs_exists(guest_handle(guest), path);
    return exists < 0 ? guest_error(guest, err, "%s", path) : exists;
}

int guest_file_is_directory(struct guest *guest, const char *path, struct error **err)
{
    const struct guestfs_is_dir_opts_argv follow = {
        .bitmask = GUESTFS_IS_DIR_OPTS_FOLLOWSYMLINKS_BITMASK, .followsymlinks = 1
    };
    int is_directory = guestfs_is_dir_opts_argv(guest_handle(guest), path, &follow);
    return is_directory < 0 ? guest_error(guest, err, "%s", path) : is_directory;
}

int guest_file_make_directory(struct guest *guest, const char *path, struct error **err)
{
    /* mkdir_p alone takes a link to a directory for something in the way. */
    int is_directory = guest_file_is_directory(guest, path, err);
    if (is_directory)
        return is_directory < 0 ? -1 : 0;
    if (guestfs_mkdir_p(guest_handle(guest), path))
        return guest_error(guest, err, "%s", path);
    return 0;
}

int guest_file_require_regular(struct guest *guest, const char *path, bool may_be_missing,
                               struct error **err)
{
    int exists = guest_file_exists(guest, path, err);
    if (exists < 0)
        return -1;
    if (!exists)
        return may_be_missing ? 0
                              : error_set(err, ERROR_GUEST, "%s: no such file in the guest", path);
    AUTO(guestfs_free_statns)
    struct guestfs_statns *stat = guestfs_statns(guest_handle(guest), path);
    if (!stat)
        return guest_error(guest, err, "%s", path);
    if (S_ISDIR(stat->st_mode))
        return error_set(err, ERROR_GUEST, "%s is a directory in the guest", path);
    if (!S_ISREG(stat->st_mode))
        return error_set(err, ERROR_GUEST, "%s is not a regular file in the guest", path);
    return 0;
}

char *guest_file_read(struct guest *guest, const char *path, size_t *length, struct error **err)
{
    if (guest_file_require_regular(guest, path, false, err))
        return NULL;
    int64_t size = guestfs_filesize(guest_handle(guest), path);
    if (size < 0) {
        guest_error(guest, err, "%s", path);
        return NULL;
    }
    if (size > READ_MAX) {
        error_set(err, ERROR_GUEST, "%s is larger than %d MiB", path, READ_MAX >> 20);
        return NULL;
    }
    AUTO_FREE char *text = guestfs_read_file(guest_handle(guest), path, length);
    if (!text) {
        guest_error(guest, err, "reading %s", path);
        return NULL;
    }
    text = xrealloc(text, *length + 1, 1);
    text[*length] = '\0';
    return STEAL(text);
}

char *guest_file_read_or_empty(struct guest *guest, const char *path, size_t *length,
                               struct error **err)
{
    int exists = guest_file_exists(guest, path, err);
    *length = 0;
    if (exists < 0)
        return NULL;
    return exists ? guest_file_read(guest, path, length, err) : xstrdup("");
}

int guest_file_write(struct guest *guest, const char *path, const char *text, size_t length,
                     struct error **err)
{
    if (guest_file_require_regular(guest, path, true, err))
        return -1;
    size_t piece = length < PIECE_MAX ? length : PIECE_MAX;
    if (guestfs_write(guest_handle(guest), path, text, piece))
        return guest_error(guest, err, "writing %s", path);
    return length > piece ? guest_file_append(guest, path, text + piece, length - piece, err) : 0;
}

int guest_file_append(struct guest *guest, const char *path, const char *text, size_t length,
                      struct error **err)
{
    if (guest_file_require_regular(guest, path, true, err))
        return -1;
    do {
        size_t piece = length < PIECE_MAX ? length : PIECE_MAX;
        if (guestfs_write_append(guest_handle(guest), path, text, piece))
            return guest_error(guest, err, "appending to %s", path);
        text += piece;
        length -= piece;
    } while (length);
    return 0;
}

int guest_file_upload(struct guest *guest, const char *local, const char *path, bool executable,
                      struct error **err)
{
    guestfs_h *g = guest_handle(guest);
    if (guest_file_require_regular(guest, path, true, err))
        return -1;
    if (guestfs_upload(g, local, path) || guestfs_chown(g, 0, 0, path) ||
        guestfs_chmod(g, executable ? 0755 : 0644, path))
        return guest_error(guest, err, "uploading %s to %s", local, path);
    return 0;
}

char *guest_file_resolve(struct guest *guest, const char *path, struct error **err)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    AUTO_FREE char *trimmed = xstrndup(path, length);
    const char *name = path_basename(trimmed);
    if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        error_set(err, ERROR_GUEST, "%s does not name a file in a directory", path);
        return NULL;
    }
    AUTO_FREE char *parent = path_dirname(trimmed);
    AUTO_FREE char *real = guestfs_realpath(guest_handle(guest), parent);
    if (!real) {
        if (guestfs_last_errno(guest_handle(guest)) == ENOENT)
            error_set(err, ERROR_GUEST, "%s: no such directory in the guest", parent);
        else
            guest_error(guest, err, "%s", parent);
        return NULL;
    }
    return path_join(real, name);
}

int guest_file_link(struct guest *guest, const char *target, const char *path, struct error **err)
{
    AUTO_FREE char *resolved = guest_file_resolve(guest, path, err);
    if (!resolved)
        return -1;
    /* ln -sf would follow a link to a directory and put the new link inside it. */
    if (guestfs_rm_f(guest_handle(guest), resolved) ||
        guestfs_ln_s(guest_handle(guest), target, resolved))
        return guest_error(guest, err, "linking %s to %s", path, target);
    return 0;
}

char *guest_file_temporary(struct guest *guest, struct error **err)
{
    guestfs_h *g = guest_handle(guest);
    AUTO_FREE char *made = guestfs_mkdtemp(g, "/tmp/forge-XXXXXX");
    AUTO_FREE char *real = made ? guestfs_realpath(g, made) : NULL;
    if (!real || guestfs_chmod(g, 0755, real)) {
        guest_error(guest, err, "making a temporary directory in the guest");
        return NULL;
    }
    return STEAL(real);
}

int guest_file_remove_temporary(struct guest *guest, const char *dir, struct error **err)
{
    AUTO_FREE char *resolved = guest_file_resolve(guest, dir, err);
    if (!resolved)
        return -1;
    if (guestfs_rm_rf(guest_handle(guest), resolved))
        return guest_error(guest, err, "removing %s", dir);
    return 0;
}

char *guest_text_or_null(char *text)
{
    if (text && *text)
        return text;
    free(text);
    return NULL;
}

void guest_strings_free(char **strings)
{
    for (char **at = strings; *at; at++)
        free(*at);
    free(strings);
}
