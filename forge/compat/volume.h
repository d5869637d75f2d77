/* SPDX-License-Identifier: Apache-2.0 */
/* What ec2-bundle-vol copies: where it is, and what its disk is like. */
#ifndef FORGE_COMPAT_VOLUME_H
#define FORGE_COMPAT_VOLUME_H

#include "fsimage/disk/local_mounts.h"

#include <stdbool.h>

/* {0} before; clear with volume_clear. */
struct volume {
    const char *path;           /* borrowed */
    char *root;                 /* of a directory: its real path; NULL: an image or an archive */
    struct local_mounts mounts; /* of this host, when it is a directory */
    struct local_facts facts;   /* when it is a mount point of a block device */
    bool image;                 /* a disk image */
    enum disk_layout layout;    /* as its own disk's, or DISK_GPT; DISK_KEEP when not known */
};

/* Find out about PATH: a directory, a disk image, or an archive (FORMAT.md 10, step 3). MUST_KNOW
 * makes it an error when the layout of a mounted disk is not known; without, there is a warning. */
MUST_CHECK int volume_open(struct volume *volume, const char *path, bool must_know,
                           struct error **err);

void volume_clear(struct volume *volume);

#endif
