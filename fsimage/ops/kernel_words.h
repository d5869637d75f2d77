/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel's arguments, found and changed in the files of boot loaders. */
#ifndef FORGE_FSIMAGE_OPS_KERNEL_WORDS_H
#define FORGE_FSIMAGE_OPS_KERNEL_WORDS_H

#include "forge/base/error.h"
#include "forge/base/strings.h"

enum kernel_file {
    KERNEL_FILE_GRUB_CFG,      /* GRUB 2's menu: linux PATH ARGUMENT... */
    KERNEL_FILE_MENU_LST,      /* GRUB 0.97's: kernel PATH ARGUMENT..., and Debian's "# kopt=" */
    KERNEL_FILE_ENTRY,         /* an entry of the Boot Loader Specification: options ARGUMENT... */
    KERNEL_FILE_ENTRY_OF_LIST, /* the same, where $kernelopts stands for a list elsewhere: that one
                                  is added to */
    KERNEL_FILE_LIST,          /* that list, a variable in grub.cfg: set kernelopts="ARGUMENT..." */
    KERNEL_FILE_ENV,           /* or in grubenv: kernelopts=ARGUMENT... */
    KERNEL_FILE_DEFAULT,       /* what grub-mkconfig reads: GRUB_CMDLINE_LINUX="ARGUMENT..." */
    KERNEL_FILE_PLAIN,         /* kernel-install's cmdline: nothing else */
};

/* TEXT of such a file with CHANGES made to every list of arguments; owned. *FOUND is how many there
 * are. A change is an argument to add unless it is there, or "-" and one to remove: "-quiet",
 * "-console=ttyS0"; without a "=" it stands for any value. Other text stays as it is. */
char *kernel_words_change(const char *text, enum kernel_file kind,
                          const struct string_list *changes, size_t *found);

/* The same for BLOCK, a grubenv of LENGTH bytes, which stays as long as it is: what it has no room
 * for is ERROR_GUEST, as is a block that is damaged. One without kernelopts is not looked at. */
char *kernel_env_change(const char *block, size_t length, const struct string_list *changes,
                        size_t *found, struct error **err);

#endif
