/* SPDX-License-Identifier: Apache-2.0 */
/* --group-add NAME[:USER,...]: a group and its members, by the guest's own groupadd(8) and
 * usermod(8). */
#include "fsimage/ops/accounts.h"
#include "fsimage/ops/ops.h"

#include <string.h>

/* Leaves the name in FIRST, the users in ITEMS. */
int check_group_add(struct customize_step *step, struct error **err)
{
    size_t length = strcspn(step->first, ":");
    if (!account_is_name(step->first, length))
        return error_set(err, ERROR_USAGE, "that is not the name of a group");
    if (step->first[length]) {
        step->second = xstrdup(step->first + length + 1);
        step->first[length] = '\0';
        string_list_split(&step->items, step->second, ',');
    }
    for (size_t i = 0; i < step->items.count; i++)
        if (!account_is_name(step->items.items[i], strlen(step->items.items[i])))
            return error_set(err, ERROR_USAGE, "\"%s\" is not the name of a user",
                             step->items.items[i]);
    return 0;
}

int op_group_add(struct guest *guest, const struct customize_step *step, struct error **err)
{
    const char *group = step->first;
    int there = account_group_exists(guest, group, err);
    const char *const make[] = { "groupadd", group, NULL };
    if (there < 0 || (!there && guest_run(guest, make, NULL, err)))
        return -1;
    for (size_t i = 0; i < step->items.count; i++) {
        const char *const join[] = { "usermod", "-a", "-G", group, step->items.items[i], NULL };
        if (guest_run(guest, join, NULL, err))
            return -1;
    }
    return 0;
}
