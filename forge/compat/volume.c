/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes: directories by the mount table and libblkid, images by their first sectors. */
#include "forge/compat/volume.h"
#include "forge/base/strings.h"
#include "forge/build/layout_source.h"
#include "forge/compat/compat.h"
#include "forge/join/input.h"

#include <string.h>
#include <sys/stat.h>

/* Of other file systems than ext's: names that it cannot have. */
static void forget_misfits(struct local_facts *facts)
{
    enum { LABEL_MAX = 16, UUID_LENGTH = 36 };
    if (facts->label && strlen(facts->label) > LABEL_MAX)
        free(STEAL(facts->label));
    if (facts->uuid && strlen(facts->uuid) != UUID_LENGTH)
        free(STEAL(facts->uuid));
}

/* What its device says; without the right to read it, nothing is known. */
static int ask_device(struct volume *volume, const char *device, bool must_know, struct error **err)
{
    AUTO(error_free) struct error *reason = NULL;
    if (local_facts_read(device, &volume->facts, &reason)) {
        volume->facts.table = DISK_KEEP;
        compat_warn("Type, label and UUID of %s are not kept: %s", volume->path, reason->message);
    }
    forget_misfits(&volume->facts);
    volume->layout = volume->facts.table;
    if (must_know && volume->layout == DISK_KEEP)
        return error_set(err, ERROR_INVALID,
                         "Cannot determine partition type of %s: give --partition", device);
    return 0;
}

static int open_directory(struct volume *volume, bool must_know, struct error **err)
{
    struct stat status;
    volume->root = realpath(volume->path, NULL);
    if (!volume->root)
        return error_set_errno(err, "looking for %s", volume->path);
    if (local_mounts_read("/proc/self/mounts", &volume->mounts, err))
        return -1;
    const struct local_mount *mount = local_mounts_find(&volume->mounts, volume->root);
    volume->layout = DISK_GPT;
    if (!mount || stat(mount->device, &status) || !S_ISBLK(status.st_mode))
        return 0;
    return ask_device(volume, mount->device, must_know, err);
}

static int open_image(struct volume *volume, struct error **err)
{
    if (input_is_manifest(volume->path))
        return error_set(err, ERROR_INVALID, "the volume %s is a manifest: unbundle it first",
                         volume->path);
    AUTO(image_close) struct image *image = image_open(volume->path, NULL, err);
    AUTO(device_close) struct device *device = image ? image_device(image, err) : NULL;
    volume->image = true;
    return device ? disk_table_find(device, &volume->layout, err) : -1;
}

int volume_open(struct volume *volume, const char *path, bool must_know, struct error **err)
{
    struct stat status;
    volume->path = path;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return open_directory(volume, must_know, err);
    if (!layout_takes_files(path))
        return open_image(volume, err);
    volume->layout = DISK_GPT;
    return 0;
}

void volume_clear(struct volume *volume)
{
    free(volume->root);
    local_mounts_clear(&volume->mounts);
    local_facts_clear(&volume->facts);
}
