/* SPDX-License-Identifier: Apache-2.0 */
/* Modes and owners as texts, checked before the launch and given to the guest's files. */
#ifndef FORGE_FSIMAGE_OPS_PERMISSIONS_H
#define FORGE_FSIMAGE_OPS_PERMISSIONS_H

#include "fsimage/customize.h"

/* ERROR_USAGE unless MODE is octal, at most 7777. */
MUST_CHECK int mode_check(const char *mode, struct error **err);

/* ERROR_USAGE unless OWNER is USER, USER:GROUP or USER.GROUP, names or numbers. */
MUST_CHECK int owner_check(const char *owner, struct error **err);

struct owner {
    int uid, gid; /* gid is -1 when only a user is named */
};

/* Whom OWNER, which is checked, means in the guest; ERROR_GUEST when it has no such name. */
MUST_CHECK int owner_find(struct guest *guest, const char *owner, struct owner *found,
                          struct error **err);

/* Give PATH the owner and the mode that STEP asks for, if it does. */
MUST_CHECK int permissions_give(struct guest *guest, const struct customize_step *step,
                                const char *path, struct error **err);

/* The same for PATH, whose directory has no links in its path, and for all that is in it: the owner
 * goes to everything, links too, the mode to regular files. */
MUST_CHECK int permissions_give_tree(struct guest *guest, const struct customize_step *step,
                                     const char *path, struct error **err);

#endif
