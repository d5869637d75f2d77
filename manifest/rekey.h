/* SPDX-License-Identifier: Apache-2.0 */
/* Another manifest for the same parts: the AES key wrapped for another cloud, signed again. */
#ifndef FORGE_MANIFEST_REKEY_H
#define FORGE_MANIFEST_REKEY_H

#include "manifest/id_map.h"
#include "manifest/keys.h"
#include "manifest/manifest.h"

/* Borrowed; what is NULL stays as it is in the manifest. */
struct rekey_options {
    const struct private_key *user_key;        /* opens the bundle and signs; required */
    const struct certificate *ec2_certificate; /* of the new cloud; NULL keeps its wrapped key */
    const char *kernel_id, *ramdisk_id;        /* "" removes the id */
    const struct id_map *id_map;               /* for the ids not given */
    const char *region;                        /* the column of ID_MAP */
};

/* The new document, always of version 2007-10-10; owned, *LENGTH bytes. Every other field is kept;
 * what an old version lacks is completed as AWS's migration does (type machine, version 3 is i386).
 * ERROR_INVALID: the key is none of this bundle's; ERROR_USAGE: the table lacks an id. */
MUST_CHECK char *rekey_manifest(const struct manifest *from, const struct rekey_options *options,
                                size_t *length, struct error **err);

#endif
