/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the image's tar member with libarchive.
 *
 * libarchive believes a sparse map: it takes descending, overlapping and out-of-range extents and
 * keeps as many as it is given. So every run is checked here, and what the header with its map may
 * take from the stream is limited. */
#include "manifest/tar_reader.h"
#include "forge/base/memory.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>

enum {
    CHUNK = 256 << 10,
    /* Header and map: room for 1.3 million extents, the most a 10 GiB image has at 4 KiB pages. */
    HEADER_MAX = 32 << 20,
};

struct tar_reader {
    struct archive *archive;
    struct source *below;
    struct error *error; /* of BELOW, on its way through libarchive */
    int64_t taken;       /* bytes from BELOW */
    bool in_header;
    int64_t size, mtime;
    int64_t position; /* where the next run may begin */
    unsigned char buffer[CHUNK];
};

static la_ssize_t pull(struct archive *archive, void *opaque, const void **bytes)
{
    struct tar_reader *reader = opaque;
    ssize_t got =
        source_read(reader->below, reader->buffer, sizeof(reader->buffer), &reader->error);
    if (got >= 0) {
        reader->taken += got;
        if (reader->in_header && reader->taken > HEADER_MAX)
            got = error_set(&reader->error, ERROR_MISMATCH, "its header has more than %d bytes",
                            HEADER_MAX);
    }
    if (got < 0)
        archive_set_error(archive, EIO, "the stream below failed");
    *bytes = reader->buffer;
    return got;
}

/* What libarchive could not do, or the error of the stream below that stopped it. Always -1. */
static int failure(struct tar_reader *reader, struct error **err)
{
    if (reader->error) {
        error_move(err, STEAL(reader->error));
        return error_wrap(err, "reading the tar archive");
    }
    const char *reason = archive_error_string(reader->archive);
    return error_set(err, ERROR_MISMATCH, "reading the tar archive: %s",
                     reason ? reason : "it holds no member");
}

static int read_header(struct tar_reader *reader, struct error **err)
{
    struct archive_entry *entry;
    reader->in_header = true;
    int status = archive_read_next_header(reader->archive, &entry);
    reader->in_header = false;
    /* A warning is about a name or an attribute, which are of no interest. */
    if (reader->error || (status != ARCHIVE_OK && status != ARCHIVE_WARN))
        return failure(reader, err);
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
        return error_set(err, ERROR_MISMATCH, "the archive's first member is not a regular file");
    reader->size = archive_entry_size(entry);
    reader->mtime = archive_entry_mtime(entry);
    if (!archive_entry_size_is_set(entry) || reader->size < 0)
        return error_set(err, ERROR_MISMATCH, "the archive's first member has no size");
    return 0;
}

struct tar_reader *tar_reader_open(struct source *below, struct error **err)
{
    AUTO(tar_reader_close) struct tar_reader *reader = NEW(struct tar_reader);
    reader->below = below;
    reader->archive = archive_read_new();
    if (!reader->archive || archive_read_support_format_tar(reader->archive) != ARCHIVE_OK) {
        error_set(err, ERROR_FAILED, "libarchive cannot read tar archives");
        return NULL;
    }
    reader->in_header = true;
    if (archive_read_open(reader->archive, reader, NULL, pull, NULL) != ARCHIVE_OK) {
        failure(reader, err);
        return NULL;
    }
    return read_header(reader, err) ? NULL : STEAL(reader);
}

int64_t tar_reader_size(const struct tar_reader *reader)
{
    return reader->size;
}

int64_t tar_reader_mtime(const struct tar_reader *reader)
{
    return reader->mtime;
}

int tar_reader_next(struct tar_reader *reader, const void **bytes, size_t *count, int64_t *offset,
                    struct error **err)
{
    la_int64_t start;
    int status = archive_read_data_block(reader->archive, bytes, count, &start);
    if (status == ARCHIVE_EOF && !reader->error)
        return 0;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
        return failure(reader, err);
    int64_t end;
    if (start < reader->position || __builtin_add_overflow(start, *count, &end) ||
        end > reader->size)
        return error_set(err, ERROR_MISMATCH,
                         "the archive's sparse map is not in order: %zu bytes at %lld in a file of "
                         "%lld",
                         *count, (long long)start, (long long)reader->size);
    reader->position = end;
    *offset = start;
    return 1;
}

void tar_reader_close(struct tar_reader *reader)
{
    if (!reader)
        return;
    archive_read_free(reader->archive);
    error_free(reader->error);
    free(reader);
}
