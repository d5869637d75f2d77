/* SPDX-License-Identifier: Apache-2.0 */
/* GRUB 2 for BIOS and UEFI, made by the guest's own tools for a disk that is yet to be. */
#ifndef FORGE_FSIMAGE_DISK_BOOT_LOADER_H
#define FORGE_FSIMAGE_DISK_BOOT_LOADER_H

#include "fsimage/disk/grub_embed.h"
#include "fsimage/guest/guest.h"

/* {0} before; clear with boot_loader_clear. */
struct boot_loader {
    struct grub_images images; /* its pointers are into the two below */
    char *boot, *core;
    char *efi; /* the program for UEFI, when it was asked for */
    size_t efi_size;
    const char *menu_path; /* where it looks for its menu: "boot/grub/grub.cfg" */
    char *menu;            /* the menu for there; NULL when GUEST has one */
};

/* Have GUEST's own GRUB, or this host's when it has none, make a core.img, and WITH_EFI a program
 * for UEFI, that find their menu on the file system with UUID. A guest without such a menu gets one
 * that reads its menu.lst (not WITH_EFI: ERROR_GUEST), or else one of the kernels in /boot, without
 * any ERROR_GUEST. Nothing is left in the guest; the host's grub-mkimage works in SCRATCH (a path).
 * ERROR_GUEST when neither has grub-mkimage and GRUB's files for BIOS; with the words of
 * grub_image_make when those for one firmware are missing where grub-mkimage is. */
MUST_CHECK int boot_loader_make(struct guest *guest, const char *uuid, bool with_efi,
                                const char *scratch, struct boot_loader *out, struct error **err);

void boot_loader_clear(struct boot_loader *loader);

#endif
