/* SPDX-License-Identifier: Apache-2.0 */
/* --write FILE:CONTENT, --append-line FILE:LINE: text from the step itself. */
#include "fsimage/ops/content.h"
#include "fsimage/ops/guest_file.h"
#include "fsimage/ops/ops.h"
#include "fsimage/ops/permissions.h"

#include <string.h>

const char *const write_settings[] = { "encoding", "append", NULL };

int check_append_line(struct customize_step *step, struct error **err)
{
    return guest_path_check(step->first, err);
}

/* The bytes to write; owned. */
static char *decode(const struct customize_step *step, size_t *length, struct error **err)
{
    return content_decode(step->second, customize_step_setting(step, "encoding"), length, err);
}

int check_write(struct customize_step *step, struct error **err)
{
    const char *append = customize_step_setting(step, "append");
    if (append && strcmp(append, "true") != 0 && strcmp(append, "false") != 0)
        return error_set(err, ERROR_USAGE, "\"append\" is true or false");
    size_t length;
    AUTO_FREE char *bytes = decode(step, &length, err);
    return bytes ? guest_path_check(step->first, err) : -1;
}

int op_write(struct guest *guest, const struct customize_step *step, struct error **err)
{
    const char *append = customize_step_setting(step, "append");
    bool adds = append && strcmp(append, "true") == 0;
    size_t length;
    AUTO_FREE char *bytes = decode(step, &length, err);
    if (!bytes || (adds ? guest_file_append(guest, step->first, bytes, length, err)
                        : guest_file_write(guest, step->first, bytes, length, err)))
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
