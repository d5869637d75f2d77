/* SPDX-License-Identifier: Apache-2.0 */
/* --link TARGET:LINK[:LINK...]: symbolic links, one target. */
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/ops.h"

int check_link(struct customize_step *step, struct error **err)
{
    string_list_split(&step->items, step->second, ':');
    if (!step->items.count)
        return error_set(err, ERROR_USAGE, "there is no link to make");
    for (size_t i = 0; i < step->items.count; i++)
        if (guest_path_check(step->items.items[i], err))
            return -1;
    return 0;
}

int op_link(struct guest *guest, const struct customize_step *step, struct error **err)
{
    for (size_t i = 0; i < step->items.count; i++)
        if (guest_file_link(guest, step->first, step->items.items[i], err))
            return -1;
    return 0;
}
