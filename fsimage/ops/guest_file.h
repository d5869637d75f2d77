/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's files as operations see them: read, written and linked without leaving the guest. */
#ifndef FORGE_FSIMAGE_OPS_GUEST_FILE_H
#define FORGE_FSIMAGE_OPS_GUEST_FILE_H

#include "fsimage/guest.h"

/* The guest is hostile. libguestfs resolves symbolic links inside the guest for calls that open a
 * file, but runs rm, ln and tar outside its chroot: those only get paths from
 * guest_file_resolve(). A FIFO or a device in place of a file is refused before it is opened. */

/* ERROR_USAGE unless PATH is absolute and has no control characters. */
MUST_CHECK int guest_path_check(const char *path, struct error **err);

/* 1 when something is at PATH (symbolic links followed), 0 when not, -1 on error. */
MUST_CHECK int guest_file_exists(struct guest *guest, const char *path, struct error **err);

/* 1 for a directory (symbolic links followed), 0 for anything else and nothing, -1 on error. */
MUST_CHECK int guest_file_is_directory(struct guest *guest, const char *path, struct error **err);

/* Make the directory PATH and those above it, root:root 0755; one that is there, or a link to one,
 * stays as it is. */
MUST_CHECK int guest_file_make_directory(struct guest *guest, const char *path, struct error **err);

/* ERROR_GUEST unless PATH leads to a regular file, or, with MAY_BE_MISSING, to nothing. */
MUST_CHECK int guest_file_require_regular(struct guest *guest, const char *path,
                                          bool may_be_missing, struct error **err);

/* The content of a regular file of at most 64 MiB, NUL-terminated; owned. */
MUST_CHECK char *guest_file_read(struct guest *guest, const char *path, size_t *length,
                                 struct error **err);

/* The same, and "" when nothing is at PATH. */
MUST_CHECK char *guest_file_read_or_empty(struct guest *guest, const char *path, size_t *length,
                                          struct error **err);

/* Replace the content of PATH, made root:root 0644 when missing; an existing file keeps its inode,
 * so owner, mode and extended attributes stay. */
MUST_CHECK int guest_file_write(struct guest *guest, const char *path, const char *text,
                                size_t length, struct error **err);

/* Put LENGTH bytes of TEXT behind the content of PATH, which is made as by guest_file_write(). */
MUST_CHECK int guest_file_append(struct guest *guest, const char *path, const char *text,
                                 size_t length, struct error **err);

/* Upload the local file LOCAL to PATH, owned by root:root, mode 0755 when EXECUTABLE, else 0644. */
MUST_CHECK int guest_file_upload(struct guest *guest, const char *local, const char *path,
                                 bool executable, struct error **err);

/* PATH with its directory's symbolic links resolved inside the guest and its last component as it
 * is; owned. The directory must exist. */
MUST_CHECK char *guest_file_resolve(struct guest *guest, const char *path, struct error **err);

/* Make the symbolic link PATH -> TARGET in place of any file or link that PATH names. */
MUST_CHECK int guest_file_link(struct guest *guest, const char *target, const char *path,
                               struct error **err);

/* Make a directory of a random name, mode 0755, under the guest's /tmp; owned path, without
 * symbolic links. guest_file_remove_temporary() removes it with all that is in it. */
MUST_CHECK char *guest_file_temporary(struct guest *guest, struct error **err);
MUST_CHECK int guest_file_remove_temporary(struct guest *guest, const char *dir,
                                           struct error **err);

/* TEXT, an answer of libguestfs (taken), or NULL for an empty one or none; owned. */
char *guest_text_or_null(char *text);

/* DEFINE_CLEANUP for the arrays of strings that libguestfs returns. */
void guest_strings_free(char **strings);
DEFINE_CLEANUP(char **, guest_strings_free)
DEFINE_CLEANUP(struct guestfs_statns *, guestfs_free_statns)

#endif
