/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the flow that all verbs with an image share. */
#include "forge/build/session.h"
#include "forge/base/log.h"
#include "forge/base/workdir.h"
#include "forge/build/complete.h"
#include "forge/join/pin.h"
#include "fsimage/device_mask.h"
#include "fsimage/disk_free.h"
#include "fsimage/guest_resize.h"
#include "fsimage/overlay.h"

#include <time.h>

void session_clear(struct session *session)
{
    image_close(session->disk);
    layout_source_clear(&session->source);
    report_close(session->report);
    sysprep_changes_clear(&session->sysprep);
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
    bare.fstab = LAYOUT_FSTAB_KEEP; /* the appliance mounts by it */
    bare.menu_lst = NULL;
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
    struct stat seen;
    if (request->input.sha256 &&
        pin_check(request->path, request->input.sha256, &seen, progress, err))
        return -1;
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
    bool as_it_is = session->layout.layout == DISK_KEEP && !session->layout.size_kind;
    return as_it_is ? bundle_check_size(session->image->virtual_size, &request->bundle, err) : 0;
}

static int begin_report(struct session *session, struct error **err)
{
    const struct build_request *request = session->request;
    if (!request->report.wanted)
        return 0;
    struct layout_request wanted = request->layout; /* the session's may be changed by now */
    wanted.layout = session->layout.layout;
    session->report = report_begin(&request->report, request->path, session->input, request->plan,
                                   &wanted, request->guest.ca_certificate, err);
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

static int run_sysprep(struct session *session, struct guest *guest, struct progress *progress,
                       struct error **err)
{
    const struct build_request *request = session->request;
    if (sysprep_run(&request->sysprep, request->plan, request->sysprep_dry_run, guest, progress,
                    &session->sysprep, err))
        return -1;
    if (request->plan)
        sysprep_changes_warn(&session->sysprep, request->plan);
    report_set_sysprep(session->report, &request->sysprep, &session->sysprep);
    return 0;
}

/* -1, with the image's name in front of the reason. */
static int not_resized(const struct session *session, struct error **err)
{
    return error_wrap(err, "resizing %s", session->request->path);
}

/* The disk is kept: what is left to do for its size, and for the file systems that the appliance
 * alone can trim. */
static int finish_kept(struct session *session, struct guest *guest, struct error **err)
{
    AUTO_MOUNTS struct guest_mounts mounts = { 0 };
    if (session->layout.mask_free) {
        if (guest_mounts_read(guest, &mounts, err))
            return -1;
        guest_trim(guest, &mounts);
    }
    if (session->layout.size_kind &&
        in_place_resize(&session->in_place, &session->layout, guest, err))
        return not_resized(session, err);
    return 0;
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
    if (session->left || !output_dir)
        return 0;
    if (run_sysprep(session, guest, progress, err))
        return -1;
    if (session->layout.layout == DISK_KEEP)
        return finish_kept(session, guest, err);
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
    options.repair = session->layout.repair;
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
    if (!session->overlay)
        return -1;
    struct in_place *in_place = &session->in_place;
    bool resized = session->layout.layout == DISK_KEEP && session->layout.size_kind;
    if (resized && in_place_begin(in_place, &session->layout, session->overlay, err))
        return not_resized(session, err);
    if (run_guest(session, output_dir, progress, err))
        return -1;
    if (resized && in_place_finish(in_place, session->overlay, err))
        return not_resized(session, err);
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

struct device *session_device(const struct session *session, struct error **err)
{
    AUTO(device_close) struct device *device = image_device(session->result, err);
    AUTO_AREAS struct area_list areas = { 0 };
    if (!device || session->layout.layout != DISK_KEEP || !session->layout.mask_free)
        return STEAL(device);
    if (disk_free_find(device, &areas, err)) {
        error_wrap(err, "%s: leaving out what is free (--no-mask-free takes it along)",
                   session->request->path);
        return NULL;
    }
    AUTO_FREE char *total = format_size(area_list_total(&areas));
    log_debug("%s of free blocks are left out", total);
    return device_mask_new(STEAL(device), &areas);
}

/* Is anything wanted that is done on the way, in a directory of our own? */
static bool wants_work(const struct session *session)
{
    const struct layout_request *layout = &session->layout;
    return session->request->plan || layout->layout != DISK_KEEP || layout->size_kind ||
           layout->repair;
}

static int make_workdir(struct session *session, const char *output_dir, struct error **err)
{
    const char *tmpdir = session->request->input.tmpdir;
    const char *parent = tmpdir || !output_dir ? temporary_parent(tmpdir) : output_dir;
    session->workdir = workdir_create(parent, err);
    return session->workdir ? 0 : -1;
}

/* The image as it is may still hold file systems whose free space only the appliance knows. */
static int make_workdir_for_trim(struct session *session, const char *output_dir,
                                 struct error **err)
{
    bool wanted = false;
    if (session->workdir || !session->layout.mask_free)
        return 0;
    AUTO(device_close) struct device *device = image_device(session->image, err);
    if (!device || disk_wants_trim(device, &wanted, err))
        return -1;
    return wanted ? make_workdir(session, output_dir, err) : 0;
}

int session_run(struct session *session, const struct build_request *request,
                const char *output_dir, const char *disk, struct progress *progress,
                struct error **err)
{
    session->request = request;
    session->layout = request->layout;
    session->layout.reproducible = request->bundle.reproducible;
    session->layout.started = time(NULL);
    bool files = !request->input.image.format && layout_takes_files(request->path);
    if (files && session->layout.layout == DISK_KEEP)
        session->layout.layout = DISK_ROOTFS;
    if (layout_check(&session->layout, err))
        return -1;

    if (wants_work(session) && make_workdir(session, output_dir, err))
        return -1;
    if (files ? open_files(session, progress, err) : open_image(session, progress, err))
        return -1;
    if (begin_report(session, err) ||
        (session->image && make_workdir_for_trim(session, output_dir, err)))
        return -1;
    session->result = session->image;
    if (session->image && session->workdir && use_overlay(session, output_dir, progress, err))
        return -1;
    bool fresh = session->layout.layout != DISK_KEEP;
    return fresh && output_dir ? lay_out(session, disk, progress, err) : 0;
}
