/* SPDX-License-Identifier: Apache-2.0 */
/* A libguestfs handle from its creation to the running appliance, with KVM or without. */
#include "forge/base/cancel.h"
#include "forge/base/cpu.h"
#include "forge/base/log.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"
#include "forge/base/workdir.h"
#include "fsimage/guest/guest_trace.h"
#include "fsimage/guest/launch.h"
#include "fsimage/guest/watchdog.h"
#include "fsimage/host/accel.h"
#include "fsimage/host/leftovers.h"
#include "fsimage/image/overlay.h"

#include <stdio.h>
#include <string.h>

enum { LAUNCH_SECONDS = 300, SILENCE_SECONDS = 60, BANNER_SECONDS = 10, SCRATCH_SIZE = 16 << 20 };

struct launch {
    guestfs_h *handle;
    struct watchdog *watchdog;
    struct workdir *workdir; /* libguestfs's temporary files */
    /* Over an image to be read only. libguestfs would make one itself, but lets qemu probe what the
     * guest sees in it: a disk that begins as a qcow2 header does could name files of the host. */
    struct overlay *overlay;
    struct guest_channels channels;
    char *drive; /* the image by a name that libguestfs takes */
};

guestfs_h *launch_handle(struct launch *launch)
{
    return launch->handle;
}

const struct guest_channels *launch_channels(const struct launch *launch)
{
    return &launch->channels;
}

void launch_kill(struct launch *launch)
{
    watchdog_kill(launch->watchdog);
}

static void on_console(guestfs_h *handle, void *opaque, uint64_t event, int event_handle, int flags,
                       const char *text, size_t length, const uint64_t *array, size_t array_length)
{
    (void)event, (void)event_handle, (void)flags, (void)array, (void)array_length;
    watchdog_console(opaque, text, length);
    if (guestfs_get_verbose(handle)) /* LIBGUESTFS_DEBUG asks for all of it */
        fwrite(text, length, 1, stderr);
}

/* libguestfs refuses names with a colon, which once was qemu's syntax: a symbolic link in our own
 * directory has none. */
static char *drive_name(const struct launch *launch, const struct image *image, struct error **err)
{
    if (!strchr(image->path, ':'))
        return xstrdup(image->path);
    AUTO_FREE char *link = workdir_file(launch->workdir, "image");
    unlink(link);
    if (symlink(image->path, link)) {
        error_set_errno(err, "making a link to %s", image->path);
        return NULL;
    }
    return STEAL(link);
}

static int add_drive(guestfs_h *handle, const char *path, const struct image *image)
{
    if (!image)
        return guestfs_add_drive_scratch(handle, SCRATCH_SIZE, -1);
    /* What is written is an overlay that a crash makes worthless anyway: no flushes. */
    return guestfs_add_drive_opts(handle, path, GUESTFS_ADD_DRIVE_OPTS_FORMAT,
                                  image_format_name(image->format),
                                  GUESTFS_ADD_DRIVE_OPTS_CACHEMODE, "unsafe",
                                  GUESTFS_ADD_DRIVE_OPTS_DISCARD, "besteffort", -1);
}

static int set_accel(guestfs_h *handle, enum accel accel)
{
    return guestfs_set_backend_setting(handle, accel == ACCEL_TCG ? "force_tcg" : "force_kvm", "1");
}

/* Without "ignore_loglevel" the console is empty until the daemon is up. */
static int set_append(guestfs_h *handle)
{
    const char *before = guestfs_get_append(handle);
    AUTO_FREE char *append =
        xasprintf("%s%signore_loglevel", before ? before : "", before ? " " : "");
    return guestfs_set_append(handle, append);
}

static int configure(struct launch *launch, const struct image *image,
                     const struct guest_options *options, enum accel accel)
{
    guestfs_h *g = launch->handle;
    int smp = options->smp ? options->smp : (int)cpu_count();
    const char *appliance = options->appliance ? options->appliance : getenv("FORGE_APPLIANCE");
    guestfs_set_error_handler(g, NULL, NULL);
    if (options->trace || guestfs_get_trace(g) == 1) /* LIBGUESTFS_TRACE would show contents */
        guest_trace_start(g);
    return (!getenv("LIBGUESTFS_BACKEND") && guestfs_set_backend(g, "direct")) ||
           set_accel(g, accel) || set_append(g) || guestfs_set_pgroup(g, 1) ||
           guestfs_set_tmpdir(g, workdir_path(launch->workdir)) ||
           guestfs_set_network(g, options->network) || guestfs_set_smp(g, smp) ||
           (options->memsize && guestfs_set_memsize(g, options->memsize)) ||
           (appliance && *appliance && guestfs_set_path(g, appliance)) ||
           add_drive(g, launch->drive, image) ||
           guestfs_set_event_callback(g, on_console,
                                      GUESTFS_EVENT_APPLIANCE | GUESTFS_EVENT_LIBRARY, 0,
                                      launch->watchdog) < 0;
}

/* The first line says it; libguestfs adds how to debug libguestfs. */
static char *library_reason(const struct launch *launch)
{
    const char *last = guestfs_last_error(launch->handle);
    AUTO_FREE char *text = guest_printable(last ? last : "no reason given");
    if (starts_with(text, "guestfs_launch failed."))
        return xstrdup("it did not come up");
    return xstrndup(text, strcspn(text, "\n"));
}

/* What ended the launch, and what the console said last. */
static int launch_failed(struct launch *launch, const struct guest_options *options,
                         struct error **err)
{
    if (cancel_check(err))
        return -1;
    AUTO_FREE char *reason = NULL;
    int limit = options->launch_timeout ? options->launch_timeout : LAUNCH_SECONDS;
    switch (watchdog_verdict(launch->watchdog)) {
    case WATCHDOG_LAUNCH_TOO_LONG:
        reason = xasprintf("it did not come up within %d seconds", limit);
        break;
    case WATCHDOG_SILENT:
        reason = xasprintf("its console has been silent for %d seconds", SILENCE_SECONDS);
        break;
    case WATCHDOG_NO_BANNER:
        reason = xasprintf("its kernel said nothing within %d seconds", BANNER_SECONDS);
        break;
    default:
        reason = library_reason(launch);
    }
    AUTO_FREE char *raw = watchdog_console_tail(launch->watchdog);
    AUTO_FREE char *tail = guest_printable(raw);
    return error_set(err, ERROR_HOST, "launching the appliance: %s%s%s", reason,
                     *tail ? "; its last lines:\n" : "", tail);
}

static void drop_handle(struct launch *launch)
{
    if (launch->handle)
        guestfs_close(STEAL(launch->handle));
    watchdog_stop(STEAL(launch->watchdog));
    guest_channels_clear(&launch->channels);
}

/* Once, with ACCEL; a handle cannot be launched twice, so each attempt makes its own. */
static int attempt(struct launch *launch, const struct image *image,
                   const struct guest_options *options, enum accel accel, struct error **err)
{
    struct watchdog_limits limits = {
        .launch = options->launch_timeout ? options->launch_timeout : LAUNCH_SECONDS,
        .silence = SILENCE_SECONDS,
        .banner = accel == ACCEL_KVM && options->accel == ACCEL_AUTO ? BANNER_SECONDS : 0,
    };
    drop_handle(launch);
    launch->handle = guestfs_create_flags(0);
    if (!launch->handle)
        return error_set(err, ERROR_HOST, "libguestfs gives no handle");
    launch->watchdog = watchdog_start(&limits, err);
    if (!launch->watchdog)
        return -1;
    if (guest_channels_open(&launch->channels, options->shell, launch->handle, err))
        return -1;
    if (configure(launch, image, options, accel) || guestfs_launch(launch->handle))
        return launch_failed(launch, options, err);
    watchdog_launched(launch->watchdog, guestfs_get_pid(launch->handle));
    return cancel_check(err) ? -1 : guest_channels_accept(&launch->channels, err);
}

/* A KVM that was not asked for by name may fail; then emulation has to do. Nothing is remembered:
 * the reason may be gone the next time. */
static bool kvm_is_to_blame(struct launch *launch, enum accel wanted, enum accel accel)
{
    if (wanted != ACCEL_AUTO || accel != ACCEL_KVM || !launch->watchdog || cancel_signal())
        return false;
    AUTO_FREE char *tail = watchdog_console_tail(launch->watchdog);
    return !watchdog_saw_banner(launch->watchdog) || strstr(tail, "KVM internal error") ||
           watchdog_verdict(launch->watchdog) == WATCHDOG_SILENT;
}

struct launch *launch_start(const struct image *image, enum guest_mode mode,
                            const struct guest_options *options, struct error **err)
{
    leftovers_sweep();
    AUTO(launch_close) struct launch *launch = NEW(struct launch);
    launch->workdir = workdir_create(temporary_parent(NULL), err);
    if (!launch->workdir)
        return NULL;
    if (image && mode == GUEST_READ_ONLY) {
        launch->overlay = overlay_create(image, workdir_path(launch->workdir), err);
        if (!launch->overlay)
            return NULL;
        image = overlay_image(launch->overlay);
    }
    if (image && !(launch->drive = drive_name(launch, image, err)))
        return NULL;
    if (options->accel == ACCEL_KVM && accel_check_kvm(err))
        return NULL;
    enum accel accel = accel_choose(options->accel);
    struct error *failed = NULL;
    if (attempt(launch, image, options, accel, &failed)) {
        if (!kvm_is_to_blame(launch, options->accel, accel)) {
            error_move(err, failed);
            return NULL;
        }
        log_debug("%s", failed->message);
        error_free(failed);
        log_info("the appliance makes no progress with KVM: using software emulation, which is "
                 "slower");
        if (attempt(launch, image, options, ACCEL_TCG, err))
            return NULL;
    }
    return STEAL(launch);
}

int launch_shutdown(struct launch *launch, struct error **err)
{
    if (guestfs_shutdown(launch->handle) == 0)
        return 0;
    AUTO_FREE char *reason = library_reason(launch);
    return cancel_check(err)
               ? -1
               : error_set(err, ERROR_HOST, "shutting the appliance down: %s", reason);
}

void launch_close(struct launch *launch)
{
    if (!launch)
        return;
    drop_handle(launch);
    overlay_close(launch->overlay);
    workdir_close(launch->workdir);
    free(launch->drive);
    free(launch);
}
