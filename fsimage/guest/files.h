/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's files, looked at and copied out; names and contents come from the guest. */
#ifndef FORGE_FSIMAGE_GUEST_FILES_H
#define FORGE_FSIMAGE_GUEST_FILES_H

#include "fsimage/guest/guest.h"

/* One file; strings are borrowed for the visit. */
struct guest_file {
    const char *path;   /* absolute, in the guest */
    const char *target; /* of a symbolic link, else NULL */
    uint32_t mode;      /* with the type, as in stat(2) */
    int64_t uid, gid, size;
    int64_t mtime; /* seconds */
};

/* Non-zero ends the walk. */
typedef int guest_file_visitor(void *opaque, const struct guest_file *file, struct error **err);

/* Visit PATH, or what is in it when it is a directory, by name; RECURSIVE: below as well, without
 * following links. ERROR_INVALID when there is no such file. */
MUST_CHECK int files_list(struct guest *guest, const char *path, bool recursive,
                          guest_file_visitor *visit, void *opaque, struct error **err);

/* Write the contents of the file at PATH to FD. ERROR_INVALID when it is not a regular file. */
MUST_CHECK int files_cat(struct guest *guest, const char *path, int fd, struct error **err);

/* Copy the file or the directory at PATH, under its last name, into the local DIRECTORY; what is
 * there already is an error (ERROR_FAILED). Everything belongs to the caller, without setuid bits;
 * links stay links; devices, sockets and pipes are left out with a warning. */
MUST_CHECK int files_copy_out(struct guest *guest, const char *path, const char *directory,
                              struct error **err);

#endif
