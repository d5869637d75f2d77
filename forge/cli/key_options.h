/* SPDX-License-Identifier: Apache-2.0 */
/* The options about certificates and keys, and the settings they fill. */
#ifndef FORGE_CLI_KEY_OPTIONS_H
#define FORGE_CLI_KEY_OPTIONS_H

#include "forge/cli/options.h"

/* Certificates and keys. Which of the options a verb has depends on what it does with them. */
struct key_settings {
    char *certificate, *private_key, *ec2_certificate, *region, *passphrase;
    char *directory; /* --keys */
};
void declare_signing_keys(struct options *options, struct key_settings *settings);
void declare_rewrapping_keys(struct options *options, struct key_settings *settings);
void declare_checking_keys(struct options *options, struct key_settings *settings);
void declare_checking_certificate(struct options *options, struct key_settings *settings);
void declare_opening_key(struct options *options, struct key_settings *settings);

#endif
