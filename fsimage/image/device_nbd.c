/* SPDX-License-Identifier: Apache-2.0 */
/* An image of any format as a device: a qemu-nbd of our own, spoken to by libnbd. */
#include "forge/base/cancel.h"
#include "forge/base/memory.h"
#include "forge/base/process.h"
#include "forge/base/strings.h"
#include "fsimage/image/device_file.h"

#include <fcntl.h>
#include <libnbd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

enum {
    REQUEST_SIZE = 256 << 10, /* of a read or write; compressed clusters decode in parallel */
    REQUESTS = 8,             /* in flight */
    STATUS_SPAN = 1 << 30,    /* asked for in one block status request */
    LOG_TAIL = 512,
};

struct nbd_device {
    struct device base;
    struct nbd_handle *nbd;
    char *path;
    pid_t server;
    int log_fd; /* what qemu-nbd printed, in memory */
};

static struct nbd_device *nbd_of(struct device *device)
{
    return container_of(device, struct nbd_device, base);
}

/* The one adapter for libnbd's errors: its own text, and qemu-nbd's last words, which say more. */
static int nbd_failed(struct nbd_device *device, enum error_cause cause, struct error **err)
{
    if (cancel_check(err)) /* a terminal's ^C ends qemu-nbd as well */
        return -1;
    char tail[LOG_TAIL + 1] = "";
    off_t end = lseek(device->log_fd, 0, SEEK_END);
    off_t start = end > LOG_TAIL ? end - LOG_TAIL : 0;
    ssize_t got = pread(device->log_fd, tail, LOG_TAIL, start);
    tail[got > 0 ? got : 0] = '\0';
    tail[strcspn(tail, "\n")] = '\0';
    const char *reason = nbd_get_error();
    return error_set(err, cause, "%s: %s", device->path, *tail ? tail : reason ? reason : "NBD");
}

/* A socket that a server can listen on, and our connection to it; its name exists only in between,
 * in a directory of ours, so that nobody else connects and nothing is left by a run that is killed.
 */
static int make_sockets(int *listening, int *connected, struct error **err)
{
    char dir[] = "/tmp/.forge-nbd-XXXXXX";
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (!mkdtemp(dir))
        return error_set_errno(err, "making a temporary directory");
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", dir);
    *listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *connected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct sockaddr *name = (const struct sockaddr *)&address;
    int failed = *listening < 0 || *connected < 0 || bind(*listening, name, sizeof(address)) ||
                 listen(*listening, 1) || connect(*connected, name, sizeof(address));
    int reason = errno;
    unlink(address.sun_path);
    rmdir(dir);
    errno = reason;
    return failed ? error_set_errno(err, "making a socket for qemu-nbd") : 0;
}

/* An absolute path with an explicit format is opened as just that: never probed, never parsed. */
static int start_server(struct nbd_device *device, const struct image *image, bool writable,
                        int listening, struct error **err)
{
    const char *argv[] = { "qemu-nbd",
                           "-f",
                           image_format_name(image->format),
                           image->path,
                           writable ? "--cache=writeback" : "--read-only",
                           NULL };
    device->log_fd = memfd_create("qemu-nbd", MFD_CLOEXEC);
    if (device->log_fd < 0)
        return error_set_errno(err, "making a log for qemu-nbd");
    device->server = process_start(argv, &listening, 1, device->log_fd, err);
    return device->server < 0 ? -1 : 0;
}

static int connect_to(struct nbd_device *device, int *connected, struct error **err)
{
    device->nbd = nbd_create();
    if (!device->nbd || nbd_add_meta_context(device->nbd, LIBNBD_CONTEXT_BASE_ALLOCATION) ||
        nbd_connect_socket(device->nbd, steal_fd(connected))) {
        return nbd_failed(device, ERROR_FAILED, err);
    }
    device->base.size = nbd_get_size(device->nbd);
    return device->base.size < 0 ? nbd_failed(device, ERROR_FAILED, err) : 0;
}

/* The requests of one read or write. */
struct transfer {
    struct nbd_device *device;
    char *buffer;
    size_t count, started; /* bytes; REQUEST_SIZE each, the last one shorter */
    int64_t offset;
    bool write;
    int64_t cookies[REQUESTS]; /* 0: free */
    unsigned in_flight;
};

static int start_requests(struct transfer *transfer, struct error **err)
{
    for (size_t i = 0; i < REQUESTS && transfer->started < transfer->count; i++) {
        if (transfer->cookies[i])
            continue;
        size_t left = transfer->count - transfer->started;
        size_t count = left < REQUEST_SIZE ? left : REQUEST_SIZE;
        char *at = transfer->buffer + transfer->started;
        uint64_t offset = (uint64_t)transfer->offset + transfer->started;
        struct nbd_handle *nbd = transfer->device->nbd;
        transfer->cookies[i] = transfer->write
                                   ? nbd_aio_pwrite(nbd, at, count, offset, NBD_NULL_COMPLETION, 0)
                                   : nbd_aio_pread(nbd, at, count, offset, NBD_NULL_COMPLETION, 0);
        if (transfer->cookies[i] < 0)
            return nbd_failed(transfer->device, ERROR_FAILED, err);
        transfer->started += count;
        transfer->in_flight++;
    }
    return 0;
}

static int retire_requests(struct transfer *transfer, struct error **err)
{
    for (size_t i = 0; i < REQUESTS; i++) {
        if (!transfer->cookies[i])
            continue;
        int done = nbd_aio_command_completed(transfer->device->nbd, (uint64_t)transfer->cookies[i]);
        if (done < 0)
            return nbd_failed(transfer->device, ERROR_FAILED, err);
        if (done) {
            transfer->cookies[i] = 0;
            transfer->in_flight--;
        }
    }
    return 0;
}

/* A request can be done before anybody polls, while another one is started: polling with none left
 * would wait for ever. */
static int turn(struct transfer *transfer, struct error **err)
{
    unsigned before;
    if (start_requests(transfer, err))
        return -1;
    before = transfer->in_flight;
    if (retire_requests(transfer, err))
        return -1;
    if (transfer->in_flight == before && nbd_poll(transfer->device->nbd, -1) < 0)
        return nbd_failed(transfer->device, ERROR_FAILED, err);
    return 0;
}

/* After an error requests may still be in flight into the caller's buffer: the connection is shut,
 * which ends them all. */
static int run_transfer(struct transfer *transfer, struct error **err)
{
    while (transfer->started < transfer->count || transfer->in_flight) {
        if (turn(transfer, err)) {
            nbd_close(STEAL(transfer->device->nbd));
            return -1;
        }
    }
    return 0;
}

static int check_open(const struct nbd_device *device, struct error **err)
{
    return device->nbd ? 0
                       : error_set(err, ERROR_FAILED, "%s: the connection to qemu-nbd is gone",
                                   device->path);
}

static int nbd_device_pread(struct device *device, void *buffer, size_t count, int64_t offset,
                            struct error **err)
{
    struct transfer transfer = {
        .device = nbd_of(device), .buffer = buffer, .count = count, .offset = offset
    };
    return check_open(transfer.device, err) ? -1 : run_transfer(&transfer, err);
}

static int nbd_device_pwrite(struct device *device, const void *buffer, size_t count,
                             int64_t offset, struct error **err)
{
    struct transfer transfer = { .device = nbd_of(device),
                                 .buffer = (char *)buffer, /* only read, as write says */
                                 .count = count,
                                 .offset = offset,
                                 .write = true };
    return check_open(transfer.device, err) ? -1 : run_transfer(&transfer, err);
}

static int nbd_device_zero(struct device *device, int64_t offset, int64_t length,
                           struct error **err)
{
    struct nbd_device *nbd = nbd_of(device);
    while (length && !check_open(nbd, err)) {
        int64_t count = length < STATUS_SPAN ? length : STATUS_SPAN;
        if (nbd_zero(nbd->nbd, (uint64_t)count, (uint64_t)offset, 0))
            return nbd_failed(nbd, ERROR_FAILED, err);
        offset += count;
        length -= count;
    }
    return length ? -1 : 0;
}

/* One answer to a block status request: pairs {length, flags} from START on. */
struct status_answer {
    uint64_t start;
    uint32_t *entries; /* owned */
    size_t count;      /* numbers, two for each extent */
};

/* The entries are only copied: libnbd holds its lock here, and the visitor may want to read. */
static int on_block_status(void *opaque, const char *context, uint64_t offset, uint32_t *entries,
                           size_t count, int *error)
{
    (void)error;
    struct status_answer *answer = opaque;
    if (strcmp(context, LIBNBD_CONTEXT_BASE_ALLOCATION) != 0 || offset != answer->start ||
        answer->entries)
        return 0;
    answer->entries = xrealloc(NULL, count + 1, sizeof(*entries));
    memcpy(answer->entries, entries, count * sizeof(*entries));
    answer->count = count;
    return 0;
}

/* Visit what ANSWER describes of the range up to END (the last extent may reach beyond it) and move
 * *POSITION on. */
static int visit_answer(const struct status_answer *answer, int64_t *position, int64_t end,
                        extent_visitor *visit, void *opaque, struct error **err)
{
    for (size_t i = 0; i + 1 < answer->count && *position < end; i += 2) {
        int64_t left = end - *position, length = answer->entries[i];
        struct extent extent = { .offset = *position,
                                 .length = length < left ? length : left,
                                 .zero = answer->entries[i + 1] & LIBNBD_STATE_ZERO };
        if (extent.length && visit(opaque, &extent, err))
            return -1;
        *position += extent.length;
    }
    return 0;
}

static int visit_some(struct nbd_device *nbd, int64_t *position, int64_t end, extent_visitor *visit,
                      void *opaque, struct error **err)
{
    struct status_answer answer = { .start = (uint64_t)*position };
    nbd_extent_callback callback = { .callback = on_block_status, .user_data = &answer };
    int64_t before = *position, left = end - before;
    uint64_t span = left < STATUS_SPAN ? (uint64_t)left : STATUS_SPAN;
    int failed = nbd_block_status(nbd->nbd, span, answer.start, callback, 0);
    AUTO_FREE uint32_t *entries = answer.entries;
    if (failed)
        return nbd_failed(nbd, ERROR_FAILED, err);
    if (visit_answer(&answer, position, end, visit, opaque, err))
        return -1;
    if (*position == before)
        return error_set(err, ERROR_FAILED, "%s: qemu-nbd describes no extent at byte %lld",
                         nbd->path, (long long)before);
    return 0;
}

static int nbd_device_extents(struct device *device, int64_t offset, int64_t length,
                              extent_visitor *visit, void *opaque, struct error **err)
{
    struct nbd_device *nbd = nbd_of(device);
    int64_t end = offset + length;
    if (check_open(nbd, err))
        return -1;
    if (nbd_can_meta_context(nbd->nbd, LIBNBD_CONTEXT_BASE_ALLOCATION) != 1) {
        struct extent all = { .offset = offset, .length = length };
        return visit(opaque, &all, err);
    }
    while (offset < end) {
        if (visit_some(nbd, &offset, end, visit, opaque, err))
            return -1;
    }
    return 0;
}

static int nbd_device_flush(struct device *device, struct error **err)
{
    struct nbd_device *nbd = nbd_of(device);
    if (check_open(nbd, err))
        return -1;
    return nbd_flush(nbd->nbd, 0) ? nbd_failed(nbd, ERROR_FAILED, err) : 0;
}

/* qemu-nbd ends by itself when its client leaves, after it has written everything; after an error
 * it is not waited for. */
static void nbd_device_close(struct device *device)
{
    struct nbd_device *nbd = nbd_of(device);
    bool healthy = nbd->nbd && nbd_shutdown(nbd->nbd, 0) == 0;
    nbd_close(nbd->nbd);
    if (nbd->server > 0) {
        if (!healthy)
            kill(nbd->server, SIGKILL);
        while (waitpid(nbd->server, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    if (nbd->log_fd >= 0)
        close(nbd->log_fd);
    free(nbd->path);
    free(nbd);
}

static const struct device_ops nbd_read_ops = {
    .pread = nbd_device_pread,
    .extents = nbd_device_extents,
    .close = nbd_device_close,
};

static const struct device_ops nbd_write_ops = {
    .pread = nbd_device_pread,
    .pwrite = nbd_device_pwrite,
    .zero = nbd_device_zero,
    .extents = nbd_device_extents,
    .flush = nbd_device_flush,
    .close = nbd_device_close,
};

struct device *device_open_nbd(const struct image *image, bool writable, struct error **err)
{
    if (!process_exists("qemu-nbd")) {
        error_set(err, ERROR_HOST, "reading %s needs qemu-nbd (package qemu-utils or qemu-img)",
                  image->path);
        return NULL;
    }
    AUTO_FD int listening = -1;
    AUTO_FD int connected = -1;
    if (make_sockets(&listening, &connected, err))
        return NULL;
    struct nbd_device *nbd = NEW(struct nbd_device);
    AUTO(device_close) struct device *device = &nbd->base;
    device->ops = writable ? &nbd_write_ops : &nbd_read_ops;
    nbd->path = xstrdup(image->path);
    nbd->log_fd = -1;
    if (start_server(nbd, image, writable, listening, err))
        return NULL;
    /* Ours would keep the connection waiting for ever when the server does not come up. */
    close(steal_fd(&listening));
    if (connect_to(nbd, &connected, err))
        return NULL;
    return STEAL(device);
}
