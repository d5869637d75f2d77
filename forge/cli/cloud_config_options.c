/* SPDX-License-Identifier: Apache-2.0 */
/* A cloud-config is applied now, or left for the guest's cloud-init. */
#include "forge/cli/cloud_config_options.h"
#include "forge/build/cloud_config.h"

#define FIELD(member) .offset = offsetof(struct cloud_config_settings, member)
static const struct option_row rows[] = {
    { "cloud-config", 0, OPTION_PATH, "FILE", FIELD(path),
      "Apply user data for cloud-init, a #cloud-config, behind all operations" },
    { "cloud-config-at-boot", 0, OPTION_FLAG, NULL, FIELD(at_boot),
      "Leave it in the guest instead, whose cloud-init applies it at the next boot" },
};

void declare_cloud_config(struct options *options, struct cloud_config_settings *settings)
{
    options_add(options, "Cloud-config", OPTION_SECTION_TOP, rows, ARRAY_SIZE(rows), settings);
}

static int apply(const char *path, struct customize_plan *plan, struct error **err)
{
    AUTO_CLOUD_CONFIG struct cloud_config config = { 0 };
    if (cloud_config_read(path, &config, err))
        return -1;
    cloud_config_warn(&config);
    if (recipe_faults_verdict(&config.faults, err))
        return -1;
    customize_plan_move(plan, &config.plan);
    return 0;
}

static int plant(const char *path, struct customize_plan *plan, struct error **err)
{
    AUTO(recipe_source_free) struct recipe_source *source = recipe_source_read(path, err);
    if (!source || cloud_config_check(source, err))
        return -1;
    return customize_plan_add(plan, "cloud-seed", path, NULL, "--cloud-config-at-boot", err);
}

int cloud_config_add(const struct cloud_config_settings *settings, struct customize_plan *plan,
                     struct error **err)
{
    if (settings->at_boot && !settings->path)
        return error_set(err, ERROR_USAGE, "--cloud-config-at-boot goes with --cloud-config");
    if (!settings->path)
        return 0;
    return settings->at_boot ? plant(settings->path, plan, err) : apply(settings->path, plan, err);
}
