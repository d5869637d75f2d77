/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's init, told by its files. */
#include "fsimage/ops/init_system.h"
#include "fsimage/guest/guest_file.h"

#include <string.h>

/* 1 when the first process is systemd: it may be installed without being that. */
static int is_systemd(struct guest *guest, struct error **err)
{
    int is_link = guestfs_is_symlink(guest_handle(guest), "/sbin/init");
    if (is_link == 0)
        return 0;
    AUTO_FREE char *target = is_link > 0 ? guestfs_readlink(guest_handle(guest), "/sbin/init")
                                         : NULL;
    if (!target)
        return guest_error(guest, err, "/sbin/init");
    return strcmp(path_basename(target), "systemd") == 0;
}

int init_system_find(struct guest *guest, enum init_system *init, struct error **err)
{
    static const struct {
        const char *path;
        enum init_system init;
    } signs[] = {
        { "/sbin/openrc-run", INIT_OPENRC },
        { "/etc/rc2.d", INIT_SYSV },
        { "/etc/rc.d/rc2.d", INIT_SYSV },
    };
    int found = is_systemd(guest, err);
    *init = INIT_SYSTEMD;
    for (size_t i = 0; !found && i < ARRAY_SIZE(signs); i++) {
        found = guest_file_exists(guest, signs[i].path, err);
        *init = signs[i].init;
    }
    if (!found)
        return error_set(err, ERROR_GUEST,
                         "the guest's init is neither systemd nor OpenRC nor System V's");
    return found < 0 ? -1 : 0;
}
