/* SPDX-License-Identifier: Apache-2.0 */
/* --chmod MODE:PATH, --chown OWNER:PATH: what a file allows, to whom. */
#include "fsimage/ops/accounts.h"
#include "fsimage/ops/guest_file.h"
#include "fsimage/ops/ops.h"

#include <string.h>

int check_chmod(struct customize_step *step, struct error **err)
{
    const char *mode = step->first;
    if (strspn(mode, "01234567") != strlen(mode) || strtol(mode, NULL, 8) > 07777)
        return error_set(err, ERROR_USAGE, "the mode is octal, at most 7777");
    return guest_path_check(step->second, err);
}

int op_chmod(struct guest *guest, const struct customize_step *step, struct error **err)
{
    int mode = (int)strtol(step->first, NULL, 8);
    if (guestfs_chmod(guest_handle(guest), mode, step->second))
        return guest_error(guest, err, "%s", step->second);
    return 0;
}

/* OWNER has a colon of its own when it is UID:GID: the step was split at that one. */
static void rejoin_owner(struct customize_step *step)
{
    char *colon = *step->second == '/' ? NULL : strchr(step->second, ':');
    if (!colon)
        return;
    char *path = xstrdup(colon + 1);
    char *owner = xasprintf("%s:%.*s", step->first, (int)(colon - step->second), step->second);
    free(step->first);
    free(step->second);
    step->first = owner;
    step->second = path;
}

static bool is_number(const char *text)
{
    return text[strspn(text, "0123456789")] == '\0';
}

/* The group's place in OWNER, whose end of the user it overwrites; NULL when only a user is given.
 * User names may have dots, so the last one counts. */
static char *split_owner(char *owner)
{
    char *separator = strchr(owner, ':');
    if (!separator)
        separator = strrchr(owner, '.');
    if (!separator)
        return NULL;
    *separator = '\0';
    return separator + 1;
}

int check_chown(struct customize_step *step, struct error **err)
{
    rejoin_owner(step);
    AUTO_FREE char *user = xstrdup(step->first);
    const char *group = split_owner(user);
    const char *parts[] = { user, group };
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        int64_t id;
        if (!parts[i])
            continue;
        if (!*parts[i] || strpbrk(parts[i], ": /\t\n"))
            return error_set(err, ERROR_USAGE, "the owner is USER, UID:GID or UID.GID");
        if (is_number(parts[i]) && !parse_integer(parts[i], 0, INT32_MAX, &id))
            return error_set(err, ERROR_USAGE, "%s is too large for an id", parts[i]);
    }
    return guest_path_check(step->second, err);
}

int op_chown(struct guest *guest, const struct customize_step *step, struct error **err)
{
    AUTO_FREE char *user = xstrdup(step->first);
    const char *group = split_owner(user);
    AUTO(guestfs_free_statns)
    struct guestfs_statns *stat = guestfs_statns(guest_handle(guest), step->second);
    if (!stat)
        return guest_error(guest, err, "%s", step->second);

    struct account account = { 0 };
    if (is_number(user))
        account.uid = atoi(user);
    else if (account_find_user(guest, user, &account, err))
        return -1;
    free(account.home);
    int gid = (int)stat->st_gid;
    if (group && is_number(group))
        gid = atoi(group);
    else if (group && account_find_group(guest, group, &gid, err))
        return -1;
    if (guestfs_chown(guest_handle(guest), account.uid, gid, step->second))
        return guest_error(guest, err, "%s", step->second);
    return 0;
}
