/* SPDX-License-Identifier: Apache-2.0 */
/* forge unbundle: restore the image of a bundle. */
#include "forge/cli/bundle_faults.h"
#include "forge/cli/command_table.h"
#include "forge/cli/keyring.h"
#include "forge/join/unbundle.h"

#include <string.h>

struct unbundle_values {
    struct key_settings keys;
    struct output_settings output;
    char *source;
    bool no_sparse, json;
};

#define FIELD(member) .offset = offsetof(struct unbundle_values, member)
static const struct option_row rows[] = {
    { "source", 0, OPTION_PATH, "DIR", FIELD(source),
      "Directory of the parts (the manifest's own)" },
    { "json", 0, OPTION_FLAG, NULL, FIELD(json),
      "Print the result as JSON: every fault of a bundle that is not right" },
    { "no-sparse", 0, OPTION_FLAG, NULL, FIELD(no_sparse),
      "Give every byte its place on the disk: no holes" },
};

static void declare(struct options *options, void *opaque)
{
    struct unbundle_values *values = opaque;
    declare_output(options, OUTPUT_RESTORED, IMAGE_RAW, &values->output);
    options_add(options, "Output", OPTION_SECTION_NONE, rows, ARRAY_SIZE(rows), values);
    declare_opening_key(options, &values->keys);
}

/* Every fault when there are several: the error that ends the program tells the first. */
static int show_result(const struct unbundle_values *values, const char *manifest_path, int result,
                       const struct bundle_report *report, struct error **err)
{
    if (!values->json) {
        if (report->fault_count > 1)
            bundle_faults_print(report, stderr);
        return result;
    }
    AUTO(json_decref)
    json_t *object = json_pack("{s:o, s:o, s:b, s:o, s:o}", "manifest", json_text(manifest_path),
                               "image", json_text(values->output.path), "ok", !result, "error",
                               json_text(result ? (*err)->message : NULL), "faults",
                               bundle_faults_json(report));
    return json_print(object, stdout, err) ? -1 : result;
}

static int run(const struct invocation *invocation, struct error **err)
{
    struct unbundle_values *values = invocation->values;
    if (!values->output.path)
        return error_set(err, ERROR_USAGE, "the image to write is missing: give --output");
    bool stream = strcmp(values->output.path, "-") == 0;
    if (stream && values->output.format != IMAGE_RAW)
        return error_set(err, ERROR_USAGE, "only a raw image can be written to stdout");
    if (stream && isatty(STDOUT_FILENO))
        return error_set(err, ERROR_USAGE, "an image is not written to a terminal");
    if (stream && values->json)
        return error_set(err, ERROR_USAGE, "stdout cannot take the image and --json at once");
    AUTO_KEYRING struct keyring keyring = { 0 };
    AUTO_REPORT struct bundle_report report = { 0 };
    const char *manifest_path = invocation->arguments->items[0];
    const struct private_key *key;
    if (keyring_read(&keyring, &values->keys, err) ||
        keyring_key_for(&keyring, manifest_path, &key, err))
        return -1;
    const struct unbundle_request request = {
        .manifest_path = manifest_path,
        .source = values->source,
        .key = key,
        .output = values->output.path,
        .format = (enum image_format)values->output.format,
        .replace = values->output.force,
        .no_sparse = values->no_sparse,
        .report = &report,
    };
    int result = stream ? forge_unbundle_stream(&request, STDOUT_FILENO, invocation->progress, err)
                        : forge_unbundle(&request, invocation->progress, err);
    return show_result(values, manifest_path, result, &report, err);
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
