/* SPDX-License-Identifier: Apache-2.0 */
/* The user's terminal as the console of a machine: raw while it runs, as it was afterwards. */
#include "forge/base/cancel.h"
#include "forge/base/log.h"
#include "forge/join/boot_machine.h"
#include "forge/join/boot_reason.h"

#include <limits.h>
#include <string.h>
#include <termios.h>

enum { LEAVE = 0x1d /* Ctrl-] */, TICK_MS = 200, SILENT_TICKS = 50 };

static int make_raw(struct termios *before, struct error **err)
{
    if (tcgetattr(STDIN_FILENO, before))
        return error_set_errno(err, "asking for the terminal's settings");
    struct termios raw = *before;
    cfmakeraw(&raw);
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw))
        return error_set_errno(err, "changing the terminal's settings");
    return 0;
}

static int show(const char *bytes, size_t count, struct error **err)
{
    while (count) {
        ssize_t written = write(STDOUT_FILENO, bytes, count);
        if (written < 0 && errno != EINTR)
            return error_set_errno(err, "writing to the terminal");
        if (written > 0) {
            bytes += written;
            count -= (size_t)written;
        }
    }
    return 0;
}

/* Pass on what is typed; *LEFT becomes true at Ctrl-], or when the terminal is gone. */
static int pass_typed(struct machine *machine, bool *left, struct error **err)
{
    char bytes[256];
    ssize_t got = read(STDIN_FILENO, bytes, sizeof(bytes));
    if (got < 0 && errno == EINTR)
        return 0;
    const char *leave = got > 0 ? memchr(bytes, LEAVE, (size_t)got) : NULL;
    *left = got <= 0 || leave;
    size_t count = leave ? (size_t)(leave - bytes) : (size_t)(got > 0 ? got : 0);
    return machine_type(machine, bytes, count, err);
}

/* Until the machine ends or the user leaves; *SILENT tells that nothing was ever heard of it. */
static int converse(const struct boot_request *request, struct machine *machine, bool *left,
                    bool *silent, struct error **err)
{
    bool heard = false;
    for (int ticks = 0; !*left; ticks++) {
        char bytes[MACHINE_CHUNK];
        size_t count;
        if (cancel_check(err))
            return -1;
        enum machine_event event = machine_wait(machine, STDIN_FILENO, TICK_MS, bytes, &count);
        heard |= count > 0;
        if (show(bytes, count, err) || boot_log(request, bytes, count, err) ||
            (event == MACHINE_KEYBOARD && pass_typed(machine, left, err)))
            return -1;
        *silent = !heard && (ticks > SILENT_TICKS || event == MACHINE_ENDED);
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
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return error_set(err, ERROR_USAGE, "--interactive needs a terminal");
    AUTO_BOOT_MACHINE struct boot_machine boot = { 0 };
    if (boot_machine_prepare(&boot, request, err))
        return -1;
    boot.options.restarts = INT_MAX;
    log_info("Ctrl-] leaves; what the guest writes is thrown away");
    bool left = false, silent = false;
    do {
        struct termios before;
        if (boot_machine_start(&boot, request, err) || make_raw(&before, err))
            return -1;
        int result = converse(request, boot.machine, &left, &silent, err);
        tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
        if (result)
            return -1;
    } while (silent && boot_machine_weaken(&boot, request));
    return left ? 0 : say_end(&boot, err);
}
