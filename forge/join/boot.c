/* SPDX-License-Identifier: Apache-2.0 */
/* The boot check: an overlay, a machine, its console read until somebody can say how it went. */
#include "forge/join/boot.h"
#include "forge/base/cancel.h"
#include "forge/base/log.h"
#include "forge/join/boot_machine.h"
#include "forge/join/boot_reason.h"
#include "fsimage/disk/boot_sector.h"
#include "fsimage/guest/guest.h"

#include <string.h>
#include <time.h>

/* A prompt counts when the console pauses behind it; a failure's last words are waited for; a
 * firmware that says nothing at all runs on a KVM that does not work. */
enum { PAUSE_MS = 300, TIMER_ATTEMPTS = 3 };
static const double last_words = 2, silence = 10;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The one restart too many is an end, and what hints at its reason is kept. */
static void follow_restarts(struct boot_watch *watch, const struct machine *machine)
{
    int allowed = watch->request->restarts;
    while (watch->restarts < machine_restarts(machine) && watch->restarts < allowed) {
        boot_watch_restart(watch);
        log_info("the guest restarts itself (%d of %d times)", watch->restarts, allowed);
    }
}

/* Take what the machine says next; *EVENT tells what it was. */
static int listen(struct boot_watch *watch, struct machine *machine, enum machine_event *event,
                  struct error **err)
{
    char bytes[MACHINE_CHUNK];
    size_t count;
    if (cancel_check(err))
        return -1;
    *event = machine_wait(machine, -1, PAUSE_MS, bytes, &count);
    follow_restarts(watch, machine);
    if (*event == MACHINE_TALKS)
        boot_watch_feed(watch, bytes, count);
    else
        boot_watch_pause(watch);
    return boot_log(watch->request, bytes, count, err);
}

static bool kvm_is_silent(const struct boot_watch *watch, const struct boot_machine *boot,
                          double elapsed)
{
    return !watch->heard && elapsed > silence && boot_machine_may_emulate(boot, watch->request);
}

/* Once, until there is a verdict or KVM is given up. */
static int watch_machine(struct boot_watch *watch, const struct boot_machine *boot, double *seconds,
                         struct progress *progress, struct error **err)
{
    int timeout = watch->request->timeout ? watch->request->timeout : BOOT_TIMEOUT;
    double begun = now();
    *seconds = 0;
    while (watch->verdict == BOOT_UNDECIDED && !kvm_is_silent(watch, boot, *seconds)) {
        enum machine_event event;
        if (listen(watch, boot->machine, &event, err))
            return -1;
        *seconds = now() - begun;
        progress_update(progress, 0);
        if (watch->verdict != BOOT_UNDECIDED)
            break;
        if (event == MACHINE_ENDED)
            watch->verdict = BOOT_ENDED;
        else if (*seconds > timeout)
            watch->verdict = BOOT_TIMED_OUT;
    }
    enum machine_event event = MACHINE_TALKS;
    while (watch->verdict == BOOT_FAILURE && event == MACHINE_TALKS &&
           now() - begun < *seconds + last_words) {
        if (listen(watch, boot->machine, &event, err))
            return -1;
    }
    return 0;
}

/* Was it the machine that failed, so that another one may do better? */
static bool machine_failed(const struct boot_watch *watch, const struct boot_machine *boot)
{
    if (watch->verdict == BOOT_UNDECIDED)
        return true;
    enum machine_end end = machine_end(boot->machine);
    return watch->verdict == BOOT_ENDED && (end == MACHINE_DIED || end == MACHINE_STOPPED);
}

/* In emulation, where nothing else can be done about it, the same again may go well. */
static bool timer_failed(const struct boot_watch *watch, const struct boot_machine *boot,
                         int *attempts)
{
    if (!watch->sign || strcmp(watch->sign->name, BOOT_SIGN_TIMER) != 0 ||
        boot->options.accel != ACCEL_TCG || ++*attempts >= TIMER_ATTEMPTS)
        return false;
    log_info("the emulated timer did not tick in time for the kernel: starting again");
    return true;
}

static void fill_result(struct boot_result *result, const struct boot_watch *watch,
                        const struct boot_machine *boot)
{
    result->verdict = watch->verdict;
    result->accel = boot->options.accel;
    result->restarts = machine_restarts(boot->machine);
    result->pattern =
        xstrdup(watch->expected ? watch->expected : (watch->sign ? watch->sign->name : NULL));
    result->line = xstrdup(watch->line);
    if (watch->verdict == BOOT_SUCCESS)
        return;
    result->reason = boot_reason(watch, machine_end(boot->machine), boot->options.accel);
    AUTO_FREE char *tail = console_tail(&watch->console);
    result->tail = guest_printable(tail);
}

static int verdict_error(const struct boot_request *request, const struct boot_result *result,
                         struct error **err)
{
    const char *tail = result->tail ? result->tail : "";
    return error_set(err, ERROR_VERDICT, "%s did not boot: %s%s%s", request->name, result->reason,
                     *tail ? "\nthe console's last lines:\n" : "", tail);
}

static int host_error(const struct boot_machine *boot, const struct boot_result *result,
                      struct error **err)
{
    AUTO_FREE char *complaint = machine_complaint(boot->machine);
    return error_set(err, ERROR_HOST, "%s%s%s", result->reason, *complaint ? ": " : "", complaint);
}

/* A BIOS would run into the zeros, and nobody would hear of it before the time is up. */
static int check_boot_code(const struct boot_request *request, struct boot_result *result,
                           struct error **err)
{
    bool found = false;
    if (request->firmware != MACHINE_BIOS)
        return 0;
    if (boot_sector_has_code(request->image, &found, err))
        return -1;
    if (found)
        return 0;
    result->verdict = BOOT_FAILURE;
    result->pattern = xstrdup("no boot code");
    result->reason = xstrdup("its first sector holds no boot loader: install one (grub-install), "
                             "or give --firmware uefi if the image is made for it");
    return verdict_error(request, result, err);
}

int forge_boot(const struct boot_request *request, struct boot_result *result,
               struct progress *progress, struct error **err)
{
    AUTO(boot_matcher_free) struct boot_matcher *matcher = boot_matcher_new(err);
    AUTO_BOOT_MACHINE struct boot_machine boot = { 0 };
    AUTO_BOOT_WATCH struct boot_watch watch = { 0 };
    if (!matcher || check_boot_code(request, result, err) ||
        boot_machine_prepare(&boot, request, err))
        return -1;
    int attempts = 0;
    progress_begin(progress, "booting", 0);
    do {
        boot_watch_clear(&watch);
        boot_watch_init(&watch, request, matcher);
        if (boot_machine_start(&boot, request, err) ||
            watch_machine(&watch, &boot, &result->seconds, progress, err))
            return -1;
    } while ((machine_failed(&watch, &boot) && boot_machine_weaken(&boot, request)) ||
             timer_failed(&watch, &boot, &attempts));
    progress_end(progress);
    if (cancel_check(err)) /* a terminal's Ctrl-C ends QEMU as well */
        return -1;
    fill_result(result, &watch, &boot);
    if (watch.verdict == BOOT_SUCCESS)
        return 0;
    if (watch.verdict == BOOT_ENDED && boot_end_is_the_hosts(machine_end(boot.machine)))
        return host_error(&boot, result, err);
    return verdict_error(request, result, err);
}

void boot_result_clear(struct boot_result *result)
{
    free(result->reason);
    free(result->pattern);
    free(result->line);
    free(result->tail);
}
