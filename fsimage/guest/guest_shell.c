/* SPDX-License-Identifier: Apache-2.0 */
/* A thread waits for the guest's shell inside libguestfs, the main thread passes its bytes on. */
#include "fsimage/guest/guest_shell.h"
#include "forge/base/cancel.h"
#include "forge/base/strings.h"
#include "forge/base/terminal.h"
#include "fsimage/guest/guest_private.h"
#include "fsimage/guest/guest_relay.h"

#include <pthread.h>
#include <sys/eventfd.h>

/* The build turns script/NAME.sh into NAME.inc, a C string. */
static const char script[] =
#include "end_others.inc"
#include "shell.inc"
    ;

/* -- the thread -- */

struct shell {
    struct guest *guest;
    const struct guest_channels *channels;
    struct string_list argv;
    int ended; /* an eventfd */
    pthread_t thread;
    /* Of the thread, until it is joined. */
    int result;
    char *output;
    struct error *error;
};

static void *wait_for_shell(void *opaque)
{
    struct shell *shell = opaque;
    shell->result = guest_run(shell->guest, (const char *const *)shell->argv.items, &shell->output,
                              &shell->error);
    eventfd_write(shell->ended, 1);
    return NULL;
}

static void make_argv(struct shell *shell, const char *dir, bool on_terminal)
{
    struct string_list *argv = &shell->argv;
    string_list_add(argv, "/bin/sh");
    string_list_add(argv, "-c");
    string_list_add(argv, script);
    string_list_add(argv, "forge");
    string_list_add(argv, dir);
    if (!on_terminal)
        return;
    const char *type = getenv("TERM");
    int rows, columns;
    terminal_size(&rows, &columns);
    string_list_add(argv, GUEST_TERMINAL);
    string_list_add(argv, type && *type ? type : "vt100");
    string_list_take(argv, xasprintf("%d", rows));
    string_list_take(argv, xasprintf("%d", columns));
}

static int start(struct shell *shell, struct error **err)
{
    shell->ended = eventfd(0, EFD_CLOEXEC);
    if (shell->ended < 0)
        return error_set_errno(err, "waiting for the guest's shell");
    errno = pthread_create(&shell->thread, NULL, wait_for_shell, shell);
    return errno ? error_set_errno(err, "starting a thread for the guest's shell") : 0;
}

/* -- the shell -- */

static int read_end(const struct shell *shell, struct guest_shell_end *end, struct error **err)
{
    int64_t status;
    if (!parse_integer(shell->output, 0, 255, &status))
        return error_set(err, ERROR_GUEST, "the guest does not tell how its shell ended");
    end->status = (int)status;
    return 0;
}

static int run(struct shell *shell, bool on_terminal, struct guest_shell_end *end,
               struct error **err)
{
    if (start(shell, err))
        return -1;
    int result = on_terminal ? guest_relay_terminal(shell->channels, shell->ended, &end->left, err)
                             : guest_relay_streams(shell->channels, shell->ended, err);
    if (result || end->left)
        launch_kill(shell->guest->launch);
    pthread_join(shell->thread, NULL);
    if (cancel_check(err) || result)
        return -1;
    if (end->left)
        return 0;
    if (shell->result)
        return error_move(err, STEAL(shell->error));
    return read_end(shell, end, err);
}

int guest_shell_run(struct guest *guest, struct guest_shell_end *end, struct error **err)
{
    struct shell shell = { .guest = guest,
                           .channels = launch_channels(guest->launch),
                           .ended = -1 };
    bool on_terminal = guest->options.shell == GUEST_SHELL_ON_TERMINAL;
    const char *dir = guest_run_directory(guest, err);
    if (!dir)
        return -1;
    make_argv(&shell, dir, on_terminal);
    int result = run(&shell, on_terminal, end, err);
    cleanup_fd(&shell.ended);
    string_list_clear(&shell.argv);
    free(shell.output);
    error_free(shell.error);
    return result;
}
