/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences for failures, timeouts and machines that end by themselves. */
#include "forge/join/boot_reason.h"
#include "forge/base/strings.h"

static const struct {
    bool hosts;
    const char *sentence;
} ends[] = {
    [MACHINE_DIED] = { true, "QEMU failed" },
    [MACHINE_RESTARTED] = { false, "the guest restarted itself before it was up, more often than "
                                   "--restarts allows: a watchdog, or a boot loader or kernel that "
                                   "crashes" },
    [MACHINE_POWERED_OFF] = { false, "the guest powered itself off before it was up" },
    [MACHINE_DISK_FULL] = { true,
                            "there is no room left for what the guest writes: give --tmpdir a "
                            "directory with more" },
    [MACHINE_STOPPED] = { true, "the virtual processor cannot go on" },
};

const char *boot_end_sentence(enum machine_end end)
{
    return ends[end].sentence;
}

bool boot_end_is_the_hosts(enum machine_end end)
{
    return ends[end].hosts;
}

/* SENTENCE and, in brackets, the lines that it goes back to. */
static char *with_evidence(const char *sentence, const struct boot_watch *watch)
{
    char *text = xstrdup(sentence);
    for (size_t i = 0; i < watch->clue_count + (watch->line ? 1 : 0); i++) {
        const char *line = i < watch->clue_count ? watch->clues[i] : watch->line;
        char *longer = xasprintf("%s%s\"%s\"", text, i ? ", " : " (", line);
        free(text);
        text = longer;
    }
    char *closed = watch->clue_count || watch->line ? xasprintf("%s)", text) : xstrdup(text);
    free(text);
    return closed;
}

/* What to do about a boot that took too long. */
static const char *timeout_advice(const struct boot_watch *watch, enum accel accel)
{
    if (!watch->heard)
        return "the serial console is silent, not even the firmware speaks";
    if (!watch->alive)
        return "the kernel says nothing on the serial console: either it does not start, or the "
               "image lacks console=ttyS0 on its kernel command line (GRUB_CMDLINE_LINUX in "
               "/etc/default/grub, then update-grub)";
    return accel == ACCEL_TCG ? "--timeout gives it more, which emulation may need"
                              : "--timeout gives it more";
}

static char *timeout_sentence(const struct boot_watch *watch, enum accel accel)
{
    const struct boot_request *request = watch->request;
    int timeout = request->timeout ? request->timeout : BOOT_TIMEOUT;
    const char *awaited = request->expected_count ? "what is expected did not come"
                                                  : "no login prompt came";
    if (watch->came_up)
        return xasprintf("%s within %d seconds, though the system came up (%s)", awaited, timeout,
                         watch->came_up);
    return xasprintf("%s within %d seconds: %s", awaited, timeout, timeout_advice(watch, accel));
}

char *boot_reason(const struct boot_watch *watch, enum machine_end end, enum accel accel)
{
    if (watch->verdict == BOOT_FAILURE)
        return with_evidence(watch->sign->sentence, watch);
    if (watch->verdict == BOOT_ENDED)
        return with_evidence(boot_end_sentence(end), watch);
    AUTO_FREE char *sentence = timeout_sentence(watch, accel);
    return with_evidence(sentence, watch);
}
