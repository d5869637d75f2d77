/* SPDX-License-Identifier: Apache-2.0 */
/* Copying out of a guest: its tar stream, unpacked here without trusting a name in it. */
#include "forge/base/cancel.h"
#include "forge/base/log.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"
#include "fsimage/guest/files.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

typedef struct archive archive;
static inline void reader_free(archive *reader)
{
    archive_read_free(reader);
}
static inline void writer_free(archive *writer)
{
    archive_write_free(writer);
}
DEFINE_CLEANUP(archive *, reader_free)
DEFINE_CLEANUP(archive *, writer_free)

/* The unpacking side: a thread of its own, since libguestfs blocks in its call meanwhile. */
struct unpack {
    const char *target; /* the new directory, absolute, no symbolic link in it */
    int fd;             /* of the tar stream */
    size_t left_out;
    struct error *failed;
};

/* "./etc/passwd" below TARGET; NULL when the name leads elsewhere. */
static char *place(const char *target, const char *name)
{
    while (starts_with(name, "./"))
        name += 2;
    if (name[0] == '/')
        return NULL;
    for (const char *part = name; part; part = strchr(part, '/')) {
        part += part[0] == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
            return NULL;
    }
    if (!*name || strcmp(name, ".") == 0)
        return xstrdup(target);
    return path_join(target, name);
}

static int unpack_entry(struct unpack *unpack, archive *reader, archive *writer,
                        struct archive_entry *entry, struct error **err)
{
    const char *name = archive_entry_pathname(entry), *link = archive_entry_hardlink(entry);
    mode_t type = archive_entry_filetype(entry);
    AUTO_FREE char *path = name ? place(unpack->target, name) : NULL;
    AUTO_FREE char *link_path = link ? place(unpack->target, link) : NULL;
    if (!path || (link && !link_path))
        return error_set(err, ERROR_INVALID, "the guest's archive holds an unsafe name");
    if (!link && type != AE_IFREG && type != AE_IFDIR && type != AE_IFLNK) {
        unpack->left_out++;
        return 0;
    }
    archive_entry_set_pathname(entry, path);
    if (link)
        archive_entry_set_hardlink(entry, link_path);
    /* Directories stay ours to write in until the end: libarchive sets their modes last. */
    archive_entry_set_perm(entry, archive_entry_perm(entry) & 0777);
    if (archive_write_header(writer, entry) < ARCHIVE_WARN)
        return error_set(err, ERROR_FAILED, "%s: %s", path, archive_error_string(writer));
    const void *bytes;
    size_t count;
    la_int64_t offset;
    int status;
    while ((status = archive_read_data_block(reader, &bytes, &count, &offset)) == ARCHIVE_OK) {
        if (archive_write_data_block(writer, bytes, count, offset) < ARCHIVE_WARN)
            return error_set(err, ERROR_FAILED, "%s: %s", path, archive_error_string(writer));
    }
    return status == ARCHIVE_EOF
               ? 0
               : error_set(err, ERROR_FAILED, "%s: %s", path, archive_error_string(reader));
}

static int unpack_all(struct unpack *unpack, struct error **err)
{
    AUTO(reader_free) archive *reader = archive_read_new();
    AUTO(writer_free) archive *writer = archive_write_disk_new();
    archive_read_support_format_tar(reader);
    archive_write_disk_set_options(writer, ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
                                               ARCHIVE_EXTRACT_SECURE_SYMLINKS |
                                               ARCHIVE_EXTRACT_SECURE_NODOTDOT);
    if (archive_read_open_fd(reader, unpack->fd, 64 << 10) != ARCHIVE_OK)
        return error_set(err, ERROR_FAILED, "unpacking: %s", archive_error_string(reader));
    struct archive_entry *entry;
    int status;
    while ((status = archive_read_next_header(reader, &entry)) == ARCHIVE_OK) {
        if (unpack_entry(unpack, reader, writer, entry, err))
            return -1;
    }
    if (status != ARCHIVE_EOF)
        return error_set(err, ERROR_FAILED, "unpacking: %s", archive_error_string(reader));
    if (archive_write_close(writer) < ARCHIVE_WARN)
        return error_set(err, ERROR_FAILED, "unpacking: %s", archive_error_string(writer));
    return 0;
}

/* Whatever happens, the stream is read to its end: its writer would stand still otherwise. */
static void *unpack_thread(void *opaque)
{
    struct unpack *unpack = opaque;
    char rest[4096];
    int failed = unpack_all(unpack, &unpack->failed);
    while (read(unpack->fd, rest, sizeof(rest)) > 0)
        continue;
    return failed ? unpack : NULL;
}

static int copy_directory(struct guest *guest, const char *path, const char *target,
                          struct error **err)
{
    int ends[2];
    pthread_t thread;
    if (mkdir(target, 0700))
        return error_set_errno(err, "making %s", target);
    if (pipe2(ends, O_CLOEXEC))
        return error_set_errno(err, "making a pipe");
    AUTO_FD int read_end = ends[0];
    AUTO_FD int write_end = ends[1];
    struct unpack unpack = { .target = target, .fd = read_end };
    errno = pthread_create(&thread, NULL, unpack_thread, &unpack);
    if (errno)
        return error_set_errno(err, "starting a thread");
    AUTO_FREE char *name = xasprintf("/dev/fd/%d", write_end);
    int failed = guestfs_tar_out_opts(guest_handle(guest), path, name, -1);
    close(steal_fd(&write_end));
    pthread_join(thread, NULL);
    if (unpack.failed)
        return error_move(err, unpack.failed);
    if (failed)
        return guest_error(guest, err, "copying %s", path);
    if (unpack.left_out)
        log_warn("%s: %zu devices, sockets and pipes are left out", path, unpack.left_out);
    return 0;
}

static int copy_file(struct guest *guest, const char *path, const char *target, struct error **err)
{
    AUTO_FD int fd = open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set_errno(err, "creating %s", target);
    int64_t mode = 0, seconds = 0;
    struct guestfs_statns *status = guestfs_statns(guest_handle(guest), path);
    if (status) {
        mode = status->st_mode;
        seconds = status->st_mtime_sec;
        guestfs_free_statns(status);
    }
    struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = seconds } };
    if (files_cat(guest, path, fd, err))
        return -1;
    if (fchmod(fd, (mode_t)mode & 0777) || futimens(fd, times) || close(steal_fd(&fd)))
        return error_set_errno(err, "writing %s", target);
    return 0;
}

/* The last name of PATH without a final slash; NULL for "/" and for what has no name. Owned. */
static char *last_name(const char *path)
{
    size_t length = strlen(path);
    while (length && path[length - 1] == '/')
        length--;
    AUTO_FREE char *trimmed = xstrndup(path, length);
    const char *name = path_basename(trimmed);
    bool is_name = *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
    return is_name ? xstrdup(name) : NULL;
}

int files_copy_out(struct guest *guest, const char *path, const char *directory, struct error **err)
{
    if (path[0] != '/')
        return error_set(err, ERROR_USAGE, "%s: a path in the guest begins with \"/\"", path);
    AUTO_FREE char *name = last_name(path);
    AUTO_FREE char *real = realpath(directory, NULL);
    if (!real)
        return error_set_errno(err, "%s", directory);
    AUTO_FREE char *target = path_join(real, name ? name : "root");
    struct stat status;
    if (lstat(target, &status) == 0)
        return error_set(err, ERROR_FAILED, "%s exists already", target);
    int is_dir =
        guestfs_is_dir_opts(guest_handle(guest), path, GUESTFS_IS_DIR_OPTS_FOLLOWSYMLINKS, 1, -1);
    if (is_dir < 0)
        return guest_error(guest, err, "%s", path);
    if (is_dir)
        return copy_directory(guest, path, target, err);
    if (copy_file(guest, path, target, err)) {
        unlink(target);
        return -1;
    }
    return 0;
}
