/* SPDX-License-Identifier: Apache-2.0 */
/* The flow: input -> overlay -> guest session -> operations -> shutdown -> device -> bundle. */
#include "forge/build/build.h"
#include "forge/base/log.h"
#include "forge/base/workdir.h"
#include "forge/build/complete.h"
#include "forge/build/destination.h"
#include "fsimage/overlay.h"

/* The input with a customized overlay over it. Closed in this order: report, overlay, its
 * directory, input. */
struct session {
    struct input *input;
    struct report *report; /* NULL when none is wanted */
    struct workdir *workdir;
    struct overlay *overlay;
};

static void session_clear(struct session *session)
{
    report_close(session->report);
    overlay_close(session->overlay);
    workdir_close(session->workdir);
    input_close(session->input);
}

#define AUTO_SESSION __attribute__((cleanup(session_clear)))

/* What customizing will write is not known before: a quarter of the image, for packages and
 * uploads, is the working estimate. */
static int64_t overlay_estimate(const struct image *image)
{
    return image->allocated_size / 4 + (64 << 20);
}

static int check_space(const struct build_request *request, const struct image *image,
                       const char *work_parent, const char *output_dir, struct error **err)
{
    int64_t overlay = overlay_estimate(image), output = image->allocated_size;
    AUTO_FREE char *overlay_text = format_size(overlay);
    AUTO_FREE char *output_text = format_size(output);
    log_info("%s: needs up to %s in %s while it is customized, and %s in %s for the result",
             request->path, overlay_text, work_parent, output_text, output_dir);
    if (require_space(work_parent, overlay, "customizing", err) ||
        require_space(output_dir, output, "the result", err))
        return -1;
    return 0;
}

/* Everything that needs the appliance, in its one launch. */
static int customize(const struct build_request *request, const struct image *image,
                     struct report *report, struct progress *progress, struct error **err)
{
    struct guest_options options = request->guest;
    options.image_name = request->path; /* not the overlay's */
    AUTO(guest_close)
    struct guest *guest = guest_open(image, GUEST_READ_WRITE, &options, progress, err);
    if (!guest)
        return -1;
    if (request->fields)
        complete_from_guest(request->fields, guest_facts(guest));
    report_set_guest(report, guest_facts(guest));
    report_phase(report, "launch");
    if (customize_plan_run(request->plan, guest, progress, err))
        return -1;
    return guest_shutdown(guest, err);
}

static int begin_report(struct session *session, const struct build_request *request,
                        struct error **err)
{
    if (!request->report.wanted)
        return 0;
    session->report = report_begin(&request->report, request->path, session->input, request->plan,
                                   request->guest.ca_certificate, err);
    return session->report ? 0 : -1;
}

static int session_run(struct session *session, const struct build_request *request,
                       const char *output_dir, struct progress *progress, struct error **err)
{
    session->input = input_open(request->path, &request->input, progress, err);
    if (!session->input)
        return -1;
    if (request->fields && !request->no_inherit)
        complete_from_origin(request->fields, session->input->origin);

    const struct image *image = session->input->image;
    if (request->fields && bundle_check_size(image->virtual_size, &request->bundle, err))
        return -1;
    const char *parent = request->input.tmpdir ? request->input.tmpdir : output_dir;
    if (check_space(request, image, parent, output_dir, err))
        return -1;
    session->workdir = workdir_create(parent, err);
    if (!session->workdir || begin_report(session, request, err))
        return -1;
    session->overlay = overlay_create(image, workdir_path(session->workdir), err);
    if (!session->overlay)
        return -1;
    if (customize(request, overlay_image(session->overlay), session->report, progress, err))
        return -1;
    report_phase(session->report, "customizing");
    return 0;
}

/* bundle_options.before_publish: OPAQUE is the session. */
static int before_publish(void *opaque, const struct bundle_outcome *outcome, struct error **err)
{
    const struct session *session = opaque;
    if (session->report && report_write(session->report, outcome, err))
        return -1;
    return image_check_unchanged(session->input->image, err);
}

/* Bundle what CONTENT shows, provided that the input, beneath it, stays as it was. */
static int bundle(const struct build_request *request, const struct image *content,
                  struct session *session, struct progress *progress, struct build_result *result,
                  struct error **err)
{
    complete_from_host(request->fields);
    struct bundle_options options = request->bundle;
    options.before_publish = before_publish;
    options.before_publish_opaque = session;
    options.want_content = session->report;
    if (content->format == IMAGE_RAW)
        options.allocated = content->allocated_size;
    AUTO(device_close) struct device *device = image_device(content, err);
    if (!device)
        return -1;
    if (bundle_create(device, &options, progress, &result->manifest, &result->manifest_path, err))
        return -1;
    if (options.replace)
        report_remove_stale(&request->report, options.directory, options.fields->name);
    return 0;
}

/* Limits that the manifest's reader sets, tested before the appliance is launched. */
static int check_request(const struct build_request *request, struct error **err)
{
    if (customize_plan_needs_network(request->plan) && !request->guest.network)
        return error_set(
            err, ERROR_USAGE,
            "an operation needs the network inside the guest: allow it with --network");
    return 0;
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

int forge_build(const struct build_request *request, struct progress *progress,
                struct build_result *result, struct error **err)
{
    if (check_request(request, err))
        return -1;
    AUTO(destination_close) struct destination *destination = prepare_destination(request, err);
    if (!destination)
        return -1;

    AUTO_SESSION struct session session = { 0 };
    if (session_run(&session, request, request->bundle.directory, progress, err) ||
        bundle(request, overlay_image(session.overlay), &session, progress, result, err))
        return -1;
    destination_keep(destination);
    return 0;
}

int forge_customize(const struct build_request *request, struct progress *progress,
                    struct error **err)
{
    if (check_request(request, err))
        return -1;
    if (publish_check(request->output, request->replace_output, err))
        return -1;
    AUTO_FREE char *output_dir = path_dirname(request->output);
    AUTO(workdir_close) struct workdir *staging = workdir_create(output_dir, err);
    if (!staging)
        return -1;

    AUTO_SESSION struct session session = { 0 };
    if (session_run(&session, request, output_dir, progress, err))
        return -1;
    AUTO_FREE char *file = workdir_file(staging, "output");
    if (image_convert(overlay_image(session.overlay), file, request->output_format, progress,
                      err) ||
        image_check_unchanged(session.input->image, err))
        return -1;
    return publish_file(file, request->output, request->replace_output, err);
}

int forge_bundle(const struct build_request *request, struct progress *progress,
                 struct build_result *result, struct error **err)
{
    AUTO(destination_close) struct destination *destination = prepare_destination(request, err);
    if (!destination)
        return -1;
    AUTO_SESSION struct session session = { 0 };
    session.input = input_open(request->path, &request->input, progress, err);
    if (!session.input)
        return -1;
    if (!request->no_inherit)
        complete_from_origin(request->fields, session.input->origin);
    const struct image *image = session.input->image;
    if (require_space(request->bundle.directory, image->allocated_size / 2, "the bundle", err) ||
        begin_report(&session, request, err) ||
        bundle(request, image, &session, progress, result, err))
        return -1;
    destination_keep(destination);
    return 0;
}

void build_result_clear(struct build_result *result)
{
    manifest_clear(&result->manifest);
    free(result->manifest_path);
    *result = (struct build_result){ 0 };
}
