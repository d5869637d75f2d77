/* SPDX-License-Identifier: Apache-2.0 */
/* GRUB's programs, made in the guest or on this host, and the menu that they look for. */
#include "fsimage/disk/boot_loader.h"
#include "forge/base/log.h"
#include "fsimage/disk/boot_menu_new.h"
#include "fsimage/disk/grub_image.h"
#include "fsimage/guest/guest_file.h"

#include <string.h>

/* As distributions name them, a row each. */
static const char *const mkimages[] = { "/usr/bin/grub-mkimage", "/usr/bin/grub2-mkimage" };
static const char *const menus[] = { "/boot/grub/grub.cfg", "/boot/grub2/grub.cfg" };

static const char *const old_menus[] = { "/boot/grub/menu.lst", "/boot/grub/grub.conf" };

enum { NONE = 99 };

/* The index of the first of PATHS that the guest has, or NONE; -1 on error. */
static int find_first(struct guest *guest, const char *const paths[], int count, struct error **err)
{
    for (int i = 0; i < count; i++) {
        int present = guest_file_exists(guest, paths[i], err);
        if (present)
            return present < 0 ? -1 : i;
    }
    return NONE;
}

/* -- the menu -- */

static char *menu_of_kernels(struct guest *guest, const char *root_spec, struct error **err)
{
    AUTO(guest_strings_free) char **files = guestfs_ls(guest_handle(guest), "/boot");
    if (!files) {
        guest_error(guest, err, "looking for kernels in /boot");
        return NULL;
    }
    AUTO_STRINGS struct string_list names = { 0 };
    for (char **file = files; *file; file++)
        string_list_add(&names, *file);
    char *menu = boot_menu_new(&names, root_spec);
    if (!menu)
        error_set(err, ERROR_GUEST,
                  "the guest has neither a GRUB menu nor a kernel /boot/vmlinuz-VERSION: install "
                  "one, or choose the layout rootfs");
    return menu;
}

/* out->menu, when there is none at out->menu_path. *LEGACY: it reads a menu.lst. */
static int make_menu(struct guest *guest, const char *uuid, struct boot_loader *out, bool *legacy,
                     struct error **err)
{
    *legacy = false;
    int own = find_first(guest, &out->menu_path, 1, err);
    if (own != NONE)
        return own < 0 ? -1 : 0;
    int old = find_first(guest, old_menus, ARRAY_SIZE(old_menus), err);
    if (old < 0)
        return -1;
    AUTO_FREE char *root_spec = xasprintf("UUID=%s", uuid);
    *legacy = old != NONE;
    out->menu = *legacy ? boot_menu_legacy(old_menus[old]) : menu_of_kernels(guest, root_spec, err);
    return out->menu ? 0 : -1;
}

/* -- the images -- */

static int make_images(const struct grub_workshop *workshop, const char *uuid, bool legacy,
                       bool with_efi, struct boot_loader *out, struct error **err)
{
    AUTO_FREE char *prefix = path_dirname(out->menu_path);
    AUTO_FREE char *script =
        xasprintf("search.fs_uuid %s root\nset prefix=($root)%s\n", uuid, prefix);
    out->core = grub_image_make(workshop, GRUB_BIOS, script, legacy, &out->images.core_size, err);
    out->boot = out->core ? grub_image_boot_sector(workshop, &out->images.boot_size, err) : NULL;
    if (out->boot && with_efi)
        out->efi = grub_image_make(workshop, GRUB_UEFI, script, false, &out->efi_size, err);
    return out->boot && (out->efi || !with_efi) ? 0 : -1;
}

static int images_in_guest(struct guest *guest, const char *mkimage, const char *uuid, bool legacy,
                           bool with_efi, struct boot_loader *out, struct error **err)
{
    AUTO_FREE char *dir = guest_file_temporary(guest, err);
    if (!dir) /* most likely a file system that was made as small as can be */
        return error_wrap(err, "grub-mkimage needs a few MiB in the guest");
    const struct grub_workshop workshop = { guest, mkimage, dir };
    int result = make_images(&workshop, uuid, legacy, with_efi, out, err);
    return guest_file_remove_temporary(guest, dir, err) || result ? -1 : 0;
}

/* -- whose GRUB -- */

int boot_loader_make(struct guest *guest, const char *uuid, bool with_efi, const char *scratch,
                     struct boot_loader *out, struct error **err)
{
    /* It goes into GRUB's own script. */
    if (!*uuid || uuid[strspn(uuid, "0123456789abcdefABCDEF-")])
        return error_set(err, ERROR_INVALID, "the UUID of the root file system is none");
    int own = find_first(guest, mkimages, ARRAY_SIZE(mkimages), err);
    int menu = own < 0 ? -1 : find_first(guest, menus, ARRAY_SIZE(menus), err);
    if (menu < 0)
        return -1;
    const char *on_host = own == NONE ? grub_image_on_host() : NULL;
    if (own == NONE && !on_host)
        return error_set(err, ERROR_GUEST,
                         "neither the guest nor this host has grub-mkimage and GRUB's files for "
                         "BIOS: install grub-pc-bin (grub2-pc-modules) in one of them, or choose "
                         "the layout rootfs");
    /* A GRUB looks for its own distribution's menu. */
    out->menu_path = own != NONE ? menus[own] : menu != NONE ? menus[menu] : menus[0];
    bool legacy;
    if (make_menu(guest, uuid, out, &legacy, err))
        return -1;
    if (legacy && with_efi)
        return error_set(err, ERROR_GUEST,
                         "the guest has only a menu.lst, whose kernels GRUB cannot load for UEFI: "
                         "leave out --efi");
    const struct grub_workshop host = { NULL, on_host, scratch };
    if (on_host)
        log_info("the guest has no grub-mkimage: its boot loader is this host's GRUB");
    if (on_host ? make_images(&host, uuid, legacy, with_efi, out, err)
                : images_in_guest(guest, mkimages[own], uuid, legacy, with_efi, out, err))
        return -1;
    out->images.boot = (const unsigned char *)out->boot;
    out->images.core = (const unsigned char *)out->core;
    return 0;
}

void boot_loader_clear(struct boot_loader *loader)
{
    free(loader->boot);
    free(loader->core);
    free(loader->efi);
    free(loader->menu);
    *loader = (struct boot_loader){ 0 };
}
