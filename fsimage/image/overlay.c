/* SPDX-License-Identifier: Apache-2.0 */
/* Overlays: qcow2 files made by qemu-img, the format of what is beneath always recorded. */
#include "fsimage/image/overlay.h"
#include "forge/base/memory.h"
#include "forge/base/process.h"
#include "forge/base/strings.h"
#include "fsimage/image/device_file.h"

#include <fcntl.h>
#include <sys/stat.h>

struct overlay {
    struct image *image;
};

/* qemu-img takes both names as they are: absolute paths are never read as "protocol:...", and an
 * argument of its own has no option syntax in which a comma would mean something. */
static int create_qcow2(const struct image *base, const char *path, struct error **err)
{
    const char *const argv[] = {
        "qemu-img", "create",   "-q", "-f", "qcow2", "-F", image_format_name(base->format),
        "-b",       base->path, path, NULL
    };
    return process_run(argv, ERROR_HOST, NULL, NULL, err);
}

struct overlay *overlay_create(const struct image *base, const char *dir, struct error **err)
{
    AUTO_FREE char *real_dir = realpath(dir, NULL);
    if (!real_dir) {
        error_set_errno(err, "%s", dir);
        return NULL;
    }
    AUTO_FREE char *path = path_join(real_dir, "overlay.qcow2");
    if (create_qcow2(base, path, err)) {
        error_wrap(err, "making an overlay over %s", base->path);
        return NULL;
    }
    /* qemu counts in sectors: an odd tail of a raw file is padded with zeros. */
    int64_t size = (base->virtual_size + 511) / 512 * 512;
    struct overlay *overlay = NEW(struct overlay);
    overlay->image = image_of(path, IMAGE_QCOW2, size);
    overlay->image->allocated_size += base->allocated_size;
    return overlay;
}

int overlay_resize(struct overlay *overlay, int64_t size, struct error **err)
{
    AUTO_FREE char *bytes = xasprintf("%lld", (long long)size);
    const char *const grow[] = { "qemu-img",           "resize", "-q", "-f", "qcow2",
                                 overlay->image->path, bytes,    NULL };
    const char *const shrink[] = { "qemu-img",           "resize", "-q", "--shrink", "-f", "qcow2",
                                   overlay->image->path, bytes,    NULL };
    bool smaller = size < overlay->image->virtual_size;
    if (process_run(smaller ? shrink : grow, ERROR_HOST, NULL, NULL, err))
        return error_wrap(err, "resizing an overlay to %lld bytes", (long long)size);
    overlay->image->virtual_size = size;
    return 0;
}

struct device *overlay_device(struct overlay *overlay, struct error **err)
{
    return device_open_nbd(overlay->image, true, err);
}

const struct image *overlay_image(const struct overlay *overlay)
{
    return overlay->image;
}

void overlay_close(struct overlay *overlay)
{
    if (!overlay)
        return;
    image_close(overlay->image);
    free(overlay);
}
