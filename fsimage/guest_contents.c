/* SPDX-License-Identifier: Apache-2.0 */
/* Lists the file systems and kernels of an open guest. */
#include "fsimage/guest_contents.h"
#include "fsimage/ops/guest_file.h"

#include <string.h>

/* Where DEVICE is mounted, out of guestfs_mountpoints' pairs; owned. */
static char *mount_point_of(char *const *mounts, const char *device)
{
    for (; mounts[0]; mounts += 2)
        if (strcmp(mounts[0], device) == 0)
            return xstrdup(mounts[1]);
    return NULL;
}

static void add_filesystem(struct guest_contents *contents, guestfs_h *handle, const char *device,
                           const char *type, char *const *mounts)
{
    int64_t size = guestfs_blockdev_getsize64(handle, device);
    contents->filesystems = xrealloc(contents->filesystems, contents->filesystem_count + 1,
                                     sizeof(*contents->filesystems));
    contents->filesystems[contents->filesystem_count++] = (struct guest_filesystem){
        .device = xstrdup(device),
        .type = xstrdup(type),
        .label = guest_text_or_null(guestfs_vfs_label(handle, device)),
        .uuid = guest_text_or_null(guestfs_vfs_uuid(handle, device)),
        .mount_point = mount_point_of(mounts, device),
        .size = size < 0 ? 0 : size,
    };
}

static int read_filesystems(struct guest *guest, struct guest_contents *out, struct error **err)
{
    guestfs_h *handle = guest_handle(guest);
    AUTO(guest_strings_free) char **found = guestfs_list_filesystems(handle);
    if (!found)
        return guest_error(guest, err, "listing the file systems");
    AUTO(guest_strings_free) char **mounts = guestfs_mountpoints(handle);
    if (!mounts)
        return guest_error(guest, err, "listing the mount points");
    for (char **pair = found; pair[0]; pair += 2)
        add_filesystem(out, handle, pair[0], pair[1], mounts);
    return 0;
}

static int read_kernels(struct guest *guest, struct guest_contents *out, struct error **err)
{
    AUTO(guest_strings_free)
    char **found = guestfs_glob_expand(guest_handle(guest), "/boot/vmlinu[xz]-*");
    if (!found)
        return guest_error(guest, err, "listing the kernels in /boot");
    for (char **path = found; *path; path++)
        string_list_add(&out->kernels, path_basename(*path));
    return 0;
}

int guest_contents_read(struct guest *guest, struct guest_contents *out, struct error **err)
{
    return read_filesystems(guest, out, err) ? -1 : read_kernels(guest, out, err);
}

void guest_contents_clear(struct guest_contents *contents)
{
    for (size_t i = 0; i < contents->filesystem_count; i++) {
        struct guest_filesystem *filesystem = &contents->filesystems[i];
        free(filesystem->device);
        free(filesystem->type);
        free(filesystem->label);
        free(filesystem->uuid);
        free(filesystem->mount_point);
    }
    free(contents->filesystems);
    string_list_clear(&contents->kernels);
    *contents = (struct guest_contents){ 0 };
}
