/* SPDX-License-Identifier: Apache-2.0 */
/* Libarchive's ACLs as the extended attributes that the kernel would show. */
#ifndef FORGE_FSIMAGE_TREE_ARCHIVE_ACL_H
#define FORGE_FSIMAGE_TREE_ARCHIVE_ACL_H

#include "forge/base/error.h"

struct archive_entry;

/* Turn the POSIX ACLs of ENTRY into system.posix_acl_access and -default, unless it has these as
 * attributes already. ERROR_INVALID: a user or group by name alone. */
MUST_CHECK int archive_acl_to_xattrs(struct archive_entry *entry, struct error **err);

#endif
