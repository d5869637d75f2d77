/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets and FIFOs that QEMU opens, as backends of virtio-serial devices. */
#include "fsimage/guest/guest_channels.h"
#include "forge/base/workdir.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* What a FIFO may hold; an unprivileged process is given as much. */
enum { FIFO_SIZE = 1 << 20 };

static int add_device(guestfs_h *handle, const char *backend, const char *device,
                      struct error **err)
{
    return guestfs_config(handle, "-chardev", backend) || guestfs_config(handle, "-device", device)
               ? error_set(err, ERROR_HOST, "adding a line to the appliance: %s",
                           guestfs_last_error(handle))
               : 0;
}

/* -- streams -- */

/* Each a virtserialport, which the guest finds as /dev/virtio-ports/NAME: it passes bytes
 * unchanged, knows an end of file, and makes the guest wait for a slow reader. */
static const char *const stream_names[] = {
    [CHANNEL_IN] = "forge.in", [CHANNEL_OUT] = "forge.out", [CHANNEL_ERR] = "forge.err"
};

static int make_listener(struct guest_channels *channels, const char *name,
                         struct sockaddr_un *address, struct error **err)
{
    address->sun_family = AF_UNIX;
    snprintf(address->sun_path, sizeof(address->sun_path), "%s/%s", workdir_path(channels->workdir),
             name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return error_set_errno(err, "making a line into the appliance");
    channels->fds[channels->count++] = fd;
    return bind(fd, (const struct sockaddr *)address, sizeof(*address)) || listen(fd, 1)
               ? error_set_errno(err, "making %s", address->sun_path)
               : 0;
}

static int open_streams(struct guest_channels *channels, guestfs_h *handle, struct error **err)
{
    channels->listening = true;
    for (size_t i = 0; i < ARRAY_SIZE(stream_names); i++) {
        const char *name = stream_names[i];
        struct sockaddr_un address = { 0 };
        if (make_listener(channels, name, &address, err))
            return -1;
        AUTO_FREE char *backend = xasprintf("socket,id=%s,path=%s", name, address.sun_path);
        AUTO_FREE char *device = xasprintf("virtserialport,name=%s,chardev=%s", name, name);
        if (add_device(handle, backend, device, err))
            return -1;
    }
    return 0;
}

/* -- terminal -- */

static int make_fifo(struct guest_channels *channels, const char *name, struct error **err)
{
    AUTO_FREE char *path = workdir_file(channels->workdir, name);
    if (mkfifo(path, 0600))
        return error_set_errno(err, "making %s", path);
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(err, "opening %s", path);
    channels->fds[channels->count++] = fd;
    fcntl(fd, F_SETPIPE_SZ, FIFO_SIZE); /* a smaller one only makes it likelier to run over */
    return 0;
}

/* A virtconsole is a terminal, but QEMU drops what its backend does not take at once: a FIFO holds
 * more than a socket, in which every few bytes take the room of hundreds. */
static int open_terminal(struct guest_channels *channels, guestfs_h *handle, struct error **err)
{
    if (make_fifo(channels, "terminal.in", err) || make_fifo(channels, "terminal.out", err))
        return -1;
    AUTO_FREE char *path = workdir_file(channels->workdir, "terminal");
    AUTO_FREE char *backend = xasprintf("pipe,id=forge.terminal,path=%s", path);
    return add_device(handle, backend, "virtconsole,chardev=forge.terminal", err);
}

/* -- both -- */

/* In /tmp, whatever $TMPDIR is: a socket's path has at most 107 bytes. */
int guest_channels_open(struct guest_channels *channels, enum guest_shell shell, guestfs_h *handle,
                        struct error **err)
{
    if (shell == GUEST_NO_SHELL)
        return 0;
    channels->workdir = workdir_create("/tmp", err);
    if (!channels->workdir)
        return -1;
    return shell == GUEST_SHELL_ON_TERMINAL ? open_terminal(channels, handle, err)
                                            : open_streams(channels, handle, err);
}

int guest_channels_accept(struct guest_channels *channels, struct error **err)
{
    for (size_t i = 0; channels->listening && i < channels->count; i++) {
        int fd = accept4(channels->fds[i], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return error_set_errno_cause(err, ERROR_HOST, "the line into the appliance");
        close(channels->fds[i]);
        channels->fds[i] = fd;
    }
    workdir_close(STEAL(channels->workdir));
    return 0;
}

void guest_channels_clear(struct guest_channels *channels)
{
    for (size_t i = 0; i < channels->count; i++)
        close(channels->fds[i]);
    workdir_close(channels->workdir);
    *channels = (struct guest_channels){ 0 };
}
