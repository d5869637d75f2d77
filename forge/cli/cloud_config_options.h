/* SPDX-License-Identifier: Apache-2.0 */
/* --cloud-config and --cloud-config-at-boot. */
#ifndef FORGE_CLI_CLOUD_CONFIG_OPTIONS_H
#define FORGE_CLI_CLOUD_CONFIG_OPTIONS_H

#include "forge/cli/options.h"
#include "fsimage/customize.h"

struct cloud_config_settings {
    char *path; /* NULL: not given */
    bool at_boot;
};

void declare_cloud_config(struct options *options, struct cloud_config_settings *settings);

/* Append to PLAN what SETTINGS ask for, if anything: the steps of the document, or the one that
 * plants it. What is left out is said as warnings; ERROR_USAGE with all that is wrong. */
MUST_CHECK int cloud_config_add(const struct cloud_config_settings *settings,
                                struct customize_plan *plan, struct error **err);

#endif
