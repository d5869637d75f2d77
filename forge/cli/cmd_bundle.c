/* SPDX-License-Identifier: Apache-2.0 */
/* forge bundle: pack an image as it is. */
#include "forge/cli/bundle_request.h"

#include <string.h>

struct bundle_values {
    struct input_settings input;
    struct key_settings keys;
    struct bundle_settings bundle;
};

static void declare(struct options *options, void *opaque)
{
    struct bundle_values *values = opaque;
    declare_input(options, &values->input);
    declare_signing_keys(options, &values->keys);
    declare_bundle(options, &values->bundle);
}

static void clear(void *opaque)
{
    bundle_settings_clear(&((struct bundle_values *)opaque)->bundle);
}

/* The image's basename without the suffix that tells its kind; owned. */
static char *name_of_image(const char *path)
{
    static const char *const suffixes[] = { ".raw", ".img", ".qcow2", ".manifest.xml" };
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
    struct build_request request = { .path = path };
    if (bundle_request_fill(&request, &values->bundle, &values->keys, invocation->options, &keyring,
                            name, err))
        return -1;
    request.input = input_options_of(&values->input, &keyring);
    AUTO_RESULT struct build_result result = { 0 };
    if (forge_bundle(&request, invocation->progress, &result, err))
        return -1;
    return bundle_result_print(&result, &values->bundle, err);
}

const struct command command_bundle = {
    .name = "bundle",
    .arguments = "IMAGE",
    .summary = "Pack an image into an encrypted, signed bundle",
    .min_arguments = 1,
    .max_arguments = 1,
    .values_size = sizeof(struct bundle_values),
    .declare = declare,
    .run = run,
    .clear = clear,
};
