/* SPDX-License-Identifier: Apache-2.0 */
/* --write FILE:CONTENT, --append-line FILE:LINE: text from the step itself. */
#include "fsimage/ops/guest_file.h"
#include "fsimage/ops/ops.h"
#include "fsimage/ops/permissions.h"

#include <string.h>

int check_write(struct customize_step *step, struct error **err)
{
    return guest_path_check(step->first, err);
}

int op_write(struct guest *guest, const struct customize_step *step, struct error **err)
{
    if (guest_file_write(guest, step->first, step->second, strlen(step->second), err))
        return -1;
    return permissions_give(guest, step, step->first, err);
}

int op_append_line(struct guest *guest, const struct customize_step *step, struct error **err)
{
    size_t length;
    AUTO_FREE char *text = guest_file_read_or_empty(guest, step->first, &length, err);
    if (!text)
        return -1;
    /* Lines end as the file's first one does. */
    const char *first_end = memchr(text, '\n', length);
    const char *newline = first_end && first_end > text && first_end[-1] == '\r' ? "\r\n" : "\n";
    bool open_line = length && text[length - 1] != '\n';
    AUTO_FREE char *added = xasprintf("%s%s%s", open_line ? newline : "", step->second, newline);
    if (guestfs_write_append(guest_handle(guest), step->first, added, strlen(added)))
        return guest_error(guest, err, "appending to %s", step->first);
    return permissions_give(guest, step, step->first, err);
}
