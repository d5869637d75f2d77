/* SPDX-License-Identifier: Apache-2.0 */
/* Cut a stream into part files. A file begins when its first byte comes, so none is empty. */
#include "manifest/sink_parts.h"
#include "forge/base/digest.h"
#include "forge/base/file.h"
#include "forge/base/memory.h"

#include <fcntl.h>
#include <sys/stat.h>

struct sink_parts {
    struct sink sink;
    char *directory;
    int64_t part_size;
    struct written_parts *out;
    struct bundle_stats *stats;
    int fd; /* the part being written, or -1 */
    char *path;
    struct digest *digest;
    int64_t size; /* of the part so far */
};

static int begin_part(struct sink_parts *parts, struct error **err)
{
    parts->path = xasprintf("%s/part.%zu", parts->directory, parts->out->count);
    parts->size = 0;
    parts->digest = digest_new(DIGEST_SHA1, err);
    if (!parts->digest)
        return -1;
    parts->fd = open(parts->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    /* The mode of a bundle's files does not depend on the umask. */
    if (parts->fd < 0 || fchmod(parts->fd, 0644))
        return error_set_errno(err, "making part %zu", parts->out->count);
    return 0;
}

static int end_part(struct sink_parts *parts, struct error **err)
{
    /* Start writing back now, so that the sync before publishing has little left to wait for.
     * It is a hint: a file system without it loses nothing. */
    (void)sync_file_range(parts->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    if (close(steal_fd(&parts->fd)))
        return error_set_errno(err, "writing part %zu", parts->out->count);
    struct written_parts *out = parts->out;
    if (out->count == out->room) {
        out->room = out->room ? 2 * out->room : 16;
        out->items = xrealloc(out->items, out->room, sizeof(*out->items));
    }
    out->items[out->count++] = (struct written_part){
        .path = STEAL(parts->path),
        .digest = digest_final_hex(parts->digest),
    };
    out->bytes += parts->size;
    digest_free(STEAL(parts->digest));
    return 0;
}

static int sink_parts_write(struct sink *sink, const void *buffer, size_t count, struct error **err)
{
    struct sink_parts *parts = container_of(sink, struct sink_parts, sink);
    const unsigned char *bytes = buffer;
    int64_t clock = stage_clock();
    while (count) {
        if (parts->fd < 0 && begin_part(parts, err))
            return -1;
        int64_t room = parts->part_size - parts->size;
        size_t piece = (int64_t)count < room ? count : (size_t)room;
        if (file_write(parts->fd, bytes, piece))
            return error_set_errno(err, "writing part %zu", parts->out->count);
        stage_lap(&parts->stats->stages[STAGE_PART_WRITE], &clock, (int64_t)piece);
        digest_update(parts->digest, bytes, piece);
        stage_lap(&parts->stats->stages[STAGE_PART_SHA1], &clock, (int64_t)piece);
        parts->size += (int64_t)piece;
        bytes += piece;
        count -= piece;
        if (parts->size == parts->part_size && end_part(parts, err))
            return -1;
    }
    return 0;
}

static int sink_parts_finish(struct sink *sink, struct error **err)
{
    struct sink_parts *parts = container_of(sink, struct sink_parts, sink);
    return parts->fd >= 0 ? end_part(parts, err) : 0;
}

static void sink_parts_close(struct sink *sink)
{
    struct sink_parts *parts = container_of(sink, struct sink_parts, sink);
    if (parts->fd >= 0)
        close(parts->fd);
    digest_free(parts->digest);
    free(parts->path);
    free(parts->directory);
    free(parts);
}

static const struct sink_ops sink_parts_ops = {
    .write = sink_parts_write,
    .finish = sink_parts_finish,
    .close = sink_parts_close,
};

struct sink *sink_parts_new(const char *directory, int64_t part_size, struct written_parts *out,
                            struct bundle_stats *stats, struct error **err)
{
    if (part_size <= 0) {
        error_set(err, ERROR_USAGE, "a part size of %lld bytes is impossible",
                  (long long)part_size);
        return NULL;
    }
    struct sink_parts *parts = NEW(struct sink_parts);
    parts->sink.ops = &sink_parts_ops;
    parts->directory = xstrdup(directory);
    parts->part_size = part_size;
    parts->out = out;
    parts->stats = stats;
    parts->fd = -1;
    return &parts->sink;
}

void written_parts_clear(struct written_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        free(parts->items[i].path);
        free(parts->items[i].digest);
    }
    free(parts->items);
    *parts = (struct written_parts){ 0 };
}
