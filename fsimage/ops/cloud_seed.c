/* SPDX-License-Identifier: Apache-2.0 */
/* --cloud-seed FILE: user data where the guest's cloud-init finds it at the next boot, without a
 * network: the seed directory of its datasource NoCloud. */
#include "forge/base/digest.h"
#include "forge/base/file.h"
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/local_file.h"
#include "fsimage/ops/ops.h"

#include <string.h>

enum { USER_DATA_MAX = 16 << 20 };

static const char program[] = "/usr/bin/cloud-init", configuration[] = "/etc/cloud/cloud.cfg.d";

/* cloud-init asks the datasources of this list alone: one that the image has may lack NoCloud, and
 * a cloud's own would win over the seed. The last file by name counts. */
static const char datasources[] = "/etc/cloud/cloud.cfg.d/99-forge-seed.cfg";
static const char datasource_list[] = "datasource_list: [ NoCloud, None ]\n";

/* meta-data: cloud-init does its work once for an instance, known by its id. Other user data is
 * another instance. Owned. */
static char *meta_data(const char *bytes, size_t length, struct error **err)
{
    enum { SHOWN = 16 };
    AUTO_FREE char *hex = digest_bytes(DIGEST_SHA256, bytes, length, err);
    return hex ? xasprintf("instance-id: forge-%.*s\n", SHOWN, hex) : NULL;
}

/* The file is made empty first, so that nobody else can read it at any time. */
static int write_private(struct guest *guest, const char *path, const char *bytes, size_t length,
                         struct error **err)
{
    guestfs_h *g = guest_handle(guest);
    if (guest_file_write(guest, path, "", 0, err))
        return -1;
    if (guestfs_chown(g, 0, 0, path) || guestfs_chmod(g, 0600, path))
        return guest_error(guest, err, "%s", path);
    return guest_file_write(guest, path, bytes, length, err);
}

static int plant(struct guest *guest, const char *bytes, size_t length, struct error **err)
{
    static const char dir[] = "/var/lib/cloud/seed/nocloud";
    AUTO_FREE char *user_path = path_join(dir, "user-data");
    AUTO_FREE char *meta_path = path_join(dir, "meta-data");
    AUTO_FREE char *meta = meta_data(bytes, length, err);
    if (!meta || guest_file_make_directory(guest, dir, err) ||
        write_private(guest, user_path, bytes, length, err) ||
        guest_file_write(guest, meta_path, meta, strlen(meta), err) ||
        guest_file_make_directory(guest, configuration, err))
        return -1;
    return guest_file_write(guest, datasources, datasource_list, strlen(datasource_list), err);
}

int op_cloud_seed(struct guest *guest, const struct customize_step *step, struct error **err)
{
    static const char off[] = "/etc/cloud/cloud-init.disabled";
    int there = guest_file_exists(guest, program, err);
    int disabled = there > 0 ? guest_file_exists(guest, off, err) : 0;
    if (there < 0 || disabled < 0)
        return -1;
    if (!there || disabled)
        return error_set(err, ERROR_GUEST,
                         there ? "the guest's cloud-init is switched off by %s"
                               : "the guest has no cloud-init: %s is missing",
                         there ? off : program);
    AUTO_FREE char *local = local_path(step, step->first);
    size_t length;
    char *bytes = file_read(local, USER_DATA_MAX, &length, err);
    if (!bytes)
        return -1;
    int result = plant(guest, bytes, length, err);
    explicit_bzero(bytes, length);
    free(bytes);
    return result;
}
