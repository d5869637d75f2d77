/* SPDX-License-Identifier: Apache-2.0 */
/* --timezone ZONE: /etc/localtime, with Debian's /etc/timezone where the guest has it. */
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/ops.h"

#include <string.h>

int check_timezone(struct customize_step *step, struct error **err)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    const char *zone = step->first;
    if (zone[strspn(zone, allowed)] || *zone == '/' || ends_with(zone, "/"))
        return error_set(err, ERROR_USAGE, "a time zone is a name such as Europe/London");
    return 0;
}

int op_timezone(struct guest *guest, const struct customize_step *step, struct error **err)
{
    AUTO_FREE char *file = xasprintf("/usr/share/zoneinfo/%s", step->first);
    AUTO_FREE char *target = xasprintf("..%s", file);
    if (guest_file_require_regular(guest, file, false, err))
        return error_wrap(err, "the guest does not know this time zone");
    if (guest_file_link(guest, target, "/etc/localtime", err))
        return -1;
    int debian = guest_file_exists(guest, "/etc/timezone", err);
    if (debian <= 0)
        return debian;
    AUTO_FREE char *line = xasprintf("%s\n", step->first);
    return guest_file_write(guest, "/etc/timezone", line, strlen(line), err);
}
