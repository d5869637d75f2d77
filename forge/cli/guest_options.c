/* SPDX-License-Identifier: Apache-2.0 */
/* The options of the appliance and of what runs in it. */
#include "forge/cli/guest_options.h"
#include "forge/base/log.h"

#define FIELD(type, member) .offset = offsetof(struct type, member)

static const struct option_choice accels[] = {
    { "auto", ACCEL_AUTO }, { "kvm", ACCEL_KVM }, { "tcg", ACCEL_TCG }, { NULL, 0 }
};

static const struct option_row appliance_rows[] = {
    { "accel", 0, OPTION_CHOICE, "auto|kvm|tcg", FIELD(appliance_settings, accel),
      "Hardware virtualization, emulation, or what works", .choices = accels },
    { "memsize", 'm', OPTION_INTEGER, "MIB", FIELD(appliance_settings, memsize),
      "Memory of the appliance", .min = 256, .max = 1 << 20 },
    { "smp", 0, OPTION_INTEGER, "N", FIELD(appliance_settings, smp), "Processors of the appliance",
      .min = 1, .max = 255 },
    { "launch-timeout", 0, OPTION_INTEGER, "SECONDS", FIELD(appliance_settings, launch_timeout),
      "How long a launch may take (300)", .min = 1, .max = 86400 },
    { "appliance", 0, OPTION_PATH, "DIR", FIELD(appliance_settings, appliance),
      "Use the fixed appliance that forge appliance made", "FORGE_APPLIANCE" },
};

static const struct option_row guest_rows[] = {
    { "root", 0, OPTION_STRING, "DEVICE", FIELD(appliance_settings, root),
      "The root file system of the system that is meant, such as /dev/sda2" },
};

static const struct option_row network_rows[] = {
    { "network", 0, OPTION_FLAG, NULL, FIELD(appliance_settings, network),
      "Let commands in the guest reach the network" },
    { "run-ca-cert", 0, OPTION_PATH, "FILE", FIELD(appliance_settings, ca_certificate),
      "A certificate authority that guest commands trust during the run" },
};

static const struct option_row no_network_rows[] = {
    { "no-network", 0, OPTION_FLAG, NULL, FIELD(appliance_settings, no_network),
      "Do not let them, whatever else is said; the default" },
};

static const struct option_row failure_rows[] = {
    { "keep-overlay-on-failure", 0, OPTION_FLAG, NULL, FIELD(appliance_settings, keep_overlay),
      "Keep the disk as it is when a step fails, to look at it" },
};

void declare_failure(struct options *options, struct appliance_settings *settings)
{
    options_add(options, "Appliance", OPTION_SECTION_NONE, failure_rows, ARRAY_SIZE(failure_rows),
                settings);
}

void declare_appliance(struct options *options, struct appliance_settings *settings)
{
    options_add(options, "Appliance", OPTION_SECTION_TOP, appliance_rows,
                ARRAY_SIZE(appliance_rows), settings);
}

void declare_guest(struct options *options, struct appliance_settings *settings)
{
    declare_appliance(options, settings);
    options_add(options, "Appliance", OPTION_SECTION_TOP, guest_rows, ARRAY_SIZE(guest_rows),
                settings);
}

void declare_guest_network(struct options *options, struct appliance_settings *settings)
{
    options_add(options, "Appliance", OPTION_SECTION_TOP, network_rows, ARRAY_SIZE(network_rows),
                settings);
    options_add(options, "Appliance", OPTION_SECTION_NONE, no_network_rows,
                ARRAY_SIZE(no_network_rows), settings);
}

bool appliance_has_network(const struct appliance_settings *settings)
{
    return settings->network && !settings->no_network;
}

struct guest_options guest_options_of(const struct appliance_settings *settings,
                                      const struct common_settings *common)
{
    return (struct guest_options){
        .accel = (enum accel)settings->accel,
        .memsize = (int)settings->memsize,
        .smp = (int)settings->smp,
        .launch_timeout = (int)settings->launch_timeout,
        .appliance = settings->appliance,
        .network = appliance_has_network(settings),
        .ca_certificate = settings->ca_certificate,
        .root = settings->root,
        .trace = common->trace,
    };
}
