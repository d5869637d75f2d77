/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs that look into an image share: its options, and a read-only guest session. */
#ifndef FORGE_CLI_LOOK_INSIDE_H
#define FORGE_CLI_LOOK_INSIDE_H

#include "forge/cli/command_table.h"
#include "forge/cli/keyring.h"

struct look_settings {
    struct input_settings input;
    struct key_settings keys;
    struct appliance_settings appliance;
};
void declare_look(struct options *options, struct look_settings *settings);

/* {0} before; clear with look_clear. */
struct look {
    struct keyring keyring;
    struct input *input;
    struct guest *guest;
};

/* Open the IMAGE that is the first argument, a disk or a bundle, and its guest. */
MUST_CHECK int look_open(struct look *look, const struct look_settings *settings,
                         const struct invocation *invocation, struct error **err);

void look_clear(struct look *look);
#define AUTO_LOOK __attribute__((cleanup(look_clear)))

#endif
