/* SPDX-License-Identifier: Apache-2.0 */
/* Where many directories of a guest really are, found out in few calls. */
#ifndef FORGE_FSIMAGE_SYSPREP_DIRECTORIES_H
#define FORGE_FSIMAGE_SYSPREP_DIRECTORIES_H

#include "fsimage/guest/guest.h"

struct directory {
    char *path; /* as it was asked for: absolute, no slash at the end but of "/" */
    char *real; /* without symbolic links; NULL when there is no such directory */
};

/* Owned, {0} before. */
struct directories {
    struct directory *items; /* those asked for and all above them, "/" first */
    size_t count;
};

/* Look for PATHS and what is above them: a call for each directory that exists, and one for each
 * symbolic link. */
MUST_CHECK int directories_find(struct guest *guest, const struct string_list *paths,
                                struct directories *out, struct error **err);

/* Where PATH, one of those asked for, really is; borrowed, NULL when there is no such directory. */
const char *directories_real(const struct directories *directories, const char *path);

void directories_clear(struct directories *directories);
#define AUTO_DIRECTORIES __attribute__((cleanup(directories_clear)))

#endif
