/* SPDX-License-Identifier: Apache-2.0 */
/* user-account: the accounts of people, out of every file that names them, with home and mail. */
#include "fsimage/ops/guest_file.h"
#include "fsimage/sysprep/search.h"
#include "fsimage/sysprep/sysprep_ops.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The range of login.defs(5), with the defaults of the tools that read it. */
struct uid_range {
    int64_t min, max;
};

static int read_range(struct guest *guest, struct uid_range *range, struct error **err)
{
    size_t length;
    AUTO_FREE char *text = guest_file_read_or_empty(guest, "/etc/login.defs", &length, err);
    if (!text)
        return -1;
    *range = (struct uid_range){ 1000, 60000 };
    for (char *next = text, *line; (line = strsep(&next, "\n"));) {
        uint32_t value;
        if (sscanf(line, " UID_MIN %" SCNu32, &value) == 1)
            range->min = value;
        if (sscanf(line, " UID_MAX %" SCNu32, &value) == 1)
            range->max = value;
    }
    return 0;
}

/* A home is removed when it is a directory of the user's own: "/" or another's is not. */
static int add_home(struct sysprep_search *search, const char *home, int64_t uid,
                    struct error **err)
{
    AUTO_FREE char *real = NULL;
    int found = *home == '/' ? sysprep_search_resolve(search->guest, home, &real, err) : 0;
    if (found <= 0)
        return found;
    AUTO(guestfs_free_statns)
    struct guestfs_statns *stat = guestfs_lstatns(guest_handle(search->guest), real);
    if (!stat)
        return guest_error(search->guest, err, "%s", real);
    if (S_ISDIR(stat->st_mode) && stat->st_uid == uid && strcmp(real, "/") != 0)
        sysprep_search_add(search, SYSPREP_REMOVE, real, NULL);
    return 0;
}

static int add_mail(struct sysprep_search *search, const char *user, struct error **err)
{
    static const char *const spools[] = { "/var/mail", "/var/spool/mail" };
    if (!*user || strchr(user, '/') || strcmp(user, ".") == 0 || strcmp(user, "..") == 0)
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(spools); i++) {
        AUTO_FREE char *spool = NULL;
        int found = sysprep_search_resolve(search->guest, spools[i], &spool, err);
        if (found < 0)
            return -1;
        AUTO_FREE char *mail = found ? path_join(spool, user) : NULL;
        int exists = found ? guest_file_exists(search->guest, mail, err) : 0;
        if (exists < 0)
            return -1;
        if (exists)
            sysprep_search_add(search, SYSPREP_REMOVE, mail, NULL);
    }
    return 0;
}

/* virt-sysprep(1)'s rules, but that the steps' own accounts go only when they are named. */
static bool is_to_go(const struct sysprep_search *search, const char *user)
{
    const struct string_list *named = &search->plan->remove_users;
    if (strcmp(user, "root") == 0 || string_list_contains(&search->plan->keep_users, user))
        return false;
    return named->count ? string_list_contains(named, user)
                        : !given_has_account(search->steps, user);
}

/* Collect the names of those to be removed; their homes and mail are added to what is found. */
static int find_users(struct sysprep_search *search, struct string_list *users, struct error **err)
{
    struct uid_range range;
    size_t length;
    AUTO_FREE char *text = guest_file_read_or_empty(search->guest, "/etc/passwd", &length, err);
    if (!text || read_range(search->guest, &range, err))
        return -1;
    for (char *next = text, *line; (line = strsep(&next, "\n"));) {
        char *fields[6] = { 0 };
        for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
            fields[i] = strsep(&line, ":");
        int64_t uid;
        if (!fields[5] || !parse_integer(fields[2], range.min, range.max, &uid) ||
            !is_to_go(search, fields[0]))
            continue;
        string_list_add(users, fields[0]);
        if (add_home(search, fields[5], uid, err) || add_mail(search, fields[0], err))
            return -1;
    }
    return 0;
}

/* MEMBERS, "a,b,c", without USERS, which are sorted; owned. */
static char *drop_members(char *members, const struct string_list *users)
{
    char *kept = xcalloc(strlen(members) + 1, 1), *end = kept;
    for (char *name; (name = strsep(&members, ","));)
        if (!string_list_contains_sorted(users, name))
            end = stpcpy(stpcpy(end, end > kept ? "," : ""), name);
    return kept;
}

/* TEXT without the lines of USERS (sorted), and, where LISTS, without them in the list that ends a
 * line; owned, NULL when there is none of them. */
static char *drop_users(const char *text, const struct string_list *users, bool lists)
{
    AUTO_FREE char *copy = xstrdup(text);
    AUTO_FREE char *kept = xcalloc(strlen(text) + 2, 1);
    char *end = kept;
    for (char *next = copy, *line; (line = strsep(&next, "\n")) && (*line || next);) {
        AUTO_FREE char *name = xstrndup(line, strcspn(line, ":"));
        if (string_list_contains_sorted(users, name))
            continue;
        char *last = lists ? strrchr(line, ':') : NULL;
        AUTO_FREE char *members = last ? drop_members(last + 1, users) : NULL;
        if (last)
            strcpy(last + 1, members); /* never longer */
        end = stpcpy(stpcpy(end, line), next ? "\n" : "");
    }
    return strcmp(kept, text) == 0 ? NULL : STEAL(kept);
}

int sysprep_find_user_accounts(struct sysprep_search *search, struct error **err)
{
    static const struct {
        const char *path;
        bool lists;
    } files[] = {
        { "/etc/passwd", false }, { "/etc/shadow", false }, { "/etc/group", true },
        { "/etc/gshadow", true }, { "/etc/subuid", false }, { "/etc/subgid", false },
    };
    AUTO_STRINGS struct string_list users = { 0 };
    if (find_users(search, &users, err))
        return -1;
    string_list_sort(&users);
    for (size_t i = 0; users.count && i < ARRAY_SIZE(files); i++) {
        size_t length;
        AUTO_FREE char *text = guest_file_read_or_empty(search->guest, files[i].path, &length, err);
        if (!text)
            return -1;
        char *edited = drop_users(text, &users, files[i].lists);
        if (edited)
            sysprep_search_add_edit(search, files[i].path, edited);
    }
    return 0;
}
