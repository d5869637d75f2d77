/* SPDX-License-Identifier: Apache-2.0 */
/* The plan is made as JSON; its text is read off that. */
#include "forge/cli/dry_run.h"
#include "forge/build/layout_source.h"
#include "forge/build/steps_json.h"
#include "forge/cli/report.h"
#include "forge/join/pin.h"

#include <string.h>

/* -- the image -- */

static json_t *files_facts(const char *path)
{
    struct stat status;
    bool directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    return json_pack("{s:s}", "kind", directory ? "directory" : "archive");
}

static json_t *bundle_facts(const char *path, struct error **err)
{
    struct manifest manifest = { 0 };
    json_t *facts = NULL;
    if (manifest_read(path, &manifest, err) == 0)
        facts = json_pack("{s:s, s:o, s:I}", "kind", "bundle", "name", json_text(manifest.name),
                          "virtual_size", (json_int_t)manifest.size);
    manifest_clear(&manifest);
    return facts;
}

static json_t *image_facts(const char *path, const struct image_options *options,
                           struct error **err)
{
    AUTO(image_close) struct image *image = image_open(path, options, err);
    return image ? json_pack("{s:s, s:s, s:I}", "kind", "image", "format",
                             image_format_name(image->format), "virtual_size",
                             (json_int_t)image->virtual_size)
                 : NULL;
}

static json_t *facts(const char *path, const struct input_options *options, struct error **err)
{
    if (!options->image.format && layout_takes_files(path))
        return files_facts(path);
    if (!options->image.format && input_is_manifest(path))
        return bundle_facts(path, err);
    return image_facts(path, &options->image, err);
}

/* NULL when the image is not the one that is pinned. */
static json_t *image_json(const struct dry_run *run, struct progress *progress, struct error **err)
{
    AUTO(error_free) struct error *unreadable = NULL;
    const char *sha256 = run->input->sha256;
    struct stat seen;
    if (sha256 && pin_check(run->path, sha256, &seen, progress, &unreadable) &&
        unreadable->cause != ERROR_INVALID) {
        error_move(err, STEAL(unreadable));
        return NULL;
    }
    json_t *image = unreadable ? NULL : facts(run->path, run->input, &unreadable);
    if (!image)
        image =
            json_pack("{s:s, s:o}", "kind", "unreadable", "error", json_text(unreadable->message));
    json_object_set_new(image, "path", json_text(run->path));
    if (sha256)
        json_object_set_new(image, "sha256", json_string(sha256));
    return image;
}

/* -- settings -- */

static json_t *value_json(const struct option_slot *slot)
{
    if (slot->row->secret)
        return json_string("***");
    if (slot->row->kind == OPTION_PATH) /* as it was joined */
        return json_text(*(char **)slot->field);
    if (slot->given.count == 1)
        return json_text(slot->given.items[0]);
    json_t *list = json_array();
    for (size_t i = 0; i < slot->given.count; i++)
        json_array_append_new(list, json_text(slot->given.items[i]));
    return list;
}

static json_t *settings_json(const struct options *options, enum option_section section)
{
    static const char *const origins[] = {
        [OPTION_FROM_DEFAULT] = NULL,
        [OPTION_FROM_ENVIRONMENT] = "environment",
        [OPTION_FROM_RECIPE] = "recipe",
        [OPTION_FROM_COMMAND_LINE] = "command line",
    };
    json_t *settings = json_object();
    for (size_t i = 0; i < options->count; i++) {
        const struct option_slot *slot = &options->slots[i];
        if (slot->section == section && slot->origin != OPTION_FROM_DEFAULT)
            json_object_set_new(
                settings, slot->row->name,
                json_pack("{s:o, s:s}", "value", value_json(slot), "from", origins[slot->origin]));
    }
    return settings;
}

/* -- what comes out -- */

static json_t *output_json(const struct bundle_settings *bundle)
{
    const char *name = bundle->fields.name ? bundle->fields.name : "image";
    const char *directory = bundle->destination ? bundle->destination : ".";
    AUTO_FREE char *base = path_join(directory, name);
    AUTO_FREE char *manifest = xasprintf("%s.manifest.xml", base);
    AUTO_FREE char *parts = xasprintf("%s.part.N", base);
    AUTO_FREE char *report = path_join(directory, REPORT_FILE);
    bool reports = bundle->report && !bundle->no_report;
    return json_pack("{s:o, s:o, s:o}", "manifest", json_text(manifest), "parts", json_text(parts),
                     "report", json_text(reports ? report : NULL));
}

/* What a build will ask for. */
static json_t *missing_json(const struct dry_run *run)
{
    const struct {
        const char *option;
        bool is_missing;
    } rows[] = {
        { "--user", !run->bundle->fields.user },
        { "--cert", !run->keys->certificate },
        { "--privatekey", !run->keys->private_key },
        { "--network", !run->network && customize_plan_needs_network(run->plan) },
    };
    json_t *missing = json_array();
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].is_missing)
            json_array_append_new(missing, json_string(rows[i].option));
    return missing;
}

/* -- the text -- */

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void print_image(const json_t *image)
{
    printf("image: %s, %s", text_of(image, "path"), text_of(image, "kind"));
    if (text_of(image, "format"))
        printf(", %s", text_of(image, "format"));
    if (json_object_get(image, "virtual_size")) {
        AUTO_FREE char *size =
            format_size(json_integer_value(json_object_get(image, "virtual_size")));
        printf(", %s", size);
    }
    if (text_of(image, "error"))
        printf(": %s", text_of(image, "error"));
    else if (text_of(image, "sha256"))
        printf(", of the SHA-256 that is given");
    putchar('\n');
}

static void print_steps(const struct customize_plan *plan)
{
    AUTO_FREE const struct customize_step **steps = customize_plan_in_order(plan);
    puts(plan->count ? "steps:" : "steps: none");
    for (size_t i = 0; i < plan->count; i++) {
        const struct customize_step *step = steps[i];
        AUTO_FREE char *title = customize_step_title(step);
        printf("  %zu. %s%s", i + 1, title, customize_step_is_secret(step) ? " ***" : "");
        if (step->mode)
            printf(", mode %s", step->mode);
        if (step->owner)
            printf(", owner %s", step->owner);
        for (size_t j = 0; j < step->settings.count && !customize_step_is_secret(step); j++) {
            AUTO_FREE char *setting = printable(step->settings.items[j]);
            printf(", %s", setting);
        }
        printf(" (%s)\n", step->origin);
    }
}

static void print_settings(const char *section, json_t *settings)
{
    const char *name;
    json_t *setting, *item;
    size_t i;
    if (json_object_size(settings))
        printf("%s:\n", section);
    json_object_foreach(settings, name, setting)
    {
        const json_t *value = json_object_get(setting, "value");
        printf("  %s: %s", name, json_is_string(value) ? json_string_value(value) : "");
        json_array_foreach(value, i, item) printf("%s%s", i ? ", " : "", json_string_value(item));
        printf(" (%s)\n", text_of(setting, "from"));
    }
}

static void print_text(const json_t *plan, const struct customize_plan *steps)
{
    static const char *const sections[] = { "session", "disk", "bundle" };
    const json_t *output = json_object_get(plan, "output");
    const json_t *missing = json_object_get(plan, "missing");
    print_image(json_object_get(plan, "image"));
    print_steps(steps);
    for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
        print_settings(sections[i], json_object_get(plan, sections[i]));
    printf("output: %s, %s%s%s\n", text_of(output, "manifest"), text_of(output, "parts"),
           text_of(output, "report") ? ", " : "",
           text_of(output, "report") ? text_of(output, "report") : "");
    for (size_t i = 0; i < json_array_size(missing); i++)
        printf("%s %s", i ? "," : "missing:", json_string_value(json_array_get(missing, i)));
    if (json_array_size(missing))
        putchar('\n');
}

int dry_run_print(const struct dry_run *run, struct progress *progress, struct error **err)
{
    json_t *image = image_json(run, progress, err);
    if (!image)
        return -1;
    AUTO(json_decref)
    json_t *plan = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "image", image, "steps",
                             steps_json(run->plan), "session",
                             settings_json(run->options, OPTION_SECTION_TOP), "disk",
                             settings_json(run->options, OPTION_SECTION_DISK), "bundle",
                             settings_json(run->options, OPTION_SECTION_BUNDLE), "output",
                             output_json(run->bundle), "missing", missing_json(run));
    if (run->bundle->json)
        return json_print(plan, stdout, err);
    print_text(plan, run->plan);
    return 0;
}
