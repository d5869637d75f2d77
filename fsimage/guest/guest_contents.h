/* SPDX-License-Identifier: Apache-2.0 */
/* What inspect shows of an open guest beyond its facts: file systems and kernels. */
#ifndef FORGE_FSIMAGE_GUEST_GUEST_CONTENTS_H
#define FORGE_FSIMAGE_GUEST_GUEST_CONTENTS_H

#include "fsimage/guest/guest.h"

struct guest_filesystem {
    char *device, *type, *label, *uuid; /* LABEL and UUID are NULL when there is none */
    char *mount_point;                  /* NULL: not mounted by this guest */
    int64_t size;                       /* bytes */
};

/* Owned; strings from the guest are not trusted. */
struct guest_contents {
    struct guest_filesystem *filesystems;
    size_t filesystem_count;
    struct string_list kernels; /* file names in /boot without the directory */
};

MUST_CHECK int guest_contents_read(struct guest *guest, struct guest_contents *out,
                                   struct error **err);
void guest_contents_clear(struct guest_contents *contents);
#define AUTO_CONTENTS __attribute__((cleanup(guest_contents_clear)))

#endif
