/* SPDX-License-Identifier: Apache-2.0 */
/* The options of the appliance and of what runs in it, and the settings they fill. */
#ifndef FORGE_CLI_GUEST_OPTIONS_H
#define FORGE_CLI_GUEST_OPTIONS_H

#include "forge/cli/common_options.h"
#include "fsimage/guest.h"

/* The appliance. */
struct appliance_settings {
    int accel; /* enum accel */
    int64_t memsize, smp, launch_timeout;
    char *appliance, *root;
    bool network, no_network;
    char *ca_certificate;
    bool keep_overlay;
};
void declare_appliance(struct options *options, struct appliance_settings *settings);
void declare_guest(struct options *options, struct appliance_settings *settings);
void declare_guest_network(struct options *options, struct appliance_settings *settings);
void declare_failure(struct options *options, struct appliance_settings *settings);
bool appliance_has_network(const struct appliance_settings *settings);
struct guest_options guest_options_of(const struct appliance_settings *settings,
                                      const struct common_settings *common);

#endif
