/* SPDX-License-Identifier: Apache-2.0 */
/* Fills a request for a bundle, and prints what came of it. */
#include "forge/cli/bundle_request.h"
#include "forge/cli/bundle_stats_print.h"
#include "forge/cli/manifest_json.h"

#include <stdio.h>

struct input_options input_options_of(const struct input_settings *settings,
                                      const struct keyring *keyring)
{
    return (struct input_options){
        .image.format =
            settings->format ? image_format_name((enum image_format)(settings->format - 1)) : NULL,
        .image.allow_backing = settings->allow_backing,
        .key = keyring->opens ? keyring->opens : keyring->key,
        .tmpdir = settings->tmpdir,
        .sha256 = settings->sha256,
    };
}

int bundle_request_fill(struct build_request *request, struct bundle_settings *settings,
                        const struct key_settings *keys, const struct options *options,
                        struct keyring *keyring, const char *default_name, struct error **err)
{
    struct manifest *fields = &settings->fields;
    if (!fields->user)
        return error_set(err, ERROR_USAGE, "the account id is missing: give --user");
    if (keyring_read_signing(keyring, keys, options, err))
        return -1;
    if (settings->seed_file && keyring_read_seed(keyring, settings->seed_file, err))
        return -1;
    if (!fields->name)
        fields->name = xstrdup(default_name);
    fields->type = xstrdup(bundle_type_names[settings->image_type]);
    request->fields = fields;
    request->no_inherit = settings->no_inherit;
    request->report = (struct report_settings){
        .wanted = settings->report && !settings->no_report,
        .certificate = keys->certificate,
        .ec2_certificate = keys->ec2_certificate,
    };
    request->bundle = (struct bundle_options){
        .directory = settings->destination ? settings->destination : ".",
        .replace = settings->force,
        .fields = fields,
        .keys = { keyring->certificate, keyring->key, keyring->ec2_certificate },
        .mtime = settings->mtime,
        .sparse = (enum bundle_sparse)settings->sparse,
        .part_size = settings->part_size,
        .level = (int)settings->level,
        .reproducible = settings->reproducible,
        .seed = keyring->seed,
        .threads = (unsigned)settings->threads,
        .stats = &settings->taken,
        .no_size_checks = settings->no_size_checks,
        .companion = request->report.wanted ? REPORT_FILE : NULL,
    };
    return 0;
}

int bundle_result_print(const struct build_result *result, const struct bundle_settings *settings,
                        struct error **err)
{
    if (bundle_stats_print(&settings->taken, (enum stats_style)settings->stats, err))
        return -1;
    if (!settings->json) {
        puts(result->manifest_path);
        return 0;
    }
    AUTO(json_decref)
    json_t *object = json_pack("{s:o, s:o}", "manifest", json_text(result->manifest_path), "bundle",
                               manifest_json(&result->manifest));
    return json_print(object, stdout, err);
}
