/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's own users and groups: /etc/passwd and /etc/group, read as text. */
#ifndef FORGE_FSIMAGE_OPS_ACCOUNTS_H
#define FORGE_FSIMAGE_OPS_ACCOUNTS_H

#include "fsimage/guest/guest.h"

struct account {
    int uid, gid;
    char *home; /* owned by the caller */
};

/* Is NAME of LENGTH bytes a name that useradd(8) and groupadd(8) take? */
bool account_is_name(const char *name, size_t length);

/* 1 when the guest has a user, or a group, of that name, 0 when not, -1 on error. */
MUST_CHECK int account_exists(struct guest *guest, const char *user, struct error **err);
MUST_CHECK int account_group_exists(struct guest *guest, const char *group, struct error **err);

/* ERROR_GUEST when the guest has no user, or no group, of that name. */
MUST_CHECK int account_find_user(struct guest *guest, const char *name, struct account *account,
                                 struct error **err);
MUST_CHECK int account_find_group(struct guest *guest, const char *name, int *gid,
                                  struct error **err);

/* Where the line of NAME begins in TEXT, a file of "NAME:..." lines; NULL when it has none. */
char *account_find_line(char *text, const char *name);

#endif
