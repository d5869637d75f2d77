/* SPDX-License-Identifier: Apache-2.0 */
/* The options that say what the disk that comes out looks like. */
#ifndef FORGE_CLI_LAYOUT_OPTIONS_H
#define FORGE_CLI_LAYOUT_OPTIONS_H

#include "forge/build/layout.h"
#include "forge/cli/options.h"

/* {0} before; clear with layout_settings_clear. */
struct layout_settings {
    int layout, type;              /* enum disk_layout, enum ext_type */
    struct layout_request request; /* its size and fstab are set; the fstab's texts are owned */
    char *label, *uuid;
    int64_t reserved, now;
    struct layout_rule *rules; /* with their patterns owned */
    size_t rule_count;
    bool filter, old_grub, efi, mask_free, no_mask_free, repair;
};

/* In a recipe they stand under "disk". */
void declare_layout(struct options *options, struct layout_settings *settings);

/* What SETTINGS ask for; valid as long as they. */
struct layout_request layout_request_of(struct layout_settings *settings,
                                        const struct options *options);

void layout_settings_clear(struct layout_settings *settings);

#endif
