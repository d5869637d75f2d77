/* SPDX-License-Identifier: Apache-2.0 */
/* A libguestfs handle from its creation to the running appliance. */
#include "forge/base/cancel.h"
#include "forge/base/cpu.h"
#include "forge/base/log.h"
#include "forge/base/memory.h"
#include "fsimage/launch.h"

struct launch {
    guestfs_h *handle;
};

guestfs_h *launch_handle(struct launch *launch)
{
    return launch->handle;
}

static int launch_error(const struct launch *launch, struct error **err)
{
    const char *last = guestfs_last_error(launch->handle);
    AUTO_FREE char *text = guest_printable(last ? last : "no reason given");
    return cancel_check(err) ? -1 : error_set(err, ERROR_HOST, "%s", text);
}

static int configure(struct launch *launch, const struct image *image, enum guest_mode mode,
                     const struct guest_options *options, struct error **err)
{
    guestfs_h *g = launch->handle;
    int smp = options->smp ? options->smp : (int)cpu_count();
    const char *appliance = options->appliance ? options->appliance : getenv("FORGE_APPLIANCE");
    guestfs_set_error_handler(g, NULL, NULL);
    if ((!getenv("LIBGUESTFS_BACKEND") && guestfs_set_backend(g, "direct")) ||
        guestfs_set_pgroup(g, 1) || guestfs_set_network(g, options->network) ||
        guestfs_set_smp(g, smp) || (options->memsize && guestfs_set_memsize(g, options->memsize)) ||
        (appliance && *appliance && guestfs_set_path(g, appliance)))
        return launch_error(launch, err);
    int failed = !image ? guestfs_add_drive_scratch(g, 16 << 20, -1)
                        : guestfs_add_drive_opts(g, image->path, GUESTFS_ADD_DRIVE_OPTS_FORMAT,
                                                 image_format_name(image->format),
                                                 GUESTFS_ADD_DRIVE_OPTS_READONLY,
                                                 mode == GUEST_READ_ONLY,
                                                 GUESTFS_ADD_DRIVE_OPTS_CACHEMODE, "unsafe", -1);
    return failed ? launch_error(launch, err) : 0;
}

struct launch *launch_start(const struct image *image, enum guest_mode mode,
                            const struct guest_options *options, struct error **err)
{
    AUTO(launch_close) struct launch *launch = NEW(struct launch);
    launch->handle = guestfs_create();
    if (!launch->handle) {
        error_set(err, ERROR_HOST, "libguestfs gives no handle");
        return NULL;
    }
    if (configure(launch, image, mode, options, err))
        return NULL;
    if (guestfs_launch(launch->handle)) {
        launch_error(launch, err);
        error_wrap(err, "launching the appliance");
        return NULL;
    }
    return STEAL(launch);
}

int launch_shutdown(struct launch *launch, struct error **err)
{
    return guestfs_shutdown(launch->handle) ? launch_error(launch, err) : 0;
}

void launch_close(struct launch *launch)
{
    if (!launch)
        return;
    if (launch->handle)
        guestfs_close(launch->handle);
    free(launch);
}
