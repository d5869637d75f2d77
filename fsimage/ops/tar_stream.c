/* SPDX-License-Identifier: Apache-2.0 */
/* A tar stream through a pipe: a thread writes, libguestfs reads. */
#include "fsimage/ops/tar_stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

DEFINE_CLEANUP(struct archive *, archive_write_free)

struct stream {
    int fd;
    tar_stream_writer *write;
    void *opaque;
    bool broken; /* the reader ended first: what failed is told by it */
    struct error *failed;
};

static int failure(struct archive *archive, const char *path, struct error **err)
{
    return error_set(err, ERROR_FAILED, "copying %s: %s", path, archive_error_string(archive));
}

int tar_stream_header(struct archive *archive, struct archive_entry *header, const char *path,
                      struct error **err)
{
    /* A warning is about a name that is not UTF-8: it goes as it is. */
    return archive_write_header(archive, header) < ARCHIVE_WARN ? failure(archive, path, err) : 0;
}

int tar_stream_data(struct archive *archive, const void *bytes, size_t count, const char *path,
                    struct error **err)
{
    if (archive_write_data(archive, bytes, count) != (la_ssize_t)count)
        return failure(archive, path, err);
    return 0;
}

static int write_archive(struct stream *stream, struct archive *archive, struct error **err)
{
    if (archive_write_set_format_pax_restricted(archive) != ARCHIVE_OK ||
        archive_write_set_options(archive, "xattrheader=SCHILY") < ARCHIVE_WARN ||
        archive_write_open_fd(archive, stream->fd) != ARCHIVE_OK)
        return failure(archive, "files", err);
    if (stream->write(stream->opaque, archive, err))
        return -1;
    return archive_write_close(archive) == ARCHIVE_OK ? 0 : failure(archive, "files", err);
}

static void *stream_thread(void *opaque)
{
    struct stream *stream = opaque;
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, NULL); /* the reader may end first */
    AUTO(archive_write_free) struct archive *archive = archive_write_new();
    if (write_archive(stream, archive, &stream->failed)) {
        stream->broken = archive_errno(archive) == EPIPE;
        archive_write_fail(archive); /* no end that would look like a whole archive */
    }
    close(stream->fd);
    return NULL;
}

int tar_stream_run(struct guest *guest, bool extras, tar_stream_writer *write, void *opaque,
                   struct error **err)
{
    const struct guestfs_tar_in_opts_argv options = {
        .bitmask = GUESTFS_TAR_IN_OPTS_XATTRS_BITMASK | GUESTFS_TAR_IN_OPTS_ACLS_BITMASK,
        .xattrs = extras,
        .acls = extras,
    };
    int ends[2];
    pthread_t thread;
    if (pipe2(ends, O_CLOEXEC))
        return error_set_errno(err, "making a pipe");
    AUTO_FD int read_end = ends[0];
    struct stream stream = { .fd = ends[1], .write = write, .opaque = opaque };
    errno = pthread_create(&thread, NULL, stream_thread, &stream);
    if (errno) {
        close(ends[1]);
        return error_set_errno(err, "starting a thread");
    }
    AUTO_FREE char *name = xasprintf("/dev/fd/%d", read_end);
    int failed = guestfs_tar_in_opts_argv(guest_handle(guest), name, "/", &options);
    close(steal_fd(&read_end)); /* the thread does not wait for a reader that gave up */
    pthread_join(thread, NULL);
    if (failed && (!stream.failed || stream.broken)) {
        error_free(stream.failed);
        return guest_error(guest, err, "unpacking in the guest");
    }
    return stream.failed ? error_move(err, stream.failed) : 0;
}
