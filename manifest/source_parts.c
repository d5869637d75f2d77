/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the parts one after the other, each judged at its end. */
#include "manifest/source_parts.h"
#include "forge/base/cancel.h"
#include "forge/base/digest.h"
#include "manifest/part_file.h"

#include <fcntl.h>
#include <stdatomic.h>

struct source_parts {
    struct source source;
    const struct manifest *manifest;
    const char *directory;
    size_t index; /* the part being read, or the next one when fd is -1 */
    int fd;
    struct digest *digest; /* of that part */
    int64_t size;          /* bytes of it so far */
    atomic_llong total;    /* bytes of all */
};

static int begin_part(struct source_parts *parts, struct error **err)
{
    parts->digest = digest_new(DIGEST_SHA1, err);
    if (!parts->digest)
        return -1;
    parts->size = 0;
    parts->fd = part_open(parts->manifest, parts->index, parts->directory, NULL, err);
    if (parts->fd < 0)
        return -1;
    posix_fadvise(parts->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return 0;
}

static void close_part(struct source_parts *parts)
{
    if (parts->fd >= 0)
        close(parts->fd);
    parts->fd = -1;
    digest_free(STEAL(parts->digest));
}

static int end_part(struct source_parts *parts, struct error **err)
{
    AUTO_FREE char *digest = digest_final_hex(parts->digest);
    close_part(parts);
    if (part_judge(parts->manifest, parts->index, parts->size, digest, err))
        return -1;
    parts->index++;
    return 0;
}

static int check_total(const struct source_parts *parts, struct error **err)
{
    long long total = atomic_load(&parts->total);
    if (total == parts->manifest->bundled_size)
        return 0;
    return error_set(err, ERROR_MISMATCH, "the parts have %lld bytes, the manifest says %lld",
                     total, (long long)parts->manifest->bundled_size);
}

static ssize_t parts_read(struct source *source, void *buffer, size_t count, struct error **err)
{
    struct source_parts *parts = container_of(source, struct source_parts, source);
    while (parts->index < parts->manifest->part_count) {
        if (cancel_check(err) || (parts->fd < 0 && begin_part(parts, err)))
            return -1;
        ssize_t got = read(parts->fd, buffer, count);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(err, "reading %s",
                                   parts->manifest->parts[parts->index].filename);
        if (got > 0) {
            digest_update(parts->digest, buffer, (size_t)got);
            parts->size += got;
            atomic_fetch_add(&parts->total, got);
            return got;
        }
        if (end_part(parts, err))
            return -1;
    }
    return check_total(parts, err);
}

int64_t source_parts_done(struct source *source)
{
    return atomic_load(&container_of(source, struct source_parts, source)->total);
}

static void parts_close(struct source *source)
{
    struct source_parts *parts = container_of(source, struct source_parts, source);
    close_part(parts);
    free(parts);
}

static const struct source_ops parts_ops = { .read = parts_read, .close = parts_close };

struct source *source_parts_open(const struct manifest *manifest, const char *directory)
{
    struct source_parts *parts = NEW(struct source_parts);
    parts->source.ops = &parts_ops;
    parts->manifest = manifest;
    parts->directory = directory;
    parts->fd = -1;
    return &parts->source;
}
