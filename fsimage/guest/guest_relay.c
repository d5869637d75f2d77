/* SPDX-License-Identifier: Apache-2.0 */
/* One loop around poll for three streams, one for a terminal. */
#include "fsimage/guest/guest_relay.h"
#include "forge/base/file.h"
#include "forge/base/memory.h"
#include "forge/base/terminal.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

/* PIPE_BUF: so much can be written where poll says that there is room. */
enum { CHUNK = 4096, BACKLOG_MAX = 16 << 20 };

/* -- streams -- */

/* From one descriptor to another, as fast as the slower one. */
struct relay {
    int from, to;
    bool stuck;  /* there was no room in TO */
    bool closed; /* FROM is at its end */
};

static bool has_room(int fd)
{
    struct pollfd target = { .fd = fd, .events = POLLOUT };
    return poll(&target, 1, 0) != 0; /* an error will show when it is written to */
}

/* Pass on what there is; -1 with errno set when TO does not take it. */
static int pass(struct relay *relay)
{
    char bytes[CHUNK];
    ssize_t got = read(relay->from, bytes, sizeof(bytes));
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    relay->closed = got <= 0;
    return relay->closed ? 0 : file_write(relay->to, bytes, (size_t)got);
}

/* What wait_of() waited for has come. */
static int step(struct relay *relay)
{
    relay->stuck = !relay->stuck && !has_room(relay->to);
    return relay->stuck ? 0 : pass(relay);
}

static struct pollfd wait_of(const struct relay *relay)
{
    if (relay->closed)
        return (struct pollfd){ .fd = -1 };
    return relay->stuck ? (struct pollfd){ .fd = relay->to, .events = POLLOUT }
                        : (struct pollfd){ .fd = relay->from, .events = POLLIN };
}

static int output_failed(struct error **err)
{
    return error_set_errno(err, "writing what the guest's shell prints");
}

/* What the guest wrote before its shell ended is in the sockets by then. */
static int drain(struct relay *relays, size_t count, struct error **err)
{
    for (size_t i = 0; i < count; i++) {
        struct pollfd source = { .fd = relays[i].from, .events = POLLIN };
        while (!relays[i].closed && poll(&source, 1, 0) > 0)
            if (pass(&relays[i]))
                return output_failed(err);
    }
    return 0;
}

/* Pass on until the shell ended. */
int guest_relay_streams(const struct guest_channels *channels, int ended, struct error **err)
{
    const int *fds = channels->fds;
    struct relay in = { .from = STDIN_FILENO, .to = fds[CHANNEL_IN] };
    struct relay out[] = {
        { .from = fds[CHANNEL_OUT], .to = STDOUT_FILENO },
        { .from = fds[CHANNEL_ERR], .to = STDERR_FILENO },
    };
    for (;;) {
        struct pollfd waits[] = {
            wait_of(&in), wait_of(&out[0]), wait_of(&out[1]), { .fd = ended, .events = POLLIN }
        };
        if (poll(waits, ARRAY_SIZE(waits), -1) < 0)
            continue;
        if (waits[0].revents && (step(&in) || in.closed)) {
            in.closed = true;
            shutdown(in.to, SHUT_WR); /* the end of file that the guest's shell sees */
        }
        for (size_t i = 0; i < ARRAY_SIZE(out); i++)
            if (waits[1 + i].revents && step(&out[i]))
                return output_failed(err);
        if (waits[3].revents)
            return drain(out, ARRAY_SIZE(out), err);
    }
}

/* -- terminal -- */

/* What the guest said and the terminal has not yet shown. It is read at once, because QEMU drops
 * what a virtconsole says while nobody reads. */
struct backlog {
    char *bytes;
    size_t start, end; /* of what is not yet shown */
};

static size_t backlog_length(const struct backlog *backlog)
{
    return backlog->end - backlog->start;
}

static void backlog_read(struct backlog *backlog, int fd)
{
    if (backlog->end == BACKLOG_MAX) {
        memmove(backlog->bytes, backlog->bytes + backlog->start, backlog_length(backlog));
        backlog->end -= backlog->start;
        backlog->start = 0;
    }
    ssize_t got = read(fd, backlog->bytes + backlog->end, BACKLOG_MAX - backlog->end);
    backlog->end += got > 0 ? (size_t)got : 0;
}

static int backlog_show(struct backlog *backlog, size_t count, struct error **err)
{
    const char *bytes = backlog->bytes + backlog->start;
    if (count > backlog_length(backlog))
        count = backlog_length(backlog);
    backlog->start += count;
    if (!backlog_length(backlog))
        backlog->start = backlog->end = 0;
    return terminal_show(bytes, count, err);
}

/* What the guest does not read is lost: Ctrl-] must be heard all the same. */
static void pass_typed(int channel, bool *left)
{
    char bytes[TERMINAL_CHUNK];
    size_t count;
    terminal_read(bytes, &count, left);
    if (write(channel, bytes, count) < 0)
        return;
}

/* A terminal that poll calls ready takes TERMINAL_CHUNK bytes without making anybody wait. */
static int relay_terminal(const struct guest_channels *channels, int ended, struct backlog *backlog,
                          bool *left, struct error **err)
{
    int typed = channels->fds[CHANNEL_IN], said = channels->fds[CHANNEL_OUT];
    for (;;) {
        size_t length = backlog_length(backlog);
        struct pollfd waits[] = { { .fd = STDIN_FILENO, .events = POLLIN },
                                  { .fd = length < BACKLOG_MAX ? said : -1, .events = POLLIN },
                                  { .fd = length ? STDOUT_FILENO : -1, .events = POLLOUT },
                                  { .fd = ended, .events = POLLIN } };
        if (poll(waits, ARRAY_SIZE(waits), -1) < 0)
            continue;
        if (waits[0].revents)
            pass_typed(typed, left);
        if (*left)
            return 0;
        if (waits[1].revents)
            backlog_read(backlog, said);
        if (waits[3].revents)
            return backlog_show(backlog, BACKLOG_MAX, err);
        if (waits[2].revents && backlog_show(backlog, TERMINAL_CHUNK, err))
            return -1;
    }
}

int guest_relay_terminal(const struct guest_channels *channels, int ended, bool *left,
                         struct error **err)
{
    AUTO_FREE char *bytes = xcalloc(BACKLOG_MAX, 1);
    struct backlog backlog = { .bytes = bytes };
    AUTO(terminal_close) struct terminal *terminal = terminal_open(err);
    if (!terminal)
        return -1;
    return relay_terminal(channels, ended, &backlog, left, err);
}
