/* SPDX-License-Identifier: Apache-2.0 */
/* libext2fs's io_manager over a device.
 *
 * Requests below LINE bytes go through lines of LINE bytes, one place for each address. A line
 * knows which of its granules were written, and writes back only those: what else lies in it may
 * have changed below, as file contents pass the cache by. */
#include "fsimage/ext/ext_io.h"
#include "forge/base/memory.h"

#include <string.h>

enum { LINE = 64 << 10, LINES = 256, GRANULE = 1024 };
_Static_assert(LINE / GRANULE == 64, "a granule is a bit of a line's dirty mask");

struct line {
    int64_t at; /* of the file system; a multiple of LINE; -1: empty */
    uint64_t dirty;
    unsigned char *bytes;
};

struct ext_io {
    struct struct_io_manager manager;
    struct device *device;
    int64_t offset, size;
    struct error *error; /* of the device, on its way through libext2fs */
    struct line lines[LINES];
};

/* libext2fs hands a name to open(), not the manager: this is the one meant by it. */
static _Thread_local struct ext_io *opening;

static struct ext_io *io_of(io_channel channel)
{
    return channel->private_data;
}

static int raw_read(struct ext_io *io, void *buffer, size_t count, int64_t at, struct error **err)
{
    if (io->device)
        return device_pread(io->device, buffer, count, io->offset + at, err);
    memset(buffer, 0, count);
    return 0;
}

static int raw_write(struct ext_io *io, const void *buffer, size_t count, int64_t at,
                     struct error **err)
{
    return io->device ? device_pwrite(io->device, buffer, count, io->offset + at, err) : 0;
}

static int line_write_back(struct ext_io *io, struct line *line, struct error **err)
{
    while (line->dirty) {
        unsigned first = (unsigned)__builtin_ctzll(line->dirty), end = first;
        while (end < 64 && line->dirty & UINT64_C(1) << end)
            end++;
        int64_t at = line->at + (int64_t)first * GRANULE;
        int64_t count = (int64_t)(end - first) * GRANULE;
        if (count > io->size - at)
            count = io->size - at;
        if (raw_write(io, line->bytes + first * GRANULE, (size_t)count, at, err))
            return -1;
        for (unsigned i = first; i < end; i++)
            line->dirty &= ~(UINT64_C(1) << i);
    }
    return 0;
}

static struct line *line_at(struct ext_io *io, int64_t at, struct error **err)
{
    at -= at % LINE;
    struct line *line = &io->lines[at / LINE % LINES];
    if (line->bytes && line->at == at)
        return line;
    if (line->bytes && line_write_back(io, line, err))
        return NULL;
    if (!line->bytes)
        line->bytes = xcalloc(1, LINE);
    line->at = -1;
    int64_t count = io->size - at < LINE ? io->size - at : LINE;
    if (raw_read(io, line->bytes, (size_t)count, at, err))
        return NULL;
    line->at = at;
    return line;
}

/* Copy through the cache, towards it when WRITING. */
static int cached(struct ext_io *io, void *buffer, size_t count, int64_t at, bool writing,
                  struct error **err)
{
    while (count) {
        struct line *line = line_at(io, at, err);
        if (!line)
            return -1;
        size_t within = (size_t)(at - line->at);
        size_t some = count < LINE - within ? count : LINE - within;
        if (writing) {
            memcpy(line->bytes + within, buffer, some);
            for (size_t i = within / GRANULE; i <= (within + some - 1) / GRANULE; i++)
                line->dirty |= UINT64_C(1) << i;
        } else {
            memcpy(buffer, line->bytes + within, some);
        }
        buffer = (char *)buffer + some;
        at += (int64_t)some;
        count -= some;
    }
    return 0;
}

/* Write back the lines that a range touches, forgetting them when FORGET. */
static int settle(struct ext_io *io, int64_t at, size_t count, bool forget, struct error **err)
{
    for (size_t i = 0; i < LINES; i++) {
        struct line *line = &io->lines[i];
        if (!line->bytes || line->at < 0 || line->at >= at + (int64_t)count ||
            line->at + LINE <= at)
            continue;
        if (line_write_back(io, line, err))
            return -1;
        if (forget)
            line->at = -1;
    }
    return 0;
}

/* BLOCK and COUNT (negative: bytes) as bytes within the file system. */
static bool range_of(io_channel channel, unsigned long long block, int count, int64_t *at,
                     size_t *length)
{
    const struct ext_io *io = io_of(channel);
    int64_t bytes = count < 0 ? -(int64_t)count : (int64_t)count * channel->block_size;
    if (block > (unsigned long long)(io->size / channel->block_size))
        return false;
    *at = (int64_t)block * channel->block_size;
    *length = (size_t)bytes;
    return bytes <= io->size - *at;
}

static errcode_t io_read(io_channel channel, unsigned long long block, int count, void *data)
{
    struct ext_io *io = io_of(channel);
    int64_t at;
    size_t length;
    if (!range_of(channel, block, count, &at, &length))
        return EXT2_ET_SHORT_READ;
    int failed = length < LINE ? cached(io, data, length, at, false, &io->error)
                               : settle(io, at, length, false, &io->error) ||
                                     raw_read(io, data, length, at, &io->error);
    return failed ? EXT2_ET_SHORT_READ : 0;
}

static errcode_t io_write(io_channel channel, unsigned long long block, int count, const void *data)
{
    struct ext_io *io = io_of(channel);
    int64_t at;
    size_t length;
    if (!range_of(channel, block, count, &at, &length))
        return EXT2_ET_SHORT_WRITE;
    int failed = length < LINE ? cached(io, (void *)data, length, at, true, &io->error)
                               : settle(io, at, length, true, &io->error) ||
                                     raw_write(io, data, length, at, &io->error);
    return failed ? EXT2_ET_SHORT_WRITE : 0;
}

static errcode_t io_read_blk(io_channel channel, unsigned long block, int count, void *data)
{
    return io_read(channel, block, count, data);
}

static errcode_t io_write_blk(io_channel channel, unsigned long block, int count, const void *data)
{
    return io_write(channel, block, count, data);
}

static errcode_t io_write_byte(io_channel channel, unsigned long offset, int count,
                               const void *data)
{
    struct ext_io *io = io_of(channel);
    if (count < 0 || offset > (unsigned long)io->size || count > io->size - (int64_t)offset)
        return EXT2_ET_SHORT_WRITE;
    return cached(io, (void *)data, (size_t)count, (int64_t)offset, true, &io->error)
               ? EXT2_ET_SHORT_WRITE
               : 0;
}

static errcode_t io_zeroout(io_channel channel, unsigned long long block, unsigned long long count)
{
    struct ext_io *io = io_of(channel);
    int64_t at;
    size_t length;
    if (count > INT32_MAX || !range_of(channel, block, (int)count, &at, &length))
        return EXT2_ET_SHORT_WRITE;
    if (settle(io, at, length, true, &io->error) ||
        (io->device && device_zero(io->device, io->offset + at, (int64_t)length, &io->error)))
        return EXT2_ET_SHORT_WRITE;
    return 0;
}

static errcode_t io_open(const char *name, int flags, io_channel *result)
{
    (void)flags;
    io_channel channel = NULL;
    errcode_t code = ext2fs_get_mem(sizeof(*channel), &channel);
    if (code)
        return code;
    memset(channel, 0, sizeof(*channel));
    code = ext2fs_get_mem(strlen(name) + 1, &channel->name);
    if (code) {
        ext2fs_free_mem(&channel);
        return code;
    }
    strcpy(channel->name, name);
    channel->magic = EXT2_ET_MAGIC_IO_CHANNEL;
    channel->manager = &opening->manager;
    channel->block_size = GRANULE;
    channel->refcount = 1;
    channel->private_data = opening;
    *result = channel;
    return 0;
}

static errcode_t io_flush(io_channel channel)
{
    struct ext_io *io = io_of(channel);
    return ext_io_flush(io, &io->error) ? EXT2_ET_SHORT_WRITE : 0;
}

static errcode_t io_close(io_channel channel)
{
    if (--channel->refcount > 0)
        return 0;
    ext2fs_free_mem(&channel->name);
    ext2fs_free_mem(&channel);
    return 0;
}

static errcode_t io_set_blksize(io_channel channel, int size)
{
    channel->block_size = size;
    return 0;
}

struct ext_io *ext_io_new(struct device *device, int64_t offset, int64_t size)
{
    static const struct struct_io_manager manager = {
        .magic = EXT2_ET_MAGIC_IO_MANAGER,
        .name = "device",
        .open = io_open,
        .close = io_close,
        .set_blksize = io_set_blksize,
        .read_blk = io_read_blk,
        .write_blk = io_write_blk,
        .flush = io_flush,
        .write_byte = io_write_byte,
        .read_blk64 = io_read,
        .write_blk64 = io_write,
        .zeroout = io_zeroout,
    };
    struct ext_io *io = NEW(struct ext_io);
    io->manager = manager;
    io->device = device;
    io->offset = offset;
    io->size = size;
    return io;
}

void ext_io_free(struct ext_io *io)
{
    if (!io)
        return;
    for (size_t i = 0; i < LINES; i++)
        free(io->lines[i].bytes);
    error_free(io->error);
    free(io);
}

io_manager ext_io_manager(struct ext_io *io)
{
    opening = io;
    return &io->manager;
}

int64_t ext_io_size(const struct ext_io *io)
{
    return io->size;
}

int ext_io_read(struct ext_io *io, void *buffer, size_t count, int64_t offset, struct error **err)
{
    if (count < LINE)
        return cached(io, buffer, count, offset, false, err);
    return raw_read(io, buffer, count, offset, err);
}

int ext_io_write(struct ext_io *io, const void *buffer, size_t count, int64_t offset,
                 struct error **err)
{
    return raw_write(io, buffer, count, offset, err);
}

int ext_io_flush(struct ext_io *io, struct error **err)
{
    for (size_t i = 0; i < LINES; i++) {
        if (io->lines[i].bytes && line_write_back(io, &io->lines[i], err))
            return -1;
    }
    return 0;
}

int ext_io_error(struct ext_io *io, errcode_t code, enum error_cause cause, struct error **err)
{
    if (io->error)
        return error_move(err, STEAL(io->error));
    initialize_ext2_error_table();
    return error_set(err, cause, "%s", error_message(code));
}
