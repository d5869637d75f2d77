/* SPDX-License-Identifier: Apache-2.0 */
/* SSH public keys as lines of authorized_keys. */
#ifndef FORGE_FSIMAGE_OPS_SSH_INJECT_H
#define FORGE_FSIMAGE_OPS_SSH_INJECT_H

#include "fsimage/guest/guest.h"

/* Append the keys in TEXT, one a line, comments left out; ERROR_USAGE when it has none or anything
 * else, such as a private key. */
MUST_CHECK int ssh_keys_parse(const char *text, struct string_list *keys, struct error **err);

/* TEXT, an authorized_keys file, followed by those of KEYS that it has not; owned. */
char *ssh_keys_merge(const char *text, const struct string_list *keys);

/* Append KEYS to the authorized_keys of USER, who must exist and have a home. */
MUST_CHECK int ssh_keys_install(struct guest *guest, const char *user,
                                const struct string_list *keys, struct error **err);

#endif
