/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates and keys that the options name, read. */
#ifndef FORGE_CLI_KEYRING_H
#define FORGE_CLI_KEYRING_H

#include "forge/cli/option_groups.h"

/* {0} is empty; clear with keyring_clear. */
struct keyring {
    struct certificate *certificate, *ec2_certificate;
    struct private_key *key;
};

/* Read what SETTINGS name; what is not named stays NULL. */
MUST_CHECK int keyring_read(struct keyring *keyring, const struct key_settings *settings,
                            struct error **err);

/* Read all that a new bundle needs: certificate, key, and the cloud's certificate by --ec2cert or
 * --region. One that is not named is ERROR_USAGE. */
MUST_CHECK int keyring_read_signing(struct keyring *keyring, const struct key_settings *settings,
                                    const struct options *options, struct error **err);

/* Read the key if PATH is the manifest of a bundle; a disk image needs none. */
MUST_CHECK int keyring_read_for_input(struct keyring *keyring, const struct key_settings *settings,
                                      const char *path, struct error **err);

void keyring_clear(struct keyring *keyring);
#define AUTO_KEYRING __attribute__((cleanup(keyring_clear)))

#endif
