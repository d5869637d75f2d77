/* SPDX-License-Identifier: Apache-2.0 */
/* lsblk says what there is, e2fsck what it is worth. */
#include "fsimage/guest/guest_check.h"
#include "forge/base/log.h"
#include "forge/base/memory.h"
#include "fsimage/guest/appliance_run.h"
#include "fsimage/guest/guest_file.h"
#include "fsimage/guest/guest_private.h"

#include <string.h>

/* e2fsck(8): 1 and 2 are "errors corrected"; in what is above, something was not. */
enum { FSCK_CORRECTED = 3 };

/* -- what there is -- */

static void add_device(struct guest_devices *devices, const char *name, const char *type)
{
    for (size_t i = 0; i < devices->count; i++)
        if (strcmp(devices->items[i].name, name) == 0)
            return; /* a volume on two partitions */
    devices->items = xrealloc(devices->items, devices->count + 1, sizeof(*devices->items));
    devices->items[devices->count++] = (struct guest_device){ xstrdup(name), xstrdup(type) };
}

int guest_devices_read(struct guest *guest, struct guest_devices *out, struct error **err)
{
    AUTO_FREE char *lines = NULL;
    int status;
    if (appliance_run(guest, "lsblk -nrpo NAME,FSTYPE", APPLIANCE_DISK, &status, &lines, err))
        return -1;
    if (status)
        return error_set(err, ERROR_GUEST, "listing the devices of the disk: %s", lines);
    char *rest = lines;
    for (char *line; (line = strsep(&rest, "\n"));) {
        char *name = strsep(&line, " ");
        if (*name)
            add_device(out, name, line ? line : "");
    }
    return 0;
}

void guest_devices_clear(struct guest_devices *devices)
{
    for (size_t i = 0; i < devices->count; i++) {
        free(devices->items[i].name);
        free(devices->items[i].type);
    }
    free(devices->items);
    *devices = (struct guest_devices){ 0 };
}

/* -- what it is worth -- */

/* The superblock's own words, as tune2fs -l prints them. */
struct ext_state {
    bool marked; /* the kernel has met errors, or there is no superblock to be read */
    bool dirty;  /* not unmounted */
};

static struct ext_state read_state(struct guest *guest, const char *device)
{
    struct ext_state state = { .marked = true };
    guestfs_push_error_handler(guest->handle, NULL, NULL);
    AUTO(guest_strings_free) char **pairs = guestfs_tune2fs_l(guest->handle, device);
    guestfs_pop_error_handler(guest->handle);
    for (char **pair = pairs; pair && pair[0] && pair[1]; pair += 2) {
        if (strcmp(pair[0], "Filesystem state") == 0) {
            state.marked = strstr(pair[1], "errors");
            state.dirty |= starts_with(pair[1], "not clean");
        }
        if (strcmp(pair[0], "Filesystem features") == 0)
            state.dirty |= strstr(pair[1], "needs_recovery") || strstr(pair[1], "orphan_present");
    }
    return state;
}

static int fsck(struct guest *guest, const char *options, const char *device, int *status,
                char **words, struct error **err)
{
    AUTO_FREE char *command = xasprintf("e2fsck %s", options);
    AUTO_FREE char *output = NULL;
    if (appliance_run(guest, command, device, status, &output, err))
        return -1;
    *words = guest_printable(output);
    return 0;
}

/* What every boot does: the journal is replayed, what was deleted while open is released. */
static int replay(struct guest *guest, const char *device, struct error **err)
{
    AUTO_FREE char *words = NULL;
    int status;
    if (fsck(guest, "-p", device, &status, &words, err))
        return -1;
    if (status & ~FSCK_CORRECTED)
        return 0; /* the check will say why */
    log_info("%s: the file system on %s was not unmounted: its journal is replayed in the copy",
             guest->name, device);
    return 0;
}

static int repair(struct guest *guest, const char *device, struct error **err)
{
    AUTO_FREE char *words = NULL;
    int status;
    if (fsck(guest, "-fy", device, &status, &words, err))
        return -1;
    if (status & ~FSCK_CORRECTED)
        return error_set(err, ERROR_INVALID,
                         "%s: e2fsck cannot repair the file system on %s; its last words:\n%s",
                         guest->name, device, words);
    log_info("%s: the file system on %s is repaired in the copy; e2fsck's last words:\n%s",
             guest->name, device, words);
    return 0;
}

int guest_check_ext(struct guest *guest, const char *device, struct error **err)
{
    struct ext_state state = read_state(guest, device);
    AUTO_FREE char *words = NULL;
    int status;
    if (state.dirty && !state.marked && replay(guest, device, err))
        return -1;
    if (fsck(guest, "-fn", device, &status, &words, err))
        return -1;
    if (!status && !state.marked)
        return 0;
    if (guest->options.repair)
        return repair(guest, device, err);
    return error_set(err, ERROR_INVALID,
                     "%s: the file system on %s has errors (--repair mends them in a copy); "
                     "e2fsck's last words:\n%s",
                     guest->name, device, words);
}

int guest_check_disk(struct guest *guest, struct error **err)
{
    AUTO_GUEST_DEVICES struct guest_devices devices = { 0 };
    if (guest_devices_read(guest, &devices, err))
        return -1;
    for (size_t i = 0; i < devices.count; i++) {
        const struct guest_device *device = &devices.items[i];
        if (strcmp(device->type, "swsuspend") == 0)
            return error_set(err, ERROR_INVALID,
                             "%s: the system is hibernated, its memory saved in %s: start it and "
                             "shut it down first",
                             guest->name, device->name);
        bool ext = strcmp(device->type, "ext2") == 0 || strcmp(device->type, "ext3") == 0 ||
                   strcmp(device->type, "ext4") == 0;
        if (ext && guest_check_ext(guest, device->name, err))
            return -1;
    }
    return 0;
}
