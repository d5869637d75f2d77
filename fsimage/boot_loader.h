/* SPDX-License-Identifier: Apache-2.0 */
/* GRUB 2 for BIOS and UEFI, made by the guest's own tools for a disk that is yet to be. */
#ifndef FORGE_FSIMAGE_BOOT_LOADER_H
#define FORGE_FSIMAGE_BOOT_LOADER_H

#include "fsimage/grub_embed.h"
#include "fsimage/guest.h"

/* {0} before; clear with boot_loader_clear. */
struct boot_loader {
    struct grub_images images; /* its pointers are into the two below */
    char *boot, *core;
    char *efi; /* a program for UEFI on x86-64, when it was asked for */
    size_t efi_size;
};

/* Have GUEST make a core.img, and WITH_EFI a program for UEFI, that find their menu on the file
 * system with UUID. Nothing is left in the guest. ERROR_GUEST when it has no grub-mkimage or lacks
 * GRUB's files for that firmware. */
MUST_CHECK int boot_loader_make(struct guest *guest, const char *uuid, bool with_efi,
                                struct boot_loader *out, struct error **err);

void boot_loader_clear(struct boot_loader *loader);

#endif
