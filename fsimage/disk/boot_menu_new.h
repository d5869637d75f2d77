/* SPDX-License-Identifier: Apache-2.0 */
/* A grub.cfg for a system that has none. */
#ifndef FORGE_FSIMAGE_DISK_BOOT_MENU_NEW_H
#define FORGE_FSIMAGE_DISK_BOOT_MENU_NEW_H

#include "forge/base/strings.h"

/* A menu of the kernels among NAMES, those of the files in /boot, newest first, each with its
 * initial RAM disk if there is one; ROOT_SPEC is for the kernels' root=. Owned; NULL when there is
 * no kernel. Names that GRUB's script would not take as they are do not count. */
char *boot_menu_new(const struct string_list *names, const char *root_spec);

/* One that reads the menu.lst at PATH, of GRUB 0.97 or PV-GRUB; owned. */
char *boot_menu_legacy(const char *path);

#endif
