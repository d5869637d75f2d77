/* SPDX-License-Identifier: Apache-2.0 */
/* The overlay of a step that failed: kept, with the words of how to look at it. */
#include "forge/base/log.h"
#include "forge/base/shell_quote.h"
#include "forge/base/workdir.h"
#include "forge/build/session.h"
#include "fsimage/image/overlay.h"

/* The directories that were made for the run and now stay. */
static int keep_directories(struct session *session, struct string_list *names, struct error **err)
{
    struct workdir *const dirs[] = { session->workdir,
                                     session->input ? session->input->scratch : NULL };
    for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
        if (!dirs[i])
            continue;
        if (workdir_keep(dirs[i], err))
            return -1;
        string_list_take(names, realpath(workdir_path(dirs[i]), NULL));
    }
    return 0;
}

static char *how_to_look(const struct session *session, const struct string_list *dirs)
{
    AUTO_STRINGS struct string_list look = { 0 };
    AUTO_STRINGS struct string_list clear = { 0 };
    string_list_add(&look, "forge");
    string_list_add(&look, "shell");
    string_list_add(&look, "--allow-backing");
    string_list_add(&look, overlay_image(session->overlay)->path);
    string_list_add(&clear, "rm");
    string_list_add(&clear, "-r");
    for (size_t i = 0; i < dirs->count; i++)
        string_list_add(&clear, dirs->items[i]);
    AUTO_FREE char *look_text = shell_command(&look);
    AUTO_FREE char *clear_text = shell_command(&clear);
    return xasprintf("the disk as it was then is kept, look at it with\n  %s\nand remove it with\n"
                     "  %s",
                     look_text, clear_text);
}

void session_keep_overlay(struct session *session, struct guest *guest, struct error *step)
{
    AUTO(error_free) struct error *failed = NULL;
    AUTO_STRINGS struct string_list dirs = { 0 };
    if (guest_rescue(guest, &failed) || keep_directories(session, &dirs, &failed)) {
        log_warn("the overlay is not kept: %s", failed->message);
        return;
    }
    AUTO_FREE char *message = STEAL(step->message);
    AUTO_FREE char *advice = how_to_look(session, &dirs);
    step->message = xasprintf("%s\n%s", message, advice);
}
