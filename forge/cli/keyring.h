/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates and keys that the options name, read. */
#ifndef FORGE_CLI_KEYRING_H
#define FORGE_CLI_KEYRING_H

#include "forge/cli/key_options.h"
#include "manifest/key_directory.h"

/* {0} is empty; clear with keyring_clear. */
struct keyring {
    struct certificate *certificate, *ec2_certificate;
    struct private_key *key;
    struct key_directory *directory; /* of --keys */
    const struct private_key *opens; /* the input: one of the above, or NULL; borrowed */
    struct secret *seed;
};

/* Read what SETTINGS name; what is not named stays NULL. */
MUST_CHECK int keyring_read(struct keyring *keyring, const struct key_settings *settings,
                            struct error **err);

/* Read all that a new bundle needs: certificate, key, and the cloud's certificate by --ec2cert or
 * --region. One that is not named is ERROR_USAGE. */
MUST_CHECK int keyring_read_signing(struct keyring *keyring, const struct key_settings *settings,
                                    const struct options *options, struct error **err);

/* Read the key, and the certificate of another cloud by --ec2cert or --region. */
MUST_CHECK int keyring_read_rewrapping(struct keyring *keyring, const struct key_settings *settings,
                                       const struct options *options, struct error **err);

/* Read the seed of reproducible bundles, at most 1 MiB, at PATH. */
MUST_CHECK int keyring_read_seed(struct keyring *keyring, const char *path, struct error **err);

/* Read the key that OPENS the bundle if PATH is a manifest; a disk image needs none. */
MUST_CHECK int keyring_read_for_input(struct keyring *keyring, const struct key_settings *settings,
                                      const char *path, struct error **err);

/* The key to open MANIFEST's bundle with, and the certificate to check its signature by: the one
 * that was named, else the fitting one of --keys, else NULL. Borrowed. */
const struct private_key *keyring_key(const struct keyring *keyring,
                                      const struct manifest *manifest);
const struct certificate *keyring_certificate(const struct keyring *keyring,
                                              const struct manifest *manifest);

/* The same for a bundle whose manifest is at PATH. ERROR_INVALID when it cannot be read. */
MUST_CHECK int keyring_key_for(const struct keyring *keyring, const char *path,
                               const struct private_key **key, struct error **err);

void keyring_clear(struct keyring *keyring);
#define AUTO_KEYRING __attribute__((cleanup(keyring_clear)))

#endif
