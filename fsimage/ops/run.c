/* SPDX-License-Identifier: Apache-2.0 */
/* --run-command COMMAND, --run SCRIPT: the user's programs, inside the guest. */
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/local_file.h"
#include "fsimage/ops/ops.h"

int check_run_command(struct customize_step *step, struct error **err)
{
    (void)step; /* any text is a command */
    (void)err;
    return 0;
}

int op_run_command(struct guest *guest, const struct customize_step *step, struct error **err)
{
    const char *const argv[] = { "/bin/sh", "-c", step->first, NULL };
    return guest_run(guest, argv, NULL, err);
}

/* The script lies in a directory of its own, so that it keeps its name in its messages. */
static int upload_and_run(struct guest *guest, const char *local, const char *dir,
                          struct error **err)
{
    AUTO_FREE char *script = path_join(dir, path_basename(local));
    if (guest_file_upload(guest, local, script, true, err))
        return -1;
    const char *const argv[] = { script, NULL };
    return guest_run(guest, argv, NULL, err);
}

int op_run(struct guest *guest, const struct customize_step *step, struct error **err)
{
    AUTO_FREE char *local = local_path(step, step->first);
    AUTO_FREE char *dir = guest_file_temporary(guest, err);
    if (!dir)
        return -1;
    int result = upload_and_run(guest, local, dir, err);
    return guest_file_remove_temporary(guest, dir, err) ? -1 : result;
}
