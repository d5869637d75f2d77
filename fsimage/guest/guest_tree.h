/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's files out of the appliance, for trees that cannot be read directly. */
#ifndef FORGE_FSIMAGE_GUEST_GUEST_TREE_H
#define FORGE_FSIMAGE_GUEST_GUEST_TREE_H

#include "fsimage/guest/guest.h"

/* Write all that GUEST has mounted, but its EFI system partition, as a new tar archive at PATH:
 * xattrs, ACLs and SELinux labels included, sockets and holes lost. Slow in software emulation. */
MUST_CHECK int guest_tree_archive(struct guest *guest, const char *path, struct error **err);

#endif
