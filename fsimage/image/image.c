/* SPDX-License-Identifier: Apache-2.0 */
/* Images: opened by path, recognized without trusting what a guest could have written. */
#include "fsimage/image/image.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"
#include "fsimage/image/device_file.h"
#include "fsimage/image/image_check.h"
#include "fsimage/image/qcow2.h"

#include <fcntl.h>
#include <string.h>

static const char *const format_names[] = { [IMAGE_RAW] = "raw", [IMAGE_QCOW2] = "qcow2" };

const char *image_format_name(enum image_format format)
{
    return format_names[format];
}

int image_format_parse(const char *name, enum image_format *format, struct error **err)
{
    for (size_t i = 0; i < ARRAY_SIZE(format_names); i++) {
        if (strcmp(name, format_names[i]) == 0) {
            *format = (enum image_format)i;
            return 0;
        }
    }
    return error_set(err, ERROR_USAGE, "image format \"%s\" is not known (raw or qcow2)", name);
}

/* Only the first bytes of the file decide, which belong to the format and not to the guest: a raw
 * disk that starts as qcow2 does is the one case, and needs an explicit "raw". */
static int choose_format(int fd, const char *path, const char *given, enum image_format *format,
                         struct error **err)
{
    if (given)
        return image_format_parse(given, format, err);
    *format = qcow2_has_magic(fd) ? IMAGE_QCOW2 : IMAGE_RAW;
    const char *foreign = *format == IMAGE_RAW ? image_foreign_format(fd) : NULL;
    if (foreign)
        return error_set(err, ERROR_INVALID,
                         "%s: looks like %s, which is not supported (--format raw takes it as it "
                         "is)",
                         path, foreign);
    return 0;
}

struct image *image_open(const char *path, const struct image_options *options, struct error **err)
{
    static const struct image_options defaults;
    options = options ? options : &defaults;
    AUTO(image_close) struct image *image = NEW(struct image);
    image->path = realpath(path, NULL);
    /* O_NONBLOCK: a named pipe is refused, not waited for. */
    AUTO_FD int fd = image->path ? open(image->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
    if (fd < 0 || fstat(fd, &image->opened)) {
        error_set_errno_cause(err, ERROR_INVALID, "opening %s", path);
        return NULL;
    }
    if (S_ISDIR(image->opened.st_mode)) {
        error_set(err, ERROR_INVALID, "%s: is a directory, not an image", path);
        return NULL;
    }
    if (choose_format(fd, path, options->format, &image->format, err) ||
        image_check(fd, image->path, image->format, options->allow_backing, &image->virtual_size,
                    &image->allocated_size, err))
        return NULL;
    return STEAL(image);
}

struct image *image_of(const char *path, enum image_format format, int64_t virtual_size)
{
    struct image *image = NEW(struct image);
    image->path = realpath(path, NULL);
    if (!image->path)
        image->path = xstrdup(path);
    image->format = format;
    image->virtual_size = virtual_size;
    if (stat(image->path, &image->opened) == 0)
        image->allocated_size = image->opened.st_blocks * 512;
    return image;
}

int image_check_unchanged(const struct image *image, struct error **err)
{
    struct stat now;
    const struct stat *then = &image->opened;
    if (stat(image->path, &now))
        return error_set_errno(err, "%s", image->path);
    if (now.st_dev != then->st_dev || now.st_ino != then->st_ino || now.st_size != then->st_size ||
        now.st_mtim.tv_sec != then->st_mtim.tv_sec || now.st_mtim.tv_nsec != then->st_mtim.tv_nsec)
        return error_set(err, ERROR_FAILED, "%s: changed while it was being read", image->path);
    return 0;
}

struct device *image_device(const struct image *image, struct error **err)
{
    if (image->format == IMAGE_RAW)
        return device_open_raw(image->path, err);
    return device_open_nbd(image, false, err);
}

void image_close(struct image *image)
{
    if (!image)
        return;
    free(image->path);
    free(image);
}
