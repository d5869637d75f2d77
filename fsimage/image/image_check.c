/* SPDX-License-Identifier: Apache-2.0 */
/* The rules an image must meet before anything else opens it, layer by layer. */
#include "fsimage/image/image_check.h"
#include "forge/base/log.h"
#include "forge/base/process.h"
#include "forge/base/strings.h"
#include "fsimage/image/qcow2.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_LAYERS = 16 };

static int check_layer(int fd, const char *path, enum image_format format, bool allow_backing,
                       unsigned depth, int64_t *virtual_size, int64_t *allocated_size,
                       struct error **err);

/* Formats that a plain "otherwise raw" would turn into rubbish. */
static const struct {
    const char *name;
    size_t offset, length;
    const char *magic;
} foreign_formats[] = {
    { "VMDK", 0, 4, "KDMV" },
    { "VMDK", 0, 21, "# Disk DescriptorFile" },
    { "VHDX", 0, 8, "vhdxfile" },
    { "VHD", 0, 8, "conectix" },
    { "VDI", 64, 4, "\x7f\x10\xda\xbe" },
    { "QED", 0, 4, "QED\0" },
    { "QCOW version 1", 0, 8, "QFI\xfb\0\0\0\1" },
    { "gzip", 0, 2, "\x1f\x8b" },
    { "xz", 0, 6,
      "\xfd"
      "7zXZ\0" },
    { "bzip2", 0, 3, "BZh" },
    { "zstd", 0, 4, "\x28\xb5\x2f\xfd" },
    { "zip", 0, 4, "PK\3\4" },
};

const char *image_foreign_format(int fd)
{
    char head[128] = { 0 };
    ssize_t got = pread(fd, head, sizeof(head), 0);
    for (size_t i = 0; i < ARRAY_SIZE(foreign_formats); i++) {
        size_t end = foreign_formats[i].offset + foreign_formats[i].length;
        if (got >= (ssize_t)end && memcmp(head + foreign_formats[i].offset,
                                          foreign_formats[i].magic, foreign_formats[i].length) == 0)
            return foreign_formats[i].name;
    }
    return NULL;
}

/* qemu locks one byte of the file for each thing it may do: byte 100 + n says "I do it". Reading
 * disturbs nobody, writing (1) and resizing (3) do. A lock over the whole file shows here as well.
 */
static int check_not_in_use(int fd, const char *path, struct error **err)
{
    static const off_t bytes[] = { 101, 103 };
    for (size_t i = 0; i < ARRAY_SIZE(bytes); i++) {
        struct flock lock = { .l_type = F_WRLCK, .l_start = bytes[i], .l_len = 1 };
        if (fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
            return error_set(err, ERROR_INVALID,
                             "%s: in use by another program, such as a running virtual machine",
                             path);
    }
    struct stat status;
    if (fstat(fd, &status) == 0 && S_ISBLK(status.st_mode)) {
        AUTO_FD int exclusive = open(path, O_RDONLY | O_EXCL | O_CLOEXEC);
        if (exclusive < 0 && errno == EBUSY)
            return error_set(err, ERROR_INVALID, "%s: in use: mounted, or part of another device",
                             path);
    }
    return 0;
}

static int check_raw(int fd, const char *path, int64_t *virtual_size, struct error **err)
{
    char magic[6] = "";
    if (pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
        memcmp(magic, "LUKS\xba\xbe", sizeof(magic)) == 0)
        return error_set(err, ERROR_INVALID, "%s: encrypted with LUKS, which is not supported",
                         path);
    *virtual_size = lseek(fd, 0, SEEK_END);
    if (*virtual_size < 0)
        return error_set_errno_cause(err, ERROR_INVALID, "%s: asking for its size", path);
    return 0;
}

/* The name a layer records for the one beneath it, as a path: relative names start at the layer's
 * own directory, and what qemu would take for a protocol is no file. */
static char *backing_path(const char *path, const char *recorded, struct error **err)
{
    size_t slash = strcspn(recorded, "/"), colon = strcspn(recorded, ":");
    if (recorded[colon] && colon < slash) {
        error_set(err, ERROR_INVALID, "%s: its backing file \"%s\" is not a plain file name", path,
                  recorded);
        return NULL;
    }
    AUTO_FREE char *dir = path_dirname(path);
    return path_join(dir, recorded);
}

static int check_backing(const char *path, const struct qcow2 *header, unsigned depth,
                         int64_t *allocated_size, struct error **err)
{
    enum image_format format;
    if (depth + 1 >= MAX_LAYERS)
        return error_set(err, ERROR_INVALID, "%s: more than %d layers of backing files", path,
                         MAX_LAYERS);
    if (!header->backing_format)
        return error_set(
            err, ERROR_INVALID,
            "%s: the format of its backing file \"%s\" is not recorded; record it with "
            "qemu-img rebase -u -F FORMAT -b FILE",
            path, header->backing_file);
    if (image_format_parse(header->backing_format, &format, NULL))
        return error_set(err, ERROR_INVALID,
                         "%s: its backing file \"%s\" has the format \"%s\", which is neither raw "
                         "nor qcow2",
                         path, header->backing_file, header->backing_format);
    AUTO_FREE char *backing = backing_path(path, header->backing_file, err);
    if (!backing)
        return -1;
    AUTO_FD int fd = open(backing, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return error_set_errno_cause(err, ERROR_INVALID, "%s: opening its backing file %s", path,
                                     backing);
    int64_t ignored;
    return check_layer(fd, backing, format, true, depth + 1, &ignored, allocated_size, err);
}

/* qemu's own check: exit status 0 sound, 3 leaked clusters (harmless), 2 damaged. */
static int check_by_qemu(const char *path, struct error **err)
{
    enum { SOUND = 0, DAMAGED = 2, LEAKED = 3 };
    const char *const argv[] = { "qemu-img", "check", "-q", "-f", "qcow2", path, NULL };
    int status = 0;
    if (process_run(argv, ERROR_INVALID, NULL, &status, err))
        return error_wrap(err, "%s: checking the image (package qemu-utils or qemu-img)", path);
    if (status == SOUND || status == LEAKED)
        return 0;
    if (status == DAMAGED)
        return error_set(err, ERROR_INVALID,
                         "%s: damaged: its tables contradict each other; \"qemu-img check\" tells "
                         "more",
                         path);
    if (process_run(argv, ERROR_INVALID, NULL, NULL, err))
        return error_wrap(err, "%s", path);
    return 0;
}

static int check_qcow2(int fd, const char *path, bool allow_backing, unsigned depth,
                       int64_t *virtual_size, int64_t *allocated_size, struct error **err)
{
    AUTO_QCOW2 struct qcow2 header = { 0 };
    if (qcow2_read(fd, path, &header, err))
        return -1;
    if (header.encrypted)
        return error_set(err, ERROR_INVALID, "%s: encrypted, which is not supported", path);
    if (header.corrupt)
        return error_set(err, ERROR_INVALID, "%s: marked as corrupt by qemu", path);
    if (header.backing_file && !allow_backing)
        return error_set(err, ERROR_INVALID,
                         "%s: has the backing file \"%s\", which would be read as well; "
                         "--allow-backing permits that",
                         path, header.backing_file);
    if (header.data_file && !allow_backing)
        return error_set(err, ERROR_INVALID,
                         "%s: keeps its data in another file, which would be read as well; "
                         "--allow-backing permits that",
                         path);
    if (header.snapshots)
        log_warn("%s: has %u internal snapshot%s, which will not be part of the result", path,
                 header.snapshots, header.snapshots == 1 ? "" : "s");
    if (qcow2_check_complete(fd, path, &header, err) ||
        (header.backing_file && check_backing(path, &header, depth, allocated_size, err)) ||
        check_by_qemu(path, err))
        return -1;
    *virtual_size = header.virtual_size;
    return 0;
}

static int check_layer(int fd, const char *path, enum image_format format, bool allow_backing,
                       unsigned depth, int64_t *virtual_size, int64_t *allocated_size,
                       struct error **err)
{
    struct stat status;
    if (fstat(fd, &status))
        return error_set_errno_cause(err, ERROR_INVALID, "%s", path);
    if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode))
        return error_set(err, ERROR_INVALID, "%s: neither a file nor a block device", path);
    if (check_not_in_use(fd, path, err))
        return -1;
    *allocated_size += S_ISBLK(status.st_mode) ? lseek(fd, 0, SEEK_END) : status.st_blocks * 512;
    if (format == IMAGE_QCOW2)
        return check_qcow2(fd, path, allow_backing, depth, virtual_size, allocated_size, err);
    return check_raw(fd, path, virtual_size, err);
}

int image_check(int fd, const char *path, enum image_format format, bool allow_backing,
                int64_t *virtual_size, int64_t *allocated_size, struct error **err)
{
    if (check_layer(fd, path, format, allow_backing, 0, virtual_size, allocated_size, err))
        return -1;
    if (*virtual_size == 0)
        return error_set(err, ERROR_INVALID, "%s: the image is empty", path);
    return 0;
}
