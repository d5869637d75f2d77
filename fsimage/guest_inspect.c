/* SPDX-License-Identifier: Apache-2.0 */
/* What is in the image: one operating system, its facts, its file systems mounted. */
#include "forge/base/log.h"
#include "forge/base/memory.h"
#include "fsimage/guest_check.h"
#include "fsimage/guest_private.h"
#include "fsimage/ops/guest_file.h"

#include <string.h>

static size_t count_of(char *const *list)
{
    size_t count = 0;
    while (list[count])
        count++;
    return count;
}

/* A fact that libguestfs could not find out is "unknown" there, and NULL here. */
static char *fact(char *value)
{
    if (value && strcmp(value, "unknown") == 0) {
        free(value);
        return NULL;
    }
    return value;
}

static void read_facts(guestfs_h *handle, const char *root, struct guest_facts *facts)
{
    facts->root = xstrdup(root);
    facts->type = fact(guestfs_inspect_get_type(handle, root));
    facts->distro = fact(guestfs_inspect_get_distro(handle, root));
    facts->product_name = fact(guestfs_inspect_get_product_name(handle, root));
    facts->arch = fact(guestfs_inspect_get_arch(handle, root));
    facts->hostname = fact(guestfs_inspect_get_hostname(handle, root));
    facts->package_format = fact(guestfs_inspect_get_package_format(handle, root));
    facts->package_management = fact(guestfs_inspect_get_package_management(handle, root));
    facts->major = guestfs_inspect_get_major_version(handle, root);
    facts->minor = guestfs_inspect_get_minor_version(handle, root);
}

void guest_facts_clear(struct guest_facts *facts)
{
    char *strings[] = { facts->root,           facts->type,
                        facts->distro,         facts->arch,
                        facts->product_name,   facts->hostname,
                        facts->package_format, facts->package_management };
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
        free(strings[i]);
    *facts = (struct guest_facts){ 0 };
}

/* Mount points and devices alternate in LIST; "/" has to come before "/usr": shorter ones first. */
static int by_length(const void *left, const void *right)
{
    size_t a = strlen(*(char *const *)left), b = strlen(*(char *const *)right);
    return (a > b) - (a < b);
}

static int mount_one(struct guest *guest, const char *point, const char *device, struct error **err)
{
    int failed = guest->mode == GUEST_READ_ONLY ? guestfs_mount_ro(guest->handle, device, point)
                                                : guestfs_mount(guest->handle, device, point);
    if (!failed)
        return 0;
    struct error *reason = NULL;
    AUTO_FREE char *shown = guest_printable(point);
    guest_error(guest, &reason, "mounting %s on %s", device, shown);
    if (strcmp(point, "/") == 0 || reason->cause == ERROR_INTERRUPTED) {
        reason->cause = reason->cause == ERROR_GUEST ? ERROR_INVALID : reason->cause;
        error_move(err, reason);
        return error_wrap(err, "%s", guest->name);
    }
    log_warn("%s: %s: going on without it", guest->name, reason->message);
    error_free(reason);
    return 0;
}

static int mount_all(struct guest *guest, struct error **err)
{
    AUTO(guest_strings_free)
    char **points = guestfs_inspect_get_mountpoints(guest->handle, guest->facts.root);
    if (!points)
        return guest_error(guest, err, "%s: reading its mount points", guest->name);
    qsort(points, count_of(points) / 2, 2 * sizeof(*points), by_length);
    for (size_t i = 0; points[i] && points[i + 1]; i += 2) {
        if (mount_one(guest, points[i], points[i + 1], err))
            return -1;
    }
    return 0;
}

/* "/dev/sda1 (Debian 12), /dev/sda2 (...)": owned. */
static char *describe_roots(guestfs_h *handle, char *const *roots)
{
    char *text = xstrdup("");
    for (size_t i = 0; roots[i]; i++) {
        AUTO_FREE char *product = guestfs_inspect_get_product_name(handle, roots[i]);
        AUTO_FREE char *shown = guest_printable(product ? product : "unknown");
        char *longer = xasprintf("%s%s%s (%s)", text, i ? ", " : "", roots[i], shown);
        free(text);
        text = longer;
    }
    return text;
}

/* "/dev/sda1 (ext4), /dev/sda2 (crypto_LUKS)": owned. *ENCRYPTED receives the name of a device that
 * is, owned, or stays NULL. */
static char *describe_devices(struct guest *guest, char **encrypted, struct error **err)
{
    AUTO_GUEST_DEVICES struct guest_devices devices = { 0 };
    if (guest_devices_read(guest, &devices, err))
        return NULL;
    char *text = xstrdup("");
    for (size_t i = 0; i < devices.count; i++) {
        const struct guest_device *device = &devices.items[i];
        if (!*device->type)
            continue;
        char *longer =
            xasprintf("%s%s%s (%s)", text, *text ? ", " : "", device->name, device->type);
        free(text);
        text = longer;
        bool is = strcmp(device->type, "crypto_LUKS") == 0 ||
                  strcmp(device->type, "BitLocker") == 0;
        if (is && !*encrypted)
            *encrypted = xstrdup(device->name);
    }
    return text;
}

static int no_system(struct guest *guest, struct error **err)
{
    AUTO_FREE char *encrypted = NULL;
    AUTO_FREE char *list = describe_devices(guest, &encrypted, err);
    if (!list)
        return -1;
    if (encrypted)
        return error_set(err, ERROR_INVALID,
                         "%s: the disk is encrypted (%s), which is not supported: decrypt it first",
                         guest->name, encrypted);
    return error_set(err, ERROR_INVALID, "%s: no operating system found; on the disk there is %s",
                     guest->name, *list ? list : "no file system");
}

/* The one of ROOTS that is meant; borrowed. */
static const char *choose_root(struct guest *guest, char *const *roots, struct error **err)
{
    const char *wanted = guest->options.root;
    if (!roots[0]) {
        no_system(guest, err);
        return NULL;
    }
    for (char *const *root = roots; wanted && *root; root++)
        if (strcmp(*root, wanted) == 0)
            return *root;
    if (!wanted && !roots[1])
        return roots[0];
    AUTO_FREE char *list = describe_roots(guest->handle, roots);
    if (wanted)
        error_set(err, ERROR_INVALID, "%s: no operating system on %s; there is %s", guest->name,
                  wanted, list);
    else
        error_set(err, ERROR_INVALID,
                  "%s: more than one operating system: choose one with --root DEVICE: %s",
                  guest->name, list);
    return NULL;
}

int guest_inspect(struct guest *guest, struct error **err)
{
    AUTO(guest_strings_free) char **roots = guestfs_inspect_os(guest->handle);
    if (!roots) {
        guest_error(guest, err, "inspecting the guest");
        return error_wrap(err, "%s", guest->name);
    }
    const char *root = choose_root(guest, roots, err);
    if (!root)
        return -1;
    read_facts(guest->handle, root, &guest->facts);
    const char *type = guest->facts.type ? guest->facts.type : "unknown";
    if (strcmp(type, "linux") != 0)
        return error_set(err, ERROR_INVALID, "%s: a guest of type \"%s\": only Linux is supported",
                         guest->name, type);
    return mount_all(guest, err);
}
