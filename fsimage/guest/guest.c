/* SPDX-License-Identifier: Apache-2.0 */
/* The guest session: opened, asked, shut down. */
#include "fsimage/guest/guest.h"
#include "forge/base/cancel.h"
#include "forge/base/log.h"
#include "forge/base/memory.h"
#include "fsimage/guest/guest_check.h"
#include "fsimage/guest/guest_private.h"

#include <string.h>

enum { MESSAGE_MAX = 2000 };

guestfs_h *guest_handle(struct guest *guest)
{
    return guest->handle;
}

const struct guest_facts *guest_facts(const struct guest *guest)
{
    return &guest->facts;
}

char *guest_printable(const char *text)
{
    size_t length = strlen(text);
    while (length && strchr(" \r\n", text[length - 1]))
        length--;
    bool cut = length > MESSAGE_MAX;
    if (cut) {
        text += length - MESSAGE_MAX;
        length = MESSAGE_MAX;
        const char *line = memchr(text, '\n', length);
        if (line) {
            length -= (size_t)(line + 1 - text);
            text = line + 1;
        }
    }
    AUTO_FREE char *copy = xstrndup(text, length);
    for (char *at = copy; *at; at++) {
        unsigned char byte = (unsigned char)*at, next = (unsigned char)at[1];
        bool control = (byte < ' ' && byte != '\n' && byte != '\t') || byte == 0x7f;
        bool control_in_utf8 = byte == 0xc2 && next >= 0x80 && next < 0xa0;
        if (control || control_in_utf8)
            *at = '?';
        if (control_in_utf8)
            *++at = '?';
    }
    return cut ? xasprintf("[...]\n%s", copy) : STEAL(copy);
}

int guest_error(struct guest *guest, struct error **err, const char *format, ...)
{
    if (cancel_check(err))
        return -1;
    const char *last = guestfs_last_error(guest->handle);
    AUTO_FREE char *text = guest_printable(last ? last : "no reason given");
    va_list args;
    va_start(args, format);
    AUTO_FREE char *context = xvasprintf(format, args);
    va_end(args);
    return error_set(err, ERROR_GUEST, "%s: %s", context, text);
}

/* Most launches fail for what the host lacks. */
static struct error *with_advice(struct error *error)
{
    if (error->cause != ERROR_HOST)
        return error;
    AUTO_FREE char *message = STEAL(error->message);
    error->message = xasprintf("%s\n(\"forge doctor\" tells what this host lacks)", message);
    return error;
}

struct guest *guest_open(const struct image *image, enum guest_mode mode,
                         const struct guest_options *options, struct progress *progress,
                         struct error **err)
{
    static const struct guest_options defaults;
    AUTO(guest_close) struct guest *guest = NEW(struct guest);
    guest->options = options ? *options : defaults;
    guest->mode = mode;
    guest->name = xstrdup(guest->options.image_name ? guest->options.image_name : image->path);
    if (guest_run_prepare(guest, err))
        return NULL;
    progress_begin(progress, "launching the appliance", 0);
    struct error *failed = NULL;
    guest->launch = launch_start(image, mode, &guest->options, &failed);
    if (!guest->launch) {
        error_move(err, with_advice(failed));
        return NULL;
    }
    guest->handle = launch_handle(guest->launch);
    if (mode == GUEST_READ_WRITE) {
        progress_begin(progress, "checking the file systems", 0);
        if (guest_check_disk(guest, err))
            return NULL;
    }
    progress_begin(progress, "inspecting the guest", 0);
    if (guest_inspect(guest, err))
        return NULL;
    progress_end(progress);
    return STEAL(guest);
}

int guest_shutdown(struct guest *guest, struct error **err)
{
    if (guest_run_finish(guest, err))
        return -1;
    if (guestfs_umount_all(guest->handle))
        return guest_error(guest, err, "unmounting the guest's file systems");
    return launch_shutdown(guest->launch, err);
}

int guest_rescue(struct guest *guest, struct error **err)
{
    AUTO(error_free) struct error *busy = NULL;
    if (guestfs_sync(guest->handle))
        return guest_error(guest, err, "writing out what the guest has changed");
    if (guest_shutdown(guest, &busy))
        log_debug("%s", busy->message);
    return 0;
}

void guest_close(struct guest *guest)
{
    if (!guest)
        return;
    launch_close(guest->launch);
    guest_facts_clear(&guest->facts);
    free(guest->ca_certificate);
    free(guest->run_dir);
    free(guest->disk);
    free(guest->name);
    free(guest);
}
