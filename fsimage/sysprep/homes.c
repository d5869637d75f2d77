/* SPDX-License-Identifier: Apache-2.0 */
/* Which directories are homes. */
#include "fsimage/sysprep/homes.h"
#include "fsimage/ops/guest_file.h"

#include <string.h>

enum { HOMES_MAX = 10000 };

/* Homes in these directories of "/" are system users', and what is there is the packages' own or
 * the kernel's. */
static const char *const no_homes_in[] = { "/bin/",    "/dev/",  "/lib/",  "/lib32/", "/lib64/",
                                           "/libx32/", "/proc/", "/sbin/", "/sys/",   "/usr/" };

/* The sixth field of each line of passwd(5). */
static int read_passwd(struct guest *guest, struct string_list *homes, struct error **err)
{
    static const char path[] = "/etc/passwd";
    size_t length;
    AUTO_FREE char *text = guest_file_read_or_empty(guest, path, &length, err);
    if (!text)
        return -1;
    for (char *next = text, *line; (line = strsep(&next, "\n"));) {
        char *field = NULL;
        for (int i = 0; i < 6 && line; i++)
            field = strsep(&line, ":");
        if (line && *field == '/')
            string_list_add(homes, field);
        if (homes->count > HOMES_MAX)
            return error_set(err, ERROR_GUEST, "%s has more than %d users", path, HOMES_MAX);
    }
    return 0;
}

static bool may_hold_homes(const char *directory)
{
    AUTO_FREE char *path = xasprintf("%s/", directory);
    for (size_t i = 0; i < ARRAY_SIZE(no_homes_in); i++)
        if (starts_with(path, no_homes_in[i]))
            return starts_with(path, "/usr/local/");
    return true;
}

int sysprep_find_homes(struct sysprep_search *search, struct error **err)
{
    AUTO_STRINGS struct string_list named = { 0 };
    if (read_passwd(search->guest, &named, err) ||
        sysprep_search_resolve(search->guest, "/home", &search->home_parent, err) < 0)
        return -1;
    string_list_add(&named, "/root");
    string_list_sort(&named);
    for (size_t i = 0; i < named.count; i++) {
        bool again = i && strcmp(named.items[i], named.items[i - 1]) == 0;
        if (again || !may_hold_homes(named.items[i]))
            continue;
        AUTO_FREE char *real = NULL;
        int found = sysprep_search_resolve(search->guest, named.items[i], &real, err);
        if (found < 0)
            return -1;
        if (found && strcmp(real, "/") != 0 && may_hold_homes(real))
            string_list_take(&search->homes, STEAL(real));
    }
    string_list_sort(&search->homes);
    return 0;
}

bool sysprep_is_home(const struct sysprep_search *search, const char *path, size_t length)
{
    AUTO_FREE char *directory = xstrndup(path, length);
    if (search->home_parent) {
        AUTO_FREE char *parent = path_dirname(directory);
        if (strcmp(parent, search->home_parent) == 0)
            return true;
    }
    return string_list_contains_sorted(&search->homes, directory);
}
