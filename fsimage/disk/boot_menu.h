/* SPDX-License-Identifier: Apache-2.0 */
/* Boot loaders' menus made to fit another disk: GRUB 2's grub.cfg, and menu.lst of GRUB 0.97 and
 * PV-GRUB. */
#ifndef FORGE_FSIMAGE_DISK_BOOT_MENU_H
#define FORGE_FSIMAGE_DISK_BOOT_MENU_H

#include "forge/base/strings.h"
#include "fsimage/disk/disk_table.h"

/* What is new for the menu. Everything is borrowed. */
struct boot_change {
    const char *root_spec;               /* for the kernel's root=, as in fstab */
    const char *uuid;                    /* of the new root file system */
    const struct string_list *old_uuids; /* of the file systems that went into it */
    bool boot_merged;                    /* /boot had a file system of its own */
    enum disk_layout layout;
};

/* TEXT of a grub.cfg; owned. Old UUIDs become the new one, a kernel's root= the new device, and
 * paths that began in a /boot of its own begin with /boot. */
char *grub_cfg_rewrite(const char *text, const struct boot_change *change);

/* TEXT of a menu.lst; owned. The same, and every "root (hdN...)" names the place that PV-GRUB and
 * GRUB find the file system at: (hd0) without a partition table, else (hd0,0). */
char *menu_lst_rewrite(const char *text, const struct boot_change *change);

#endif
