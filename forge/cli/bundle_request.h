/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs that make bundles share: settings into a request, the result onto stdout. */
#ifndef FORGE_CLI_BUNDLE_REQUEST_H
#define FORGE_CLI_BUNDLE_REQUEST_H

#include "forge/cli/command_table.h"
#include "forge/cli/keyring.h"

/* How PATH is opened; the strings stay SETTINGS', the key KEYRING's. */
struct input_options input_options_of(const struct input_settings *settings,
                                      const struct keyring *keyring);

/* Read the keys into KEYRING, complete SETTINGS with defaults, and point REQUEST at both.
 * ERROR_USAGE when the account or a key is not named. */
MUST_CHECK int bundle_request_fill(struct build_request *request, struct bundle_settings *settings,
                                   const struct key_settings *keys, const struct options *options,
                                   struct keyring *keyring, const char *default_name,
                                   struct error **err);

/* The manifest's path, or all about it as JSON; and the statistics, if SETTINGS ask for them. */
MUST_CHECK int bundle_result_print(const struct build_result *result,
                                   const struct bundle_settings *settings, struct error **err);

#endif
