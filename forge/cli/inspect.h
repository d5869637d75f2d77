/* SPDX-License-Identifier: Apache-2.0 */
/* What inspect prints: a manifest, or an image with the guest in it. */
#ifndef FORGE_CLI_INSPECT_H
#define FORGE_CLI_INSPECT_H

#include "forge/cli/command_table.h"

struct inspect_values {
    struct input_settings input;
    struct key_settings keys;
    struct appliance_settings appliance;
    bool no_guest, json;
};

/* Print all fields of the manifest at PATH, and whether its signature is right. */
MUST_CHECK int inspect_manifest(const struct invocation *invocation, const char *path,
                                struct error **err);

/* Print format and sizes of the image at PATH, and what an appliance finds in it. */
MUST_CHECK int inspect_image(const struct invocation *invocation, const char *path,
                             struct error **err);

#endif
