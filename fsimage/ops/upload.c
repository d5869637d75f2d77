/* SPDX-License-Identifier: Apache-2.0 */
/* --upload FILE:DEST: one local file, owned by root whatever the host says. */
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/local_file.h"
#include "fsimage/ops/ops.h"
#include "fsimage/ops/permissions.h"

int check_upload(struct customize_step *step, struct error **err)
{
    AUTO_FREE char *local = local_path(step, step->first);
    if (guest_path_check(step->second, err))
        return -1;
    return local_file_check(local, NULL, err);
}

int op_upload(struct guest *guest, const struct customize_step *step, struct error **err)
{
    AUTO_FREE char *local = local_path(step, step->first);
    bool executable;
    if (local_file_check(local, &executable, err))
        return -1;
    int is_directory = guest_file_is_directory(guest, step->second, err);
    if (is_directory < 0)
        return -1;
    AUTO_FREE char *path = is_directory ? path_join(step->second, path_basename(local))
                                        : xstrdup(step->second);
    return guest_file_upload(guest, local, path, executable, err)
               ? -1
               : permissions_give(guest, step, path, err);
}
