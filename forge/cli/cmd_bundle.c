/* SPDX-License-Identifier: Apache-2.0 */
/* forge bundle: pack an image, as it is or in another layout. */
#include "forge/cli/bundle_request.h"
#include "forge/cli/layout_options.h"

#include <string.h>

struct bundle_values {
    struct layout_settings layout;
    struct input_settings input;
    struct key_settings keys;
    struct bundle_settings bundle;
    struct appliance_settings appliance;
};

static void declare(struct options *options, void *opaque)
{
    struct bundle_values *values = opaque;
    declare_layout(options, &values->layout);
    declare_input(options, &values->input);
    declare_signing_keys(options, &values->keys);
    declare_bundle(options, &values->bundle);
    declare_guest(options, &values->appliance);
}

static void clear(void *opaque)
{
    struct bundle_values *values = opaque;
    layout_settings_clear(&values->layout);
    bundle_settings_clear(&values->bundle);
}

/* The image's basename without the suffix that tells its kind; owned. */
static char *name_of_image(const char *path)
{
    static const char *const suffixes[] = { ".raw",     ".img", ".qcow2",  ".manifest.xml",
                                            ".tar.gz",  ".tgz", ".tar.xz", ".tar.zst",
                                            ".tar.bz2", ".tar" };
    const char *name = path_basename(path);
    for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
        if (ends_with(name, suffixes[i]) && strlen(name) > strlen(suffixes[i]))
            return xstrndup(name, strlen(name) - strlen(suffixes[i]));
    return xstrdup(name);
}

static int run(const struct invocation *invocation, struct error **err)
{
    struct bundle_values *values = invocation->values;
    const char *path = invocation->arguments->items[0];
    AUTO_KEYRING struct keyring keyring = { 0 };
    AUTO_FREE char *name = name_of_image(path);
    struct build_request request = {
        .path = path,
        .guest = guest_options_of(&values->appliance, invocation->common),
    };
    if (bundle_request_fill(&request, &values->bundle, &values->keys, invocation->options, &keyring,
                            name, err))
        return -1;
    request.input = input_options_of(&values->input, &keyring);
    request.layout = layout_request_of(&values->layout, invocation->options);
    AUTO_RESULT struct build_result result = { 0 };
    if (forge_build(&request, invocation->progress, &result, err))
        return -1;
    return bundle_result_print(&result, &values->bundle, err);
}

const struct command command_bundle = {
    .name = "bundle",
    .arguments = "IMAGE|ARCHIVE|DIRECTORY",
    .summary = "Pack an image into an encrypted, signed bundle",
    .min_arguments = 1,
    .max_arguments = 1,
    .values_size = sizeof(struct bundle_values),
    .declare = declare,
    .run = run,
    .clear = clear,
};
