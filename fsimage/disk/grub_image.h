/* SPDX-License-Identifier: Apache-2.0 */
/* GRUB 2 as one program for a firmware, by grub-mkimage in a guest or on this host. */
#ifndef FORGE_FSIMAGE_DISK_GRUB_IMAGE_H
#define FORGE_FSIMAGE_DISK_GRUB_IMAGE_H

#include "fsimage/guest/guest.h"

enum grub_firmware {
    GRUB_BIOS, /* a core.img */
    GRUB_UEFI, /* a program for x86-64 */
};

/* Where grub-mkimage runs, with GRUB's files beside it. Everything is borrowed. */
struct grub_workshop {
    struct guest *guest; /* NULL: this host */
    const char *mkimage; /* its name or path there */
    const char *dir;     /* an empty directory there, for its files */
};

/* The program for FIRMWARE with the modules of any menu by grub-mkconfig, as the tree may have none
 * beside it; with LEGACY what reads a menu.lst, too (GRUB_BIOS only). It runs SCRIPT before it
 * looks for its menu. Owned, *SIZE bytes. ERROR_GUEST or ERROR_HOST: GRUB's files for FIRMWARE are
 * not there, with what to install. */
MUST_CHECK char *grub_image_make(const struct grub_workshop *workshop, enum grub_firmware firmware,
                                 const char *script, bool legacy, size_t *size, struct error **err);

/* GRUB's boot.img; owned, *SIZE bytes. */
MUST_CHECK char *grub_image_boot_sector(const struct grub_workshop *workshop, size_t *size,
                                        struct error **err);

/* The name of this host's grub-mkimage; NULL when it has none, or no files for a BIOS. */
const char *grub_image_on_host(void);

#endif
