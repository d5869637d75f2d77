/* SPDX-License-Identifier: Apache-2.0 */
/* A QEMU process: its console and its monitor are sockets, its standard error a pipe. */
#include "fsimage/machine/machine.h"
#include "forge/base/file.h"
#include "forge/base/process.h"
#include "fsimage/guest/guest.h"
#include "fsimage/host/package_remedy.h"
#include "fsimage/machine/firmware.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

enum { TAIL_MAX = 4 << 10, VARIABLES_MAX = 16 << 20 };

/* The last bytes of what a descriptor said. */
struct tail {
    char text[TAIL_MAX + 1];
    size_t length;
};

struct machine {
    pid_t pid;
    int console, monitor, errors; /* our ends */
    struct tail events, complaint;
    int restarts, restarts_allowed;
    time_t restarted; /* the last one that counted, by CLOCK_MONOTONIC */
    bool ended;
    enum machine_end end;
};

/* What the monitor says (QMP, one JSON object a line) when nothing more will come. */
static const struct {
    const char *text;
    enum machine_end end;
} endings[] = {
    { "\"nospace\": true", MACHINE_DISK_FULL },
    { "\"reason\": \"guest-reset\"", MACHINE_RESTARTED },
    { "\"reason\": \"guest-shutdown\"", MACHINE_POWERED_OFF },
    { "\"event\": \"STOP\"", MACHINE_STOPPED },
};

/* QEMU for x86, where EC2's images run; Fedora's relatives hide it. */
static const char *find_qemu(struct error **err)
{
    static const char *const hidden = "/usr/libexec/qemu-kvm";
    static const char *const names[] = { "qemu-system-x86_64", "qemu-kvm" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (process_exists(names[i]))
            return names[i];
    if (access(hidden, X_OK) == 0)
        return hidden;
    AUTO_FREE char *remedy = package_remedy("qemu");
    error_set(err, ERROR_HOST, "qemu-system-x86_64 is not in PATH: %s", remedy);
    return NULL;
}

/* The variables are the machine's own: a copy for this run. */
static int copy_variables(const struct firmware *firmware, const char *path, struct error **err)
{
    size_t length = 0;
    AUTO_FREE char *bytes = file_read(firmware->variables, VARIABLES_MAX, &length, err);
    if (!bytes)
        return -1;
    AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, bytes, length) != (ssize_t)length)
        return error_set_errno(err, "writing %s", path);
    return 0;
}

static int command_line(const struct machine_options *options, struct string_list *argv,
                        struct error **err)
{
    struct firmware firmware = { 0 };
    AUTO_FREE char *variables = path_join(options->dir, "variables.fd");
    const char *qemu = find_qemu(err);
    if (!qemu || (options->firmware == MACHINE_UEFI &&
                  (firmware_find(&firmware, err) || copy_variables(&firmware, variables, err))))
        return -1;
    machine_argv(options, qemu, &firmware, variables, argv);
    return 0;
}

/* The three channels: [0] is ours, [1] QEMU's. */
struct channels {
    int console[2], monitor[2], errors[2];
};

static void channels_close(struct channels *channels)
{
    int *const ends[] = { channels->console, channels->monitor, channels->errors };
    for (size_t i = 0; i < 2 * ARRAY_SIZE(ends); i++) {
        cleanup_fd(&ends[i / 2][i % 2]);
        ends[i / 2][i % 2] = -1;
    }
}

static int channels_open(struct channels *channels, struct error **err)
{
    int type = SOCK_STREAM | SOCK_CLOEXEC;
    if (socketpair(AF_UNIX, type, 0, channels->console) ||
        socketpair(AF_UNIX, type, 0, channels->monitor) ||
        pipe2(channels->errors, O_CLOEXEC | O_NONBLOCK))
        return error_set_errno(err, "making a machine's sockets");
    return 0;
}

struct machine *machine_start(const struct machine_options *options, struct error **err)
{
    static const char greeting[] = "{\"execute\": \"qmp_capabilities\"}\n"; /* events follow */
    AUTO_STRINGS struct string_list argv = { 0 };
    __attribute__((
        cleanup(channels_close))) struct channels channels = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
    if (command_line(options, &argv, err) || channels_open(&channels, err))
        return NULL;
    const int fds[] = { channels.console[1], channels.monitor[1] };
    pid_t pid = process_start((const char *const *)argv.items, fds, ARRAY_SIZE(fds),
                              channels.errors[1], err);
    if (pid < 0)
        return NULL;
    AUTO(machine_stop) struct machine *machine = NEW(struct machine);
    machine->pid = pid;
    machine->restarts_allowed = options->restarts;
    machine->console = steal_fd(&channels.console[0]);
    machine->monitor = steal_fd(&channels.monitor[0]);
    machine->errors = steal_fd(&channels.errors[0]);
    if (send(machine->monitor, greeting, strlen(greeting), MSG_NOSIGNAL) < 0) {
        error_set_errno(err, "speaking to QEMU's monitor");
        return NULL;
    }
    return STEAL(machine);
}

static void tail_add(struct tail *tail, const char *bytes, size_t count)
{
    size_t keep = TAIL_MAX - count;
    if (tail->length > keep) {
        memmove(tail->text, tail->text + tail->length - keep, keep);
        tail->length = keep;
    }
    memcpy(tail->text + tail->length, bytes, count);
    tail->length += count;
    tail->text[tail->length] = '\0';
}

/* Take what there is at FD, at most TAIL_MAX bytes; false at its end. */
static bool tail_read(struct tail *tail, int fd)
{
    char bytes[TAIL_MAX];
    ssize_t got = read(fd, bytes, sizeof(bytes));
    if (got > 0)
        tail_add(tail, bytes, (size_t)got);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Kernels and SeaBIOS try several ways to reset the machine at once, and SeaBIOS does it again for
 * itself when it comes up: what follows within a second or two is the same restart. */
static bool is_one_restart_too_many(struct machine *machine)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (machine->restarts && now.tv_sec - machine->restarted < 2)
        return false;
    machine->restarted = now.tv_sec;
    return ++machine->restarts > machine->restarts_allowed;
}

/* Does LINE tell of an end, or of a restart that may be? */
static void take_event(struct machine *machine, const char *line)
{
    for (size_t i = 0; i < ARRAY_SIZE(endings) && !machine->ended; i++) {
        if (!strstr(line, endings[i].text))
            continue;
        if (endings[i].end == MACHINE_RESTARTED && !is_one_restart_too_many(machine))
            return;
        machine->ended = true;
        machine->end = endings[i].end;
    }
}

/* Take every complete line of the monitor's; what is left waits for its end. */
static void take_events(struct machine *machine)
{
    struct tail *events = &machine->events;
    char *end;
    while ((end = memchr(events->text, '\n', events->length))) {
        *end = '\0';
        take_event(machine, events->text);
        events->length -= (size_t)(end + 1 - events->text);
        memmove(events->text, end + 1, events->length);
    }
}

enum machine_event machine_wait(struct machine *machine, int other_fd, int timeout_ms,
                                char bytes[MACHINE_CHUNK], size_t *count)
{
    struct pollfd fds[] = {
        { .fd = machine->console, .events = POLLIN },
        { .fd = machine->monitor, .events = POLLIN },
        { .fd = machine->errors, .events = POLLIN },
        { .fd = other_fd, .events = POLLIN },
    };
    *count = 0;
    if (poll(fds, ARRAY_SIZE(fds), machine->ended ? 0 : timeout_ms) <= 0)
        return machine->ended ? MACHINE_ENDED : MACHINE_QUIET;
    if (fds[2].revents && !tail_read(&machine->complaint, machine->errors))
        close(steal_fd(&machine->errors));
    if (fds[1].revents && !tail_read(&machine->events, machine->monitor))
        close(steal_fd(&machine->monitor));
    take_events(machine);
    if (fds[0].revents) { /* all of it, before an end counts */
        ssize_t got = read(machine->console, bytes, MACHINE_CHUNK);
        if (got > 0) {
            *count = (size_t)got;
            return MACHINE_TALKS;
        }
        if (got == 0 || errno != EINTR) {
            close(steal_fd(&machine->console));
            machine->ended = true;
        }
    }
    if (fds[3].revents)
        return MACHINE_KEYBOARD;
    return machine->ended && machine->console < 0 ? MACHINE_ENDED : MACHINE_QUIET;
}

int machine_type(struct machine *machine, const char *bytes, size_t count, struct error **err)
{
    while (count) {
        ssize_t sent = send(machine->console, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0) /* what a guest does not read is lost, and what ends is seen elsewhere */
            return errno == EPIPE || errno == EAGAIN
                       ? 0
                       : error_set_errno(err, "typing on the console");
        bytes += sent;
        count -= (size_t)sent;
    }
    return 0;
}

enum machine_end machine_end(const struct machine *machine)
{
    return machine->end;
}

int machine_restarts(const struct machine *machine)
{
    return machine->restarts;
}

char *machine_complaint(const struct machine *machine)
{
    return guest_printable(machine->complaint.text);
}

void machine_stop(struct machine *machine)
{
    if (!machine)
        return;
    if (machine->pid > 0) {
        kill(machine->pid, SIGKILL);
        while (waitpid(machine->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    int *const ends[] = { &machine->console, &machine->monitor, &machine->errors };
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
        cleanup_fd(ends[i]);
    free(machine);
}
