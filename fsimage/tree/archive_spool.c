/* SPDX-License-Identifier: Apache-2.0 */
/* An archive whose order is not a tree's: headers in memory, data in an unnamed file. */
#include "fsimage/tree/archive_spool.h"
#include "forge/base/memory.h"
#include "forge/base/workdir.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/types.h>

enum { CHUNK = 1 << 20 };

/* A run of a member's data: LENGTH bytes at PLACE of the spool belong at OFFSET. */
struct run {
    int64_t offset, length, place;
};

struct member {
    struct archive_entry *entry; /* owned; NULL: not wanted */
    size_t first_run, run_count;
};

struct archive_spool {
    int fd;
    int64_t end;
    struct member *members;
    size_t member_count;
    struct run *runs;
    size_t run_count, run_room;
    /* The member that is being read. */
    const struct member *current;
    size_t run;
    int64_t done;
    unsigned char *buffer;
};

int archive_next_run(struct archive *archive, int64_t size, int64_t *position, const void **bytes,
                     size_t *count, int64_t *offset, struct error **err)
{
    la_int64_t start;
    int status;
    do
        status = archive_read_data_block(archive, bytes, count, &start);
    while ((status == ARCHIVE_OK || status == ARCHIVE_WARN) && *count == 0);
    if (status == ARCHIVE_EOF)
        return 0;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
        return error_set(err, ERROR_INVALID, "reading the archive: %s",
                         archive_error_string(archive));
    int64_t end;
    if (start < *position || __builtin_add_overflow(start, *count, &end) || end > size)
        return error_set(err, ERROR_INVALID, "the archive's sparse map is not in order");
    *position = end;
    *offset = start;
    return 1;
}

static int store(struct archive_spool *spool, const void *bytes, size_t count, struct error **err)
{
    while (count) {
        ssize_t put = pwrite(spool->fd, bytes, count, spool->end);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return error_set_errno(err, "writing a temporary file");
        bytes = (const char *)bytes + put;
        count -= (size_t)put;
        spool->end += put;
    }
    return 0;
}

static void add_run(struct archive_spool *spool, struct member *member, int64_t offset,
                    size_t count)
{
    if (member->run_count) {
        struct run *last = &spool->runs[spool->run_count - 1];
        if (last->offset + last->length == offset) {
            last->length += (int64_t)count;
            return;
        }
    }
    if (spool->run_count == spool->run_room) {
        spool->run_room = spool->run_room ? spool->run_room * 2 : 64;
        spool->runs = xrealloc(spool->runs, spool->run_room, sizeof(*spool->runs));
    }
    spool->runs[spool->run_count++] = (struct run){ offset, (int64_t)count, spool->end };
    member->run_count++;
}

static int store_member(struct archive_spool *spool, struct archive *archive,
                        struct archive_entry *entry, struct member *member, struct error **err)
{
    int64_t position = 0, offset;
    const void *bytes;
    size_t count;
    int more = 0;
    member->entry = archive_entry_clone(entry);
    member->first_run = spool->run_count;
    if (archive_entry_filetype(entry) != AE_IFREG)
        return 0;
    while ((more = archive_next_run(archive, archive_entry_size(entry), &position, &bytes, &count,
                                    &offset, err)) > 0) {
        add_run(spool, member, offset, count);
        if (store(spool, bytes, count, err))
            return -1;
    }
    return more;
}

struct archive_spool *archive_spool_fill(struct archive *archive, const struct archive_index *index,
                                         struct error **err)
{
    AUTO(archive_spool_free) struct archive_spool *spool = NEW(struct archive_spool);
    spool->fd = -1;
    spool->member_count = (size_t)index->members;
    spool->members = xcalloc(spool->member_count, sizeof(*spool->members));
    spool->buffer = xcalloc(1, CHUNK);
    AUTO_FREE bool *wanted = xcalloc(spool->member_count, sizeof(bool));
    for (size_t i = 0; i < index->count; i++) {
        const struct archive_item *item = &index->items[i];
        if (item->first == i && index->items[item->data].member >= 0)
            wanted[index->items[item->data].member] = true;
    }
    spool->fd = temporary_file(err);
    if (spool->fd < 0)
        return NULL;
    struct archive_entry *entry;
    int more = 1;
    for (size_t i = 0; i < spool->member_count; i++) {
        more = archive_next_member(archive, &entry, err);
        if (more <= 0)
            break;
        if (wanted[i] && store_member(spool, archive, entry, &spool->members[i], err))
            return NULL;
    }
    if (more == 0)
        error_set(err, ERROR_FAILED, "the archive changed while it was being read");
    return more > 0 ? STEAL(spool) : NULL;
}

void archive_spool_free(struct archive_spool *spool)
{
    if (!spool)
        return;
    for (size_t i = 0; i < spool->member_count; i++)
        archive_entry_free(spool->members[i].entry);
    free(spool->members);
    free(spool->runs);
    free(spool->buffer);
    if (spool->fd >= 0)
        close(spool->fd);
    free(spool);
}

struct archive_entry *archive_spool_open(struct archive_spool *spool, int64_t member)
{
    spool->current = &spool->members[member];
    spool->run = 0;
    spool->done = 0;
    return spool->current->entry;
}

int archive_spool_read(struct archive_spool *spool, const void **bytes, size_t *count,
                       int64_t *offset, struct error **err)
{
    if (spool->run == spool->current->run_count)
        return 0;
    const struct run *run = &spool->runs[spool->current->first_run + spool->run];
    int64_t left = run->length - spool->done;
    ssize_t got;
    do
        got = pread(spool->fd, spool->buffer, left < CHUNK ? (size_t)left : CHUNK,
                    run->place + spool->done);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_set_errno(err, "reading a temporary file");
    if (got == 0)
        return error_set(err, ERROR_FAILED, "a temporary file became shorter");
    *bytes = spool->buffer;
    *count = (size_t)got;
    *offset = run->offset + spool->done;
    spool->done += got;
    if (spool->done == run->length) {
        spool->run++;
        spool->done = 0;
    }
    return 1;
}
