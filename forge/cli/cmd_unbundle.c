/* SPDX-License-Identifier: Apache-2.0 */
/* forge unbundle: restore the image of a bundle. */
#include "forge/cli/command_table.h"
#include "forge/cli/keyring.h"
#include "forge/join/unbundle.h"

#include <string.h>

struct unbundle_values {
    struct key_settings keys;
    char *output, *source, *tmpdir;
    int format;
    bool force;
};

static const struct option_choice formats[] = { { "raw", IMAGE_RAW },
                                                { "qcow2", IMAGE_QCOW2 },
                                                { NULL, 0 } };

#define FIELD(member) .offset = offsetof(struct unbundle_values, member)
static const struct option_row rows[] = {
    { "output", 'o', OPTION_PATH, "IMAGE", FIELD(output), "The image to write; - is stdout" },
    { "output-format", 'O', OPTION_CHOICE, "raw|qcow2", FIELD(format), "Format of the image (raw)",
      .choices = formats },
    { "force", 0, OPTION_FLAG, NULL, FIELD(force), "Replace an image that is there" },
    { "source", 0, OPTION_PATH, "DIR", FIELD(source),
      "Directory of the parts (the manifest's own)" },
    { "tmpdir", 0, OPTION_PATH, "DIR", FIELD(tmpdir),
      "Directory for large temporary files (beside the image)" },
};

static void declare(struct options *options, void *opaque)
{
    struct unbundle_values *values = opaque;
    options_add(options, "Output", OPTION_SECTION_NONE, rows, ARRAY_SIZE(rows), values);
    declare_opening_key(options, &values->keys);
}

static int run(const struct invocation *invocation, struct error **err)
{
    struct unbundle_values *values = invocation->values;
    if (!values->output)
        return error_set(err, ERROR_USAGE, "the image to write is missing: give --output");
    bool stream = strcmp(values->output, "-") == 0;
    if (stream && values->format != IMAGE_RAW)
        return error_set(err, ERROR_USAGE, "only a raw image can be written to stdout");
    if (stream && isatty(STDOUT_FILENO))
        return error_set(err, ERROR_USAGE, "an image is not written to a terminal");
    AUTO_KEYRING struct keyring keyring = { 0 };
    const char *manifest_path = invocation->arguments->items[0];
    const struct private_key *key;
    if (keyring_read(&keyring, &values->keys, err) ||
        keyring_key_for(&keyring, manifest_path, &key, err))
        return -1;
    const struct unbundle_request request = {
        .manifest_path = manifest_path,
        .source = values->source,
        .key = key,
        .output = values->output,
        .format = (enum image_format)values->format,
        .replace = values->force,
        .tmpdir = values->tmpdir,
    };
    return stream ? forge_unbundle_stream(&request, STDOUT_FILENO, invocation->progress, err)
                  : forge_unbundle(&request, invocation->progress, err);
}

const struct command command_unbundle = {
    .name = "unbundle",
    .arguments = "MANIFEST -o IMAGE",
    .summary = "Restore the image of a bundle",
    .min_arguments = 1,
    .max_arguments = 1,
    .values_size = sizeof(struct unbundle_values),
    .declare = declare,
    .run = run,
};
