/* SPDX-License-Identifier: Apache-2.0 */
/* The part of a session that somebody spends in the guest, told what will become of it. */
#include "forge/base/log.h"
#include "forge/build/session.h"
#include "fsimage/guest/guest_shell.h"

static void say_what_will_be(const struct build_request *request)
{
    if (request->output)
        log_info("root's shell in %s: exit writes %s, Ctrl-] gives up and writes nothing",
                 request->path, request->output);
    else
        log_info("root's shell in %s: what you change is thrown away (-o OUT would keep it as a "
                 "new image); exit or Ctrl-] ends it",
                 request->path);
}

/* The last command's status is that of a shell on a terminal: a typing mistake, and no failure. */
static int judge(struct session *session, const struct guest_shell_end *end, bool on_terminal,
                 struct error **err)
{
    const char *output = session->request->output;
    if (end->left && output)
        return error_set(err, ERROR_FAILED, "left by Ctrl-]: %s is not written", output);
    if (!on_terminal && end->status)
        return error_set(err, ERROR_GUEST, "the guest's shell ended with status %d", end->status);
    session->left = end->left;
    return 0;
}

int session_shell(struct session *session, struct guest *guest, struct error **err)
{
    const struct build_request *request = session->request;
    bool on_terminal = request->guest.shell == GUEST_SHELL_ON_TERMINAL;
    struct guest_shell_end end = { 0 };
    if (on_terminal)
        say_what_will_be(request);
    if (guest_shell_run(guest, &end, err) || judge(session, &end, on_terminal, err))
        return -1;
    if (on_terminal && !request->output)
        log_info("the shell has ended, its changes are thrown away: %s is as it was",
                 request->path);
    return 0;
}
