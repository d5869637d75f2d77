/* SPDX-License-Identifier: Apache-2.0 */
/* Menus from the names of kernels, as distributions give them. */
#include "fsimage/disk/boot_menu_new.h"

#include <string.h>

#define KERNEL "vmlinuz-"

/* Beside vmlinuz-VERSION lies one of these. */
static const struct {
    const char *prefix, *suffix;
} ram_disks[] = {
    { "initrd.img-", "" },    /* Debian */
    { "initramfs-", ".img" }, /* Red Hat, Arch */
    { "initrd-", "" },        /* SUSE */
    { "initrd-", ".img" },    /* old Red Hat */
    { "initrd.img-", ".gz" },
};

/* What a cloud shows is the serial console. */
static const char head[] = "# Written by forge, as there was no menu.\n"
                           "serial --unit=0 --speed=115200\n"
                           "terminal_input console serial\n"
                           "terminal_output console serial\n"
                           "set timeout=1\n";

static bool is_plain(const char *name)
{
    return !name[strspn(name,
                        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._+~-")];
}

static bool has(const struct string_list *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return true;
    return false;
}

static int newest_first(const void *a, const void *b)
{
    return strverscmp(*(char *const *)b, *(char *const *)a);
}

/* The RAM disk of VERSION; owned, NULL when there is none. */
static char *find_ram_disk(const struct string_list *names, const char *version)
{
    for (size_t i = 0; i < ARRAY_SIZE(ram_disks); i++) {
        AUTO_FREE char *name =
            xasprintf("%s%s%s", ram_disks[i].prefix, version, ram_disks[i].suffix);
        if (has(names, name))
            return STEAL(name);
    }
    return NULL;
}

static char *entry(const struct string_list *names, const char *kernel, const char *root_spec)
{
    AUTO_FREE char *disk = find_ram_disk(names, kernel + strlen(KERNEL));
    AUTO_FREE char *initrd = disk ? xasprintf("  initrd /boot/%s\n", disk) : xstrdup("");
    return xasprintf("menuentry 'Linux %s' {\n"
                     "  linux /boot/%s root=%s ro console=tty0 console=ttyS0,115200\n"
                     "%s}\n",
                     kernel + strlen(KERNEL), kernel, root_spec, initrd);
}

char *boot_menu_new(const struct string_list *names, const char *root_spec)
{
    AUTO_STRINGS struct string_list kernels = { 0 };
    for (size_t i = 0; i < names->count; i++)
        if (starts_with(names->items[i], KERNEL) && is_plain(names->items[i]))
            string_list_add(&kernels, names->items[i]);
    if (!kernels.count)
        return NULL;
    qsort(kernels.items, kernels.count, sizeof(*kernels.items), newest_first);
    AUTO_FREE char *text = xstrdup(head);
    for (size_t i = 0; i < kernels.count; i++) {
        AUTO_FREE char *before = STEAL(text);
        AUTO_FREE char *next = entry(names, kernels.items[i], root_spec);
        text = xasprintf("%s%s", before, next);
    }
    return STEAL(text);
}

char *boot_menu_legacy(const char *path)
{
    return xasprintf("%slegacy_configfile %s\n", head, path);
}
