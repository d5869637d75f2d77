/* SPDX-License-Identifier: Apache-2.0 */
/* Headers, then the data runs of the image, then zeros to the end of the record. */
#include "manifest/source_tar.h"
#include "forge/base/memory.h"

#include <string.h>

struct source_tar {
    struct source source;
    struct device *image;
    struct tar_member member;
    int64_t at;                          /* position in the stream */
    int64_t header_end, data_end, total; /* positions in the stream */
    size_t run;                          /* the run to read next */
    int64_t run_done;                    /* bytes of it that were read */
};

static ssize_t read_header(struct source_tar *tar, void *buffer, size_t count)
{
    unsigned char block[TAR_BLOCK];
    tar_header_block(&tar->member, tar->at / TAR_BLOCK, block);
    size_t from = (size_t)(tar->at % TAR_BLOCK);
    size_t piece = count < TAR_BLOCK - from ? count : TAR_BLOCK - from;
    memcpy(buffer, block + from, piece);
    return (ssize_t)piece;
}

static ssize_t read_data(struct source_tar *tar, void *buffer, size_t count, struct error **err)
{
    const struct sparse_run *run = &tar->member.map->runs[tar->run];
    int64_t left = run->length - tar->run_done;
    size_t piece = (int64_t)count < left ? count : (size_t)left;
    if (device_pread(tar->image, buffer, piece, run->offset + tar->run_done, err))
        return -1;
    tar->run_done += (int64_t)piece;
    if (tar->run_done == run->length) {
        tar->run++;
        tar->run_done = 0;
    }
    return (ssize_t)piece;
}

static ssize_t read_padding(struct source_tar *tar, void *buffer, size_t count)
{
    int64_t left = tar->total - tar->at;
    size_t piece = (int64_t)count < left ? count : (size_t)left;
    memset(buffer, 0, piece);
    return (ssize_t)piece;
}

static ssize_t source_tar_read(struct source *source, void *buffer, size_t count,
                               struct error **err)
{
    struct source_tar *tar = container_of(source, struct source_tar, source);
    ssize_t got;
    if (tar->at < tar->header_end)
        got = read_header(tar, buffer, count);
    else if (tar->at < tar->data_end)
        got = read_data(tar, buffer, count, err);
    else
        got = read_padding(tar, buffer, count);
    if (got > 0)
        tar->at += got;
    return got;
}

static void source_tar_close(struct source *source)
{
    free(container_of(source, struct source_tar, source));
}

static const struct source_ops source_tar_ops = {
    .read = source_tar_read,
    .close = source_tar_close,
};

struct source *source_tar_new(struct device *image, const struct tar_member *member)
{
    struct source_tar *tar = NEW(struct source_tar);
    tar->source.ops = &source_tar_ops;
    tar->image = image;
    tar->member = *member;
    tar->header_end = tar_header_blocks(member) * TAR_BLOCK;
    tar->data_end = tar->header_end + member->map->data;
    tar->total = tar_stream_size(member);
    return &tar->source;
}
