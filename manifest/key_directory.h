/* SPDX-License-Identifier: Apache-2.0 */
/* A directory full of keys and certificates, of which the one that fits a bundle is looked for. */
#ifndef FORGE_MANIFEST_KEY_DIRECTORY_H
#define FORGE_MANIFEST_KEY_DIRECTORY_H

#include "manifest/manifest.h"

struct key_directory;

/* Read every *.pem file of the directory at PATH, by name: RSA keys and certificates are kept, all
 * else is passed over with a line in the debug log; an encrypted key is read only when PASSPHRASE
 * is given. ERROR_INVALID when the directory cannot be read or holds neither. */
MUST_CHECK struct key_directory *
key_directory_read(const char *path, const struct passphrase *passphrase, struct error **err);
void key_directory_free(struct key_directory *directory);
DEFINE_CLEANUP(struct key_directory *, key_directory_free)

/* The key that opens MANIFEST's bundle, or else any key (which then does not), or NULL. Borrowed.
 */
const struct private_key *key_directory_key(const struct key_directory *directory,
                                            const struct manifest *manifest);

/* The certificate that MANIFEST's signature is checked by, or else any certificate, or NULL. */
const struct certificate *key_directory_certificate(const struct key_directory *directory,
                                                    const struct manifest *manifest);

#endif
