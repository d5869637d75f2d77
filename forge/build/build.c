/* SPDX-License-Identifier: Apache-2.0 */
/* The flow: input -> overlay -> guest session -> operations -> shutdown -> layout -> bundle or
 * image. */
#include "forge/build/build.h"
#include "forge/base/workdir.h"
#include "forge/build/complete.h"
#include "forge/build/destination.h"
#include "forge/build/session.h"

/* -- the output -- */

/* bundle_options.before_publish: OPAQUE is the session. */
static int before_publish(void *opaque, const struct bundle_outcome *outcome, struct error **err)
{
    const struct session *session = opaque;
    if (session->report && report_write(session->report, outcome, err))
        return -1;
    return session_check_input(session, err);
}

/* Bundle what SESSION came to, provided that its input stayed as it was. */
static int bundle(struct session *session, struct progress *progress, struct build_result *result,
                  struct error **err)
{
    const struct build_request *request = session->request;
    const struct image *content = session->result;
    if (require_space(request->bundle.directory, content->allocated_size / 2, "the bundle", err))
        return -1;
    complete_from_host(request->fields);
    struct bundle_options options = request->bundle;
    options.before_publish = before_publish;
    options.before_publish_opaque = session;
    options.want_content = session->report;
    if (content->format == IMAGE_RAW)
        options.allocated = content->allocated_size;
    AUTO(device_close) struct device *device = session_device(session, err);
    if (!device)
        return -1;
    if (bundle_create(device, &options, progress, &result->manifest, &result->manifest_path, err))
        return -1;
    if (options.replace)
        report_remove_stale(&request->report, options.directory, options.fields->name);
    return 0;
}

/* Write what SESSION came to as a new image at PATH in DIRECTORY. */
static int write_image(const struct session *session, const char *path, const char *directory,
                       struct progress *progress, struct error **err)
{
    if (require_space(directory, session->result->allocated_size, "the result", err))
        return -1;
    AUTO(device_close) struct device *device = session_device(session, err);
    return device ? image_write(device, path, session->request->output_format, progress, err) : -1;
}

/* The bundle's directory, made and found fit for the bundle; NULL on error. */
static struct destination *prepare_destination(const struct build_request *request,
                                               struct error **err)
{
    AUTO(destination_close)
    struct destination *destination = destination_make(request->bundle.directory, err);
    const struct bundle_options *bundle = &request->bundle;
    if (!destination ||
        report_check_place(&request->report, bundle->directory, bundle->fields->name,
                           bundle->replace, err) ||
        bundle_check_options(bundle, err))
        return NULL;
    return STEAL(destination);
}

/* -- the flows -- */

int build_check_request(const struct build_request *request, struct error **err)
{
    const struct customize_step *step = request->plan ? customize_plan_needs_network(request->plan)
                                                      : NULL;
    if (step && !request->guest.network) {
        AUTO_FREE char *title = customize_step_title(step);
        return error_set(err, ERROR_USAGE,
                         "%s: needs the network inside the guest: allow it with --network", title);
    }
    return sysprep_plan_check(&request->sysprep, err);
}

int forge_build(const struct build_request *request, struct progress *progress,
                struct build_result *result, struct error **err)
{
    if (build_check_request(request, err))
        return -1;
    AUTO(destination_close) struct destination *destination = prepare_destination(request, err);
    if (!destination)
        return -1;
    AUTO_SESSION struct session session = { 0 };
    if (session_run(&session, request, request->bundle.directory, NULL, progress, err) ||
        bundle(&session, progress, result, err))
        return -1;
    destination_keep(destination);
    return 0;
}

int forge_build_image(const struct build_request *request, struct progress *progress,
                      struct error **err)
{
    if (build_check_request(request, err) ||
        publish_check(request->output, request->path, request->replace_output, err))
        return -1;
    AUTO_FREE char *output_dir = path_dirname(request->output);
    AUTO(workdir_close) struct workdir *staging = workdir_create(output_dir, err);
    if (!staging)
        return -1;
    AUTO_FREE char *file = workdir_file(staging, "output");
    bool raw = request->output_format == IMAGE_RAW;

    AUTO_SESSION struct session session = { 0 };
    if (session_run(&session, request, output_dir, raw ? file : NULL, progress, err))
        return -1;
    bool is_there = raw && session.disk;
    if (!is_there && write_image(&session, file, output_dir, progress, err))
        return -1;
    if (session_check_input(&session, err))
        return -1;
    return publish_file(file, request->output, request->replace_output, err);
}

int forge_sysprep_preview(const struct build_request *request, struct progress *progress,
                          struct sysprep_changes *changes, struct error **err)
{
    if (build_check_request(request, err))
        return -1;
    struct build_request preview = *request;
    preview.sysprep_dry_run = true;
    preview.layout = (struct layout_request){ .layout = DISK_KEEP };
    AUTO_SESSION struct session session = { 0 };
    if (session_run(&session, &preview, temporary_parent(request->input.tmpdir), NULL, progress,
                    err))
        return -1;
    *changes = session.sysprep;
    session.sysprep = (struct sysprep_changes){ 0 };
    return 0;
}

void build_result_clear(struct build_result *result)
{
    manifest_clear(&result->manifest);
    free(result->manifest_path);
    *result = (struct build_result){ 0 };
}
