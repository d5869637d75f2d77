/* SPDX-License-Identifier: Apache-2.0 */
/* The user's terminal as the console of a machine. */
#include "forge/base/cancel.h"
#include "forge/base/log.h"
#include "forge/base/terminal.h"
#include "forge/join/boot_machine.h"
#include "forge/join/boot_reason.h"

#include <limits.h>

enum { TICK_MS = 200, SILENT_TICKS = 50 };

/* Pass on what is typed; *LEFT becomes true when the user leaves. */
static int pass_typed(struct machine *machine, bool *left, struct error **err)
{
    char bytes[TERMINAL_CHUNK];
    size_t count;
    terminal_read(bytes, &count, left);
    return machine_type(machine, bytes, count, err);
}

/* Until the machine ends or the user leaves, or until KVM is given up; *SILENT tells that nothing
 * was ever heard of it. */
static int converse(const struct boot_request *request, const struct boot_machine *boot, bool *left,
                    bool *silent, struct error **err)
{
    struct machine *machine = boot->machine;
    int patience = boot_machine_may_emulate(boot, request) ? SILENT_TICKS : INT_MAX;
    bool heard = false;
    for (int ticks = 0; !*left; ticks++) {
        char bytes[MACHINE_CHUNK];
        size_t count;
        if (cancel_check(err))
            return -1;
        enum machine_event event = machine_wait(machine, STDIN_FILENO, TICK_MS, bytes, &count);
        heard |= count > 0;
        if (terminal_show(bytes, count, err) || boot_log(request, bytes, count, err) ||
            (event == MACHINE_KEYBOARD && pass_typed(machine, left, err)))
            return -1;
        *silent = !heard && (ticks > patience || event == MACHINE_ENDED);
        if (*silent || event == MACHINE_ENDED)
            return cancel_check(err);
    }
    return 0;
}

static int say_end(const struct boot_machine *boot, struct error **err)
{
    enum machine_end end = machine_end(boot->machine);
    if (!boot_end_is_the_hosts(end)) {
        log_info("%s", boot_end_sentence(end));
        return 0;
    }
    AUTO_FREE char *complaint = machine_complaint(boot->machine);
    return error_set(err, ERROR_HOST, "%s%s%s", boot_end_sentence(end), *complaint ? ": " : "",
                     complaint);
}

int forge_boot_terminal(const struct boot_request *request, struct error **err)
{
    if (!terminal_is_there())
        return error_set(err, ERROR_USAGE, "--interactive needs a terminal");
    AUTO_BOOT_MACHINE struct boot_machine boot = { 0 };
    if (boot_machine_prepare(&boot, request, err))
        return -1;
    boot.options.restarts = INT_MAX;
    log_info("Ctrl-] leaves; what the guest writes is thrown away");
    bool left = false, silent = false;
    do {
        if (boot_machine_start(&boot, request, err))
            return -1;
        AUTO(terminal_close) struct terminal *terminal = terminal_open(err);
        if (!terminal || converse(request, &boot, &left, &silent, err))
            return -1;
    } while (silent && boot_machine_weaken(&boot, request));
    return left ? 0 : say_end(&boot, err);
}
