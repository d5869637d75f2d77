/* SPDX-License-Identifier: Apache-2.0 */
/* Restores a bundle's image, raw or as qcow2, and publishes it by rename. */
#include "forge/join/unbundle.h"
#include "forge/base/workdir.h"

#include <fcntl.h>
#include <sys/stat.h>

static int read_manifest(const struct unbundle_request *request, struct manifest *manifest,
                         struct error **err)
{
    if (!request->key)
        return error_set(err, ERROR_USAGE,
                         "the key that opens the bundle is missing: give "
                         "--privatekey");
    return manifest_read(request->manifest_path, manifest, err);
}

static char *directory_of_parts(const struct unbundle_request *request)
{
    return request->source ? xstrdup(request->source) : path_dirname(request->manifest_path);
}

/* Restore MANIFEST's image as a new file at PATH. */
static int extract(const struct unbundle_request *request, const struct manifest *manifest,
                   const char *path, struct progress *progress, int64_t *mtime, struct error **err)
{
    AUTO_FREE char *parts = directory_of_parts(request);
    AUTO(device_close)
    struct device *device =
        device_create(path, request->format, manifest->size, request->no_sparse, err);
    if (!device)
        return -1;
    if (bundle_extract(manifest, request->key, parts, device, progress, mtime, request->report,
                       err))
        return error_wrap(err, "%s", request->manifest_path);
    return device_flush(device, err);
}

static int set_mtime(const char *path, int64_t mtime, struct error **err)
{
    const struct timespec times[] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = mtime } };
    if (utimensat(AT_FDCWD, path, times, 0))
        return error_set_errno(err, "setting the time of %s", path);
    return 0;
}

int forge_unbundle(const struct unbundle_request *request, struct progress *progress,
                   struct error **err)
{
    AUTO_MANIFEST struct manifest manifest = { 0 };
    if (read_manifest(request, &manifest, err))
        return -1;
    if (publish_check(request->output, request->manifest_path, request->replace, err))
        return -1;
    AUTO_FREE char *output_dir = path_dirname(request->output);
    AUTO(workdir_close) struct workdir *staging = workdir_create(output_dir, err);
    if (!staging)
        return -1;
    AUTO_FREE char *file = workdir_file(staging, "output");
    int64_t mtime = 0;
    if (extract(request, &manifest, file, progress, &mtime, err) || set_mtime(file, mtime, err))
        return -1;
    return publish_file(file, request->output, request->replace, err);
}

int forge_unbundle_stream(const struct unbundle_request *request, int fd, struct progress *progress,
                          struct error **err)
{
    AUTO_MANIFEST struct manifest manifest = { 0 };
    if (read_manifest(request, &manifest, err))
        return -1;
    AUTO_FREE char *parts = directory_of_parts(request);
    AUTO(device_close) struct device *stream = device_stream(fd, manifest.size);
    if (bundle_extract(&manifest, request->key, parts, stream, progress, NULL, request->report,
                       err))
        return error_wrap(err, "%s", request->manifest_path);
    return device_flush(stream, err);
}
