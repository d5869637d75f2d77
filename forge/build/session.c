/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the flow that all verbs with an image share. */
#include "forge/build/session.h"
#include "forge/base/log.h"
#include "forge/base/workdir.h"
#include "forge/build/complete.h"
#include "fsimage/overlay.h"

void session_clear(struct session *session)
{
    image_close(session->disk);
    layout_source_clear(&session->source);
    report_close(session->report);
    overlay_close(session->overlay);
    image_close(session->bare);
    workdir_close(session->workdir);
    input_close(session->input);
}

int session_check_input(const struct session *session, struct error **err)
{
    return session->input ? image_check_unchanged(session->input->image, err) : 0;
}

/* -- the input -- */

/* GRUB's tools are the guest's own, and operations need a guest: files become a bare file system
 * first, with room for what the guest will write, for the appliance to open. */
static int make_bare(struct session *session, const struct layout_source *files,
                     struct progress *progress, struct error **err)
{
    struct layout_request bare = session->layout;
    bare.layout = DISK_ROOTFS;
    bare.size_kind = LAYOUT_FREE;
    bare.size = INT64_C(1) << 30;
    AUTO_FREE char *path = workdir_file(session->workdir, "bare.raw");
    int64_t size;
    if (layout_make(&bare, files, path, progress, &size, err))
        return error_wrap(err, "making a disk of %s", session->request->path);
    session->image = session->bare = image_of(path, IMAGE_RAW, size);
    session->layout.rules = NULL;
    session->layout.rule_count = 0;
    if (session->layout.size_kind == LAYOUT_AS_SOURCE) {
        session->layout.size_kind = LAYOUT_FREE;
        session->layout.size = INT64_C(256) << 20;
    }
    return 0;
}

static int open_files(struct session *session, struct progress *progress, struct error **err)
{
    const struct build_request *request = session->request;
    if (!request->plan && !layout_boots(session->layout.layout)) {
        layout_source_of_files(request->path, &session->source);
        return 0;
    }
    AUTO_LAYOUT_SOURCE struct layout_source files = { 0 };
    layout_source_of_files(request->path, &files);
    return make_bare(session, &files, progress, err);
}

static int open_image(struct session *session, struct progress *progress, struct error **err)
{
    const struct build_request *request = session->request;
    session->input = input_open(request->path, &request->input, progress, err);
    if (!session->input)
        return -1;
    session->image = session->input->image;
    if (!request->fields)
        return 0;
    if (!request->no_inherit)
        complete_from_origin(request->fields, session->input->origin);
    bool kept = session->layout.layout == DISK_KEEP;
    return kept ? bundle_check_size(session->image->virtual_size, &request->bundle, err) : 0;
}

static int begin_report(struct session *session, struct error **err)
{
    const struct build_request *request = session->request;
    if (!request->report.wanted)
        return 0;
    session->report = report_begin(&request->report, request->path, session->input, request->plan,
                                   request->guest.ca_certificate, err);
    return session->report ? 0 : -1;
}

/* -- the guest -- */

/* What customizing will write is not known before: a quarter of the image, for packages and
 * uploads, is the working estimate. */
static int check_space(const struct session *session, const char *output_dir, struct error **err)
{
    const char *dir = workdir_path(session->workdir);
    int64_t output = session->image->allocated_size, overlay = output / 4 + (64 << 20);
    AUTO_FREE char *overlay_text = format_size(overlay);
    AUTO_FREE char *output_text = format_size(output);
    if (!output_dir)
        return require_space(dir, overlay, "the overlay", err);
    log_info("%s: needs up to %s in %s while it is customized, and %s in %s for the result",
             session->request->path, overlay_text, dir, output_text, output_dir);
    if (require_space(dir, overlay, "customizing", err))
        return -1;
    bool kept = session->layout.layout == DISK_KEEP;
    return kept ? require_space(output_dir, output, "the result", err) : 0;
}

/* What the request wants done in the guest. */
static int work_in_guest(struct session *session, struct guest *guest, const char *output_dir,
                         struct progress *progress, struct error **err)
{
    const struct build_request *request = session->request;
    if (request->plan && customize_plan_run(request->plan, guest, progress, err))
        return -1;
    if (request->guest.shell && session_shell(session, guest, err))
        return -1;
    if (session->left || !output_dir || session->layout.layout == DISK_KEEP)
        return 0;
    return layout_source_ask(&session->layout, guest, workdir_path(session->workdir), progress,
                             &session->source, err);
}

/* Everything that needs the appliance, in its one launch. */
static int run_guest(struct session *session, const char *output_dir, struct progress *progress,
                     struct error **err)
{
    const struct build_request *request = session->request;
    struct guest_options options = request->guest;
    options.image_name = request->path; /* not the overlay's */
    AUTO(guest_close)
    struct guest *guest =
        guest_open(overlay_image(session->overlay), GUEST_READ_WRITE, &options, progress, err);
    if (!guest)
        return -1;
    if (request->fields)
        complete_from_guest(request->fields, guest_facts(guest));
    report_set_guest(session->report, guest_facts(guest));
    report_phase(session->report, "launch");
    struct error *failed = NULL;
    if (work_in_guest(session, guest, output_dir, progress, &failed)) {
        if (request->keep_overlay && failed->cause != ERROR_INTERRUPTED)
            session_keep_overlay(session, guest, failed);
        return error_move(err, failed);
    }
    if (session->left)
        return 0;
    if (guest_shutdown(guest, err))
        return -1;
    report_phase(session->report, "customizing");
    return 0;
}

/* The input, changed only in an overlay over it. */
static int use_overlay(struct session *session, const char *output_dir, struct progress *progress,
                       struct error **err)
{
    if (session->request->plan && check_space(session, output_dir, err))
        return -1;
    session->overlay = overlay_create(session->image, workdir_path(session->workdir), err);
    if (!session->overlay || run_guest(session, output_dir, progress, err))
        return -1;
    session->result = overlay_image(session->overlay);
    return 0;
}

/* -- the layout -- */

static int lay_out(struct session *session, const char *disk, struct progress *progress,
                   struct error **err)
{
    AUTO_FREE char *beside = workdir_file(session->workdir, "disk.raw");
    const char *path = disk ? disk : beside;
    int64_t size;
    if (session->overlay && layout_source_open(session->result, &session->source, err))
        return -1;
    if (layout_make(&session->layout, &session->source, path, progress, &size, err))
        return error_wrap(err, "making a disk of %s", session->request->path);
    report_phase(session->report, "layout");
    session->result = session->disk = image_of(path, IMAGE_RAW, size);
    return 0;
}

int session_run(struct session *session, const struct build_request *request,
                const char *output_dir, const char *disk, struct progress *progress,
                struct error **err)
{
    session->request = request;
    session->layout = request->layout;
    session->layout.reproducible = request->bundle.reproducible;
    bool files = !request->input.image.format && layout_takes_files(request->path);
    if (files && session->layout.layout == DISK_KEEP)
        session->layout.layout = DISK_ROOTFS;
    if (layout_check(&session->layout, err))
        return -1;

    bool fresh = session->layout.layout != DISK_KEEP;
    const char *tmpdir = request->input.tmpdir;
    const char *parent = tmpdir || !output_dir ? temporary_parent(tmpdir) : output_dir;
    if ((fresh || request->plan) && !(session->workdir = workdir_create(parent, err)))
        return -1;
    if (files ? open_files(session, progress, err) : open_image(session, progress, err))
        return -1;
    if (begin_report(session, err))
        return -1;
    session->result = session->image;
    if (session->image && session->workdir && use_overlay(session, output_dir, progress, err))
        return -1;
    return fresh && output_dir ? lay_out(session, disk, progress, err) : 0;
}
