/* SPDX-License-Identifier: Apache-2.0 */
/* forge shell: the flow of an image with somebody in the guest behind its operations. */
#include "forge/build/shell.h"
#include "forge/base/log.h"
#include "forge/base/terminal.h"
#include "forge/build/session.h"

static int throw_away(const struct build_request *request, struct progress *progress,
                      struct error **err)
{
    AUTO_SESSION struct session session = { 0 };
    if (build_check_request(request, err) ||
        session_run(&session, request, NULL, NULL, progress, err))
        return -1;
    return session_check_input(&session, err);
}

int forge_shell(const struct build_request *request, struct progress *progress, struct error **err)
{
    struct build_request with_shell = *request;
    with_shell.guest.shell = terminal_is_there() ? GUEST_SHELL_ON_TERMINAL : GUEST_SHELL_ON_STREAMS;
    if (!request->output)
        return throw_away(&with_shell, progress, err);
    if (forge_build_image(&with_shell, progress, err))
        return -1;
    log_info("%s: written", request->output);
    return 0;
}
