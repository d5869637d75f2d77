/* SPDX-License-Identifier: Apache-2.0 */
/* A disk image, or a bundle restored to one. */
#include "forge/join/input.h"
#include "forge/base/workdir.h"
#include "forge/join/pin.h"

#include <fcntl.h>
#include <string.h>

/* An XML document starts with its declaration or its first element, perhaps behind a byte order
 * mark and blanks; no boot sector, file system or qcow2 header does. */
bool input_is_manifest(const char *path)
{
    AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char head[64] = { 0 };
    if (fd < 0 || read(fd, head, sizeof(head) - 1) < 1)
        return false;
    const char *text = starts_with(head, "\xef\xbb\xbf") ? head + 3 : head;
    text += strspn(text, " \t\r\n");
    return starts_with(text, "<?xml") || starts_with(text, "<manifest") ||
           starts_with(text, "<!DOCTYPE");
}

static struct image *restore(const struct manifest *manifest, const char *path,
                             const struct input_options *options, const char *scratch,
                             struct progress *progress, struct error **err)
{
    AUTO_FREE char *parts = path_dirname(path);
    AUTO_FREE char *file = path_join(scratch, "restored.raw");
    if (require_space(scratch, manifest->size, "restoring the bundle's image", err))
        return NULL;
    AUTO(device_close)
    struct device *device = device_create(file, IMAGE_RAW, manifest->size, false, err);
    if (!device || bundle_extract(manifest, options->key, parts, device, progress, NULL, NULL, err))
        return NULL;
    return image_of(file, IMAGE_RAW, manifest->size);
}

static struct input *open_bundle(const char *path, const struct input_options *options,
                                 struct progress *progress, struct error **err)
{
    AUTO(input_close) struct input *input = NEW(struct input);
    input->origin = NEW(struct manifest);
    if (manifest_read(path, input->origin, err))
        return NULL;
    if (!options->key) {
        error_set(err, ERROR_USAGE, "%s is a bundle: give the --privatekey that opens it", path);
        return NULL;
    }
    input->scratch = workdir_create(temporary_parent(options->tmpdir), err);
    if (!input->scratch)
        return NULL;
    input->image =
        restore(input->origin, path, options, workdir_path(input->scratch), progress, err);
    if (!input->image) {
        error_wrap(err, "restoring the image of %s", path);
        return NULL;
    }
    return STEAL(input);
}

/* From here on the image must stay what it was when it was digested. */
static int hold(struct input *input, const struct stat *seen, struct error **err)
{
    input->image->opened = *seen;
    return image_check_unchanged(input->image, err);
}

struct input *input_open(const char *path, const struct input_options *options,
                         struct progress *progress, struct error **err)
{
    struct stat seen;
    if (options->sha256 && pin_check(path, options->sha256, &seen, progress, err))
        return NULL;
    if (!options->image.format && input_is_manifest(path))
        return open_bundle(path, options, progress, err);
    AUTO(input_close) struct input *input = NEW(struct input);
    input->image = image_open(path, &options->image, err);
    if (!input->image || (options->sha256 && hold(input, &seen, err)))
        return NULL;
    return STEAL(input);
}

void input_close(struct input *input)
{
    if (!input)
        return;
    image_close(input->image);
    if (input->origin)
        manifest_clear(input->origin);
    free(input->origin);
    workdir_close(input->scratch);
    free(input);
}
