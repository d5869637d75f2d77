/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords as shadow(5) keeps them. */
#ifndef FORGE_FSIMAGE_OPS_PASSWORD_H
#define FORGE_FSIMAGE_OPS_PASSWORD_H

#include "forge/base/error.h"

#include <stdbool.h>

enum { PASSWORD_HASH_SIZE = 384 }; /* crypt(3)'s CRYPT_OUTPUT_SIZE */

/* HASH becomes the SHA-512 crypt(3) hash of PASSWORD under a fresh salt. */
MUST_CHECK int password_hash(const char *password, char hash[PASSWORD_HASH_SIZE],
                             struct error **err);

/* A password that nobody can guess; owned, to be wiped. */
MUST_CHECK char *password_random(struct error **err);

/* TEXT, an /etc/shadow, with HASH (NULL: the one that is there) as USER's password, behind "!" when
 * LOCKED; owned. */
MUST_CHECK char *password_replace(char *text, const char *user, const char *hash, bool locked,
                                  struct error **err);

#endif
