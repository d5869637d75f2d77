/* SPDX-License-Identifier: Apache-2.0 */
/* --kernel-cmdline ARGUMENT...: what the kernel is started with, in the boot loader's menu and in
 * what the menu is made from. */
#include "fsimage/ops/guest_file.h"
#include "fsimage/ops/kernel_words.h"
#include "fsimage/ops/ops.h"

#include <ctype.h>
#include <string.h>

/* The menu itself is changed, rather than made anew by the guest's grub-mkconfig, which looks at
 * devices: those of the appliance. */
enum place_role {
    SETTING, /* of menus that are made later */
    MENU,    /* the boot loader reads it: one has to have a kernel */
    LIST,    /* what $kernelopts in entries stands for */
};

static const struct {
    const char *pattern;
    enum kernel_file kind;
    enum place_role role;
} places[] = {
    { "/boot/grub2/grubenv", KERNEL_FILE_ENV, LIST },
    { "/boot/efi/EFI/*/grubenv", KERNEL_FILE_ENV, LIST },
    { "/boot/grub2/grub.cfg", KERNEL_FILE_LIST, LIST },
    { "/boot/efi/EFI/*/grub.cfg", KERNEL_FILE_LIST, LIST },
    { "/boot/grub/grub.cfg", KERNEL_FILE_GRUB_CFG, MENU },
    { "/boot/grub2/grub.cfg", KERNEL_FILE_GRUB_CFG, MENU },
    { "/boot/efi/EFI/*/grub.cfg", KERNEL_FILE_GRUB_CFG, MENU },
    { "/boot/loader/entries/*.conf", KERNEL_FILE_ENTRY, MENU }, /* behind the lists */
    { "/boot/grub/menu.lst", KERNEL_FILE_MENU_LST, MENU },
    { "/boot/grub/grub.conf", KERNEL_FILE_MENU_LST, MENU },
    { "/etc/default/grub", KERNEL_FILE_DEFAULT, SETTING },
    { "/etc/default/grub.d/*.cfg", KERNEL_FILE_DEFAULT, SETTING },
    { "/etc/kernel/cmdline", KERNEL_FILE_PLAIN, SETTING },
};

/* Leaves the changes in ITEMS. */
int check_kernel_cmdline(struct customize_step *step, struct error **err)
{
    for (const char *at = step->first; *at; at++)
        if (iscntrl((unsigned char)*at) || strchr("\"'\\`$#;&|<>{}()", *at))
            return error_set(err, ERROR_USAGE,
                             "an argument of the kernel has no quotes and nothing that a boot "
                             "loader's shell would read");
    string_list_split(&step->items, step->first, ' ');
    for (size_t i = 0; i < step->items.count; i++)
        if (strcmp(step->items.items[i], "-") == 0)
            return error_set(err, ERROR_USAGE, "\"-\" stands before an argument to remove");
    return step->items.count ? 0 : error_set(err, ERROR_USAGE, "there is no argument");
}

static int change_file(struct guest *guest, const char *path, enum kernel_file kind,
                       const struct string_list *changes, size_t *found, struct error **err)
{
    size_t length;
    AUTO_FREE char *text = guest_file_read(guest, path, &length, err);
    if (!text)
        return -1;
    AUTO_FREE char *changed = kind == KERNEL_FILE_ENV
                                  ? kernel_env_change(text, length, changes, found, err)
                                  : kernel_words_change(text, kind, changes, found);
    if (!changed)
        return error_wrap(err, "%s", path);
    if (strcmp(text, changed) == 0)
        return 0;
    return guest_file_write(guest, path, changed, strlen(changed), err);
}

int op_kernel_cmdline(struct guest *guest, const struct customize_step *step, struct error **err)
{
    size_t counts[] = { [SETTING] = 0, [MENU] = 0, [LIST] = 0 };
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        AUTO(guest_strings_free)
        char **paths = guestfs_glob_expand(guest_handle(guest), places[i].pattern);
        if (!paths)
            return guest_error(guest, err, "%s", places[i].pattern);
        enum kernel_file kind = places[i].kind;
        if (kind == KERNEL_FILE_ENTRY && counts[LIST])
            kind = KERNEL_FILE_ENTRY_OF_LIST;
        for (char **path = paths; *path; path++) {
            size_t found = 0;
            if (change_file(guest, *path, kind, &step->items, &found, err))
                return -1;
            counts[places[i].role] += found;
        }
    }
    return counts[MENU]
               ? 0
               : error_set(err, ERROR_GUEST,
                           "no menu of GRUB that is known has a kernel (grub.cfg, menu.lst, "
                           "loader/entries in /boot)");
}
