/* SPDX-License-Identifier: Apache-2.0 */
/* --chmod MODE:PATH, --chown OWNER:PATH: what a file allows, to whom. */
#include "fsimage/ops/permissions.h"
#include "fsimage/ops/accounts.h"
#include "fsimage/ops/guest_file.h"
#include "fsimage/ops/ops.h"

#include <string.h>
#include <sys/stat.h>

int mode_check(const char *mode, struct error **err)
{
    if (!*mode || strspn(mode, "01234567") != strlen(mode) || strtol(mode, NULL, 8) > 07777)
        return error_set(err, ERROR_USAGE, "the mode is octal, at most 7777");
    return 0;
}

static int set_mode(struct guest *guest, const char *path, const char *mode, struct error **err)
{
    if (guestfs_chmod(guest_handle(guest), (int)strtol(mode, NULL, 8), path))
        return guest_error(guest, err, "%s", path);
    return 0;
}

int check_chmod(struct customize_step *step, struct error **err)
{
    return mode_check(step->first, err) ? -1 : guest_path_check(step->second, err);
}

int op_chmod(struct guest *guest, const struct customize_step *step, struct error **err)
{
    return set_mode(guest, step->second, step->first, err);
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

int owner_check(const char *owner, struct error **err)
{
    AUTO_FREE char *user = xstrdup(owner);
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
    return 0;
}

int owner_find(struct guest *guest, const char *owner, struct owner *found, struct error **err)
{
    AUTO_FREE char *user = xstrdup(owner);
    const char *group = split_owner(user);
    struct account account = { 0 };
    if (is_number(user))
        account.uid = atoi(user);
    else if (account_find_user(guest, user, &account, err))
        return -1;
    free(account.home);
    *found = (struct owner){ account.uid, -1 };
    if (group && is_number(group))
        found->gid = atoi(group);
    else if (group && account_find_group(guest, group, &found->gid, err))
        return -1;
    return 0;
}

static int set_owner(struct guest *guest, const char *path, const char *owner, struct error **err)
{
    AUTO(guestfs_free_statns)
    struct guestfs_statns *stat = guestfs_statns(guest_handle(guest), path);
    if (!stat)
        return guest_error(guest, err, "%s", path);
    struct owner found;
    if (owner_find(guest, owner, &found, err))
        return -1;
    int gid = found.gid < 0 ? (int)stat->st_gid : found.gid;
    if (guestfs_chown(guest_handle(guest), found.uid, gid, path))
        return guest_error(guest, err, "%s", path);
    return 0;
}

int check_chown(struct customize_step *step, struct error **err)
{
    rejoin_owner(step);
    return owner_check(step->first, err) ? -1 : guest_path_check(step->second, err);
}

int op_chown(struct guest *guest, const struct customize_step *step, struct error **err)
{
    return set_owner(guest, step->second, step->first, err);
}

int permissions_give(struct guest *guest, const struct customize_step *step, const char *path,
                     struct error **err)
{
    if (step->owner && set_owner(guest, path, step->owner, err))
        return -1;
    /* Behind the owner: a change of that drops set-user-ID. */
    return step->mode ? set_mode(guest, path, step->mode, err) : 0;
}

/* What each file of a tree gets; NULL: nothing of the kind. */
struct gift {
    const struct owner *owner;
    const char *mode;
};

static int give_each(struct guest *guest, const struct gift *gift, const char *path,
                     struct error **err);

static int give_within(struct guest *guest, const struct gift *gift, const char *directory,
                       struct error **err)
{
    AUTO(guest_strings_free) char **names = guestfs_ls(guest_handle(guest), directory);
    if (!names)
        return guest_error(guest, err, "%s", directory);
    for (char **name = names; *name; name++) {
        AUTO_FREE char *path = path_join(directory, *name);
        if (give_each(guest, gift, path, err))
            return -1;
    }
    return 0;
}

static int give_each(struct guest *guest, const struct gift *gift, const char *path,
                     struct error **err)
{
    guestfs_h *g = guest_handle(guest);
    AUTO(guestfs_free_statns) struct guestfs_statns *stat = guestfs_lstatns(g, path);
    if (!stat)
        return guest_error(guest, err, "%s", path);
    const struct owner *owner = gift->owner;
    if (owner &&
        guestfs_lchown(g, owner->uid, owner->gid < 0 ? (int)stat->st_gid : owner->gid, path))
        return guest_error(guest, err, "%s", path);
    if (S_ISDIR(stat->st_mode))
        return give_within(guest, gift, path, err);
    return gift->mode && S_ISREG(stat->st_mode) ? set_mode(guest, path, gift->mode, err) : 0;
}

int permissions_give_tree(struct guest *guest, const struct customize_step *step, const char *path,
                          struct error **err)
{
    struct owner owner;
    if (!step->owner && !step->mode)
        return 0;
    if (step->owner && owner_find(guest, step->owner, &owner, err))
        return -1;
    const struct gift gift = { .owner = step->owner ? &owner : NULL, .mode = step->mode };
    return give_each(guest, &gift, path, err);
}
