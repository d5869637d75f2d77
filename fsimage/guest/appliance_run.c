/* SPDX-License-Identifier: Apache-2.0 */
/* libguestfs's "debug sh", with the exit status behind the output. */
#include "fsimage/guest/appliance_run.h"
#include "forge/base/memory.h"
#include "fsimage/guest/guest_private.h"

#include <string.h>

/* The appliance's shell sees the name: of a logical volume it is the image's, though lvm(8) and
 * udev(7) let nothing else into it. */
static bool is_plain(const char *device)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "/_.+-:";
    return starts_with(device, "/dev/") && !device[strspn(device, allowed)];
}

/* The number in OUTPUT's last line, which is cut off. */
static bool take_status(char *output, int *status)
{
    size_t length = strlen(output);
    while (length && output[length - 1] == '\n')
        output[--length] = '\0';
    char *line = strrchr(output, '\n');
    char *number = line ? line + 1 : output;
    int64_t value;
    if (!parse_integer(number, 0, 255, &value))
        return false;
    *number = '\0';
    *status = (int)value;
    return true;
}

/* COMMAND by the appliance's shell: what it printed, then a line with its exit status. */
static char *run_shell(struct guest *guest, const char *command, struct error **err)
{
    AUTO_FREE char *line =
        xasprintf("{ %s </dev/null 2>&1; status=$?; echo; echo $status; } | tail -c 4000", command);
    char *const arguments[] = { line, NULL };
    char *printed = guestfs_debug(guest->handle, "sh", arguments);
    if (!printed)
        guest_error(guest, err, "running \"%s\" in the appliance", command);
    return printed;
}

/* The kernel may number disks in another order than they were added; libguestfs's own calls
 * translate names, and this one does not. There are two: ours, and the one that the appliance runs
 * from. */
static int find_disk(struct guest *guest, struct error **err)
{
    AUTO_FREE char *lines =
        guest->disk ? NULL : run_shell(guest, "lsblk -nrpdo NAME,TYPE,MOUNTPOINT", err);
    if (guest->disk || !lines)
        return guest->disk ? 0 : -1;
    char *rest = lines;
    for (char *line; (line = strsep(&rest, "\n"));) {
        char *name = strsep(&line, " "), *type = strsep(&line, " ");
        if (type && strcmp(type, "disk") == 0 && (!line || strcmp(line, "/") != 0)) {
            free(guest->disk);
            guest->disk = xstrdup(name);
        }
    }
    return guest->disk ? 0 : error_set(err, ERROR_GUEST, "the appliance has no disk");
}

int appliance_run(struct guest *guest, const char *command, const char *device, int *status,
                  char **output, struct error **err)
{
    static const char ours[] = APPLIANCE_DISK;
    if (!is_plain(device)) {
        AUTO_FREE char *shown = guest_printable(device);
        return error_set(err, ERROR_INVALID, "a volume has an impossible name: %s", shown);
    }
    if (find_disk(guest, err))
        return -1;
    AUTO_FREE char *name = starts_with(device, ours)
                               ? xasprintf("%s%s", guest->disk, device + strlen(ours))
                               : xstrdup(device);
    AUTO_FREE char *line = xasprintf("%s %s", command, name);
    AUTO_FREE char *printed = run_shell(guest, line, err);
    if (!printed)
        return -1;
    if (!take_status(printed, status))
        return error_set(err, ERROR_GUEST, "%s %s: no exit status", command, device);
    *output = text_replace(printed, guest->disk, ours);
    return 0;
}
