/* SPDX-License-Identifier: Apache-2.0 */
/* The report: facts gathered while a bundle is made, written as JSON before it is published.
 *
 * Whatever differs between two runs over the same things stands under "run", so that the rest of
 * two reports can be compared as it is. */
#include "forge/build/report.h"
#include "forge/base/json.h"
#include "forge/build/file_digests.h"
#include "forge/build/layout_json.h"
#include "forge/build/steps_json.h"
#include "forge/build/sysprep_json.h"
#include "fsimage/libraries.h"
#include "manifest/libraries.h"
#include "manifest/packer.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { REPORT_VERSION = 1, CONTENT_SIZE = 32 };

struct report {
    const char *path;
    const struct input *input;
    const struct customize_plan *plan;
    json_t *files; /* objects that lack their "sha256", in the order of DIGESTS behind the input */
    json_t *disk;
    json_t *guest;   /* or NULL */
    json_t *sysprep; /* or NULL */
    json_t *seconds;
    struct file_digests *digests;
    time_t started;
    struct timespec phase; /* when the current one began */
};

/* -- one report in a directory -- */

/* The name of the bundle that the report at PATH tells of; owned, NULL when it does not say. */
static char *owner_of(const char *path)
{
    AUTO(json_decref) json_t *report = json_load_file(path, 0, NULL);
    const char *name = NULL;
    if (report && json_unpack(report, "{s:{s:s}}", "bundle", "name", &name) == 0)
        return xstrdup(name);
    return NULL;
}

int report_check_place(const struct report_settings *settings, const char *directory,
                       const char *name, bool replace, struct error **err)
{
    AUTO_FREE char *path = path_join(directory, REPORT_FILE);
    if (!settings->wanted || faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW))
        return 0;
    AUTO_FREE char *owner = owner_of(path);
    if (owner && strcmp(owner, name) != 0)
        return error_set(err, ERROR_FAILED,
                         "%s tells of another bundle, %s: choose another --destination, or "
                         "--no-report",
                         path, owner);
    if (!replace)
        return error_set(err, ERROR_FAILED, "%s exists already (--force replaces it)", path);
    return 0;
}

void report_remove_stale(const struct report_settings *settings, const char *directory,
                         const char *name)
{
    AUTO_FREE char *path = path_join(directory, REPORT_FILE);
    AUTO_FREE char *owner = settings->wanted ? NULL : owner_of(path);
    if (owner && strcmp(owner, name) == 0)
        unlink(path);
}

/* -- gathering -- */

/* What is digested: the files' objects and, in the same order, the paths to open. */
struct gathering {
    json_t *files;
    struct string_list paths;
};

static void add_file(struct gathering *gathering, const char *use, const char *name,
                     const char *path)
{
    json_array_append_new(gathering->files,
                          json_pack("{s:s, s:o}", "use", use, "path", json_text(name)));
    string_list_add(&gathering->paths, path);
}

static int add_step_file(void *opaque, const struct customize_file *file, struct error **err)
{
    (void)err;
    add_file(opaque, file->step->op->name, file->name, file->path);
    return 0;
}

static int gather(struct gathering *gathering, const struct report_settings *settings,
                  const struct report *report, const struct layout_request *layout,
                  const char *ca_certificate, struct error **err)
{
    const struct {
        const char *use, *path;
    } rows[] = {
        { "cloud-config", settings->cloud_config },
        { "cert", settings->certificate },
        { "ec2cert", settings->ec2_certificate },
        { "run-ca-cert", ca_certificate },
        { "fstab", layout->fstab_path },
    };
    /* The input is the first path; a bundle stands for its image by the manifest. */
    bool is_image = report->input && !report->input->origin;
    string_list_add(&gathering->paths, is_image ? report->input->image->path : report->path);
    for (size_t i = 0; settings->recipes && i < settings->recipes->count; i++)
        add_file(gathering, "recipe", settings->recipes->items[i], settings->recipes->items[i]);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].path)
            add_file(gathering, rows[i].use, rows[i].path, rows[i].path);
    return report->plan ? customize_plan_files(report->plan, add_step_file, gathering, err) : 0;
}

struct report *report_begin(const struct report_settings *settings, const char *path,
                            const struct input *input, const struct customize_plan *plan,
                            const struct layout_request *layout, const char *ca_certificate,
                            struct error **err)
{
    AUTO(report_close) struct report *report = NEW(struct report);
    report->path = path;
    report->input = input;
    report->plan = plan;
    report->files = json_array();
    report->disk = layout_json(layout);
    report->seconds = json_object();
    report->started = time(NULL);
    clock_gettime(CLOCK_MONOTONIC, &report->phase);
    struct gathering gathering = { .files = report->files };
    if (gather(&gathering, settings, report, layout, ca_certificate, err) == 0)
        report->digests = file_digests_start(&gathering.paths, err);
    string_list_clear(&gathering.paths);
    return report->digests ? STEAL(report) : NULL;
}

void report_set_guest(struct report *report, const struct guest_facts *facts)
{
    if (report)
        report->guest = json_pack("{s:o, s:o, s:o, s:i, s:i, s:o, s:o}", "product",
                                  json_text(facts->product_name), "type", json_text(facts->type),
                                  "distro", json_text(facts->distro), "major", facts->major,
                                  "minor", facts->minor, "architecture", json_text(facts->arch),
                                  "package_management", json_text(facts->package_management));
}

void report_set_sysprep(struct report *report, const struct sysprep_plan *plan,
                        const struct sysprep_changes *changes)
{
    if (report && plan->enabled)
        report->sysprep = sysprep_json(plan, changes);
}

void report_phase(struct report *report, const char *name)
{
    if (!report)
        return;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds = (double)(now.tv_sec - report->phase.tv_sec) +
                     (double)(now.tv_nsec - report->phase.tv_nsec) / 1e9;
    json_object_set_new(report->seconds, name, json_real(seconds));
    report->phase = now;
}

/* -- writing -- */

static json_t *libraries_json(void)
{
    AUTO_STRINGS struct string_list names = { 0 };
    manifest_libraries(&names);
    fsimage_libraries(&names);
    json_t *array = json_array();
    for (size_t i = 0; i < names.count; i++)
        json_array_append_new(array, json_text(names.items[i]));
    return array;
}

static json_t *input_json(const struct report *report, const char *sha256)
{
    const struct input *input = report->input;
    if (!input)
        return json_pack("{s:o, s:o, s:s}", "path", json_text(report->path), "sha256",
                         json_text(*sha256 ? sha256 : NULL), "format",
                         *sha256 ? "archive" : "directory");
    json_t *object = json_pack("{s:o, s:s, s:s, s:I}", "path", json_text(report->path), "sha256",
                               sha256, "format",
                               input->origin ? "bundle" : image_format_name(input->image->format),
                               "virtual_size", (json_int_t)input->image->virtual_size);
    if (input->origin)
        json_object_set_new(object, "digest", json_text(input->origin->digest));
    return object;
}

static json_t *bundle_json(const struct bundle_outcome *outcome)
{
    const struct manifest *manifest = outcome->manifest;
    AUTO_FREE char *content = outcome->content ? hex_encode(outcome->content, CONTENT_SIZE) : NULL;
    AUTO_FREE char *level = packer_level_name(outcome->level);
    return json_pack("{s:o, s:o, s:o, s:I, s:o, s:s, s:s, s:s}", "name", json_text(manifest->name),
                     "type", json_text(manifest->type), "architecture",
                     json_text(manifest->architecture), "size", (json_int_t)manifest->size,
                     "content_sha256", json_text(content), "tar_sha1", manifest->digest, "packer",
                     outcome->packer->library, "level", level);
}

static json_t *run_json(const struct report *report, const struct manifest *manifest)
{
    char started[sizeof("2026-01-01T00:00:00Z")];
    struct tm utc;
    strftime(started, sizeof(started), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&report->started, &utc));
    json_t *sizes = json_pack("{s:I, s:I}", "bundled", (json_int_t)manifest->bundled_size, "parts",
                              (json_int_t)manifest->part_count);
    if (report->input)
        json_object_set_new(sizes, "input_allocated",
                            json_integer(report->input->image->allocated_size));
    return json_pack("{s:s, s:O, s:o}", "started", started, "seconds", report->seconds, "sizes",
                     sizes);
}

static json_t *report_json(struct report *report, const struct bundle_outcome *outcome,
                           const struct string_list *hex)
{
    for (size_t i = 1; i < hex->count; i++)
        json_object_set_new(json_array_get(report->files, i - 1), "sha256",
                            json_text(*hex->items[i] ? hex->items[i] : NULL));
    json_t *guest = report->guest ? json_incref(report->guest) : json_null();
    json_t *sysprep = report->sysprep ? json_incref(report->sysprep) : json_null();
    return json_pack("{s:i, s:{s:s, s:s}, s:o, s:o, s:o, s:O, s:o, s:o, s:O, s:o, s:o}", "report",
                     REPORT_VERSION, "tool", "name", "forge", "version", FORGE_VERSION, "libraries",
                     libraries_json(), "input", input_json(report, hex->items[0]), "guest", guest,
                     "files", report->files, "operations", steps_json(report->plan), "sysprep",
                     sysprep, "disk", report->disk, "bundle", bundle_json(outcome), "run",
                     run_json(report, outcome->manifest));
}

/* The mode of a bundle's files does not depend on the umask. */
static int write_json(const json_t *value, const char *path, struct error **err)
{
    FILE *file = fopen(path, "wxe");
    if (!file)
        return error_set_errno(err, "making the report");
    int printed = json_print(value, file, err);
    if (fchmod(fileno(file), 0644) && !printed)
        printed = error_set_errno(err, "writing the report");
    if (fclose(file) && !printed)
        printed = error_set_errno(err, "writing the report");
    return printed;
}

int report_write(struct report *report, const struct bundle_outcome *outcome, struct error **err)
{
    report_phase(report, "bundling");
    const struct string_list *hex;
    if (file_digests_finish(report->digests, &hex, err))
        return error_wrap(err, "for %s", REPORT_FILE);
    AUTO(json_decref) json_t *value = report_json(report, outcome, hex);
    AUTO_FREE char *path = path_join(outcome->workdir, REPORT_FILE);
    if (!value)
        return error_set(err, ERROR_FAILED, "%s could not be made", REPORT_FILE);
    return write_json(value, path, err);
}

void report_close(struct report *report)
{
    if (!report)
        return;
    file_digests_close(report->digests);
    json_decref(report->files);
    json_decref(report->disk);
    json_decref(report->guest);
    json_decref(report->sysprep);
    json_decref(report->seconds);
    free(report);
}
