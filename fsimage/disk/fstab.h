/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's fstab(5) made to fit another disk. */
#ifndef FORGE_FSIMAGE_DISK_FSTAB_H
#define FORGE_FSIMAGE_DISK_FSTAB_H

#include "forge/base/strings.h"

/* How the new disk looks to the guest. Everything is borrowed. */
struct fstab_disk {
    const char *root_spec;            /* "UUID=...", "LABEL=...", "/dev/sda1" */
    const char *root_type;            /* "ext4" */
    const char *efi_spec;             /* of the EFI system partition; NULL: there is none */
    const struct string_list *merged; /* mount points whose file systems went into the root's */
};

/* TEXT for DISK: owned. The lines of / and of the EFI system partition (at /boot/efi or /efi) get
 * their device and type, and lose the options of another type; lines of merged file systems, of an
 * EFI system partition that is not there, and of swap on partitions become comments that say why;
 * all else stays as it is, byte for byte. A text without these lines gets them; a guest that cannot
 * mount FAT, or lacks /boot/efi, boots all the same. */
char *fstab_rewrite(const char *text, const struct fstab_disk *disk);

/* The two that ec2-bundle-vol generates (FORMAT.md 10, step 8): devices as Amazon's first
 * paravirtual instances have them. */
enum fstab_template {
    FSTAB_DEFAULT, /* an instance store on /dev/sdb */
    FSTAB_LEGACY,  /* of i386: it and swap space on /dev/sda2 and /dev/sda3 */
};

/* One of them, with / of ROOT_TYPE where the original always says ext3; owned. */
char *fstab_template(enum fstab_template which, const char *root_type);

#endif
