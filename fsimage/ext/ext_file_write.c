/* SPDX-License-Identifier: Apache-2.0 */
/* The contents of a file: runs of bytes become blocks, and what is between runs a hole. */
#include "forge/base/memory.h"
#include "fsimage/ext/ext_build.h"
#include "fsimage/tree/tree.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

/* Blocks of which only a part has come. */
struct partial {
    uint64_t logical;
    bool used;
    unsigned char bytes[EXT_BLOCK];
};

static int flush(struct ext_builder *builder, struct partial *partial, struct ext_map *map,
                 struct error **err)
{
    if (!partial->used)
        return 0;
    partial->used = false;
    return ext_append(builder, map, partial->logical, partial->bytes, 1, err);
}

/* COUNT bytes at OFFSET, all within one block. */
static int add_part(struct ext_builder *builder, struct partial *partial, struct ext_map *map,
                    const void *bytes, size_t count, uint64_t offset, struct error **err)
{
    uint64_t logical = offset / EXT_BLOCK;
    if (partial->used && partial->logical != logical && flush(builder, partial, map, err))
        return -1;
    if (!partial->used) {
        memset(partial->bytes, 0, EXT_BLOCK);
        partial->used = true;
        partial->logical = logical;
    }
    memcpy(partial->bytes + offset % EXT_BLOCK, bytes, count);
    return offset % EXT_BLOCK + count == EXT_BLOCK ? flush(builder, partial, map, err) : 0;
}

static int add_run(struct ext_builder *builder, struct partial *partial, struct ext_map *map,
                   const char *bytes, size_t count, uint64_t offset, struct error **err)
{
    while (count) {
        size_t within = (size_t)(offset % EXT_BLOCK), some = EXT_BLOCK - within;
        int failed;
        if (within == 0 && count >= EXT_BLOCK) {
            some = count - count % EXT_BLOCK;
            failed = flush(builder, partial, map, err) ||
                     ext_append(builder, map, offset / EXT_BLOCK, bytes, some / EXT_BLOCK, err);
        } else {
            some = count < some ? count : some;
            failed = add_part(builder, partial, map, bytes, some, offset, err);
        }
        if (failed)
            return -1;
        bytes += some;
        offset += some;
        count -= some;
    }
    return 0;
}

static int copy(struct ext_builder *builder, struct tree *tree, struct archive_entry *entry,
                struct ext_map *map, struct error **err)
{
    AUTO_FREE struct partial *partial = NEW(struct partial);
    int64_t size = archive_entry_size(entry), position = 0, offset, end;
    const void *bytes;
    size_t count;
    int more;
    while ((more = tree_read(tree, &bytes, &count, &offset, err)) > 0) {
        if (offset < position || __builtin_add_overflow(offset, count, &end) || end > size)
            return error_set(err, ERROR_INVALID, "its data are not in order");
        if (add_run(builder, partial, map, bytes, count, (uint64_t)offset, err))
            return -1;
        position = end;
    }
    return more < 0 ? -1 : flush(builder, partial, map, err);
}

/* The blocks that copy() would take, by the entry alone. */
static int count(struct ext_builder *builder, struct archive_entry *entry, struct ext_map *map,
                 struct error **err)
{
    int64_t size = archive_entry_size(entry), offset = 0, length = size, end;
    bool sparse = archive_entry_sparse_reset(entry) > 0;
    uint64_t next = 0;
    while (!sparse || archive_entry_sparse_next(entry, &offset, &length) == ARCHIVE_OK) {
        if (offset < 0 || length < 0 || __builtin_add_overflow(offset, length, &end) || end > size)
            return error_set(err, ERROR_INVALID, "its data are not in order");
        uint64_t first = (uint64_t)offset / EXT_BLOCK;
        uint64_t behind = ((uint64_t)end + EXT_BLOCK - 1) / EXT_BLOCK;
        if (first < next)
            first = next;
        if (length && behind > first && ext_append(builder, map, first, NULL, behind - first, err))
            return -1;
        next = behind > next ? behind : next;
        if (!sparse)
            break;
    }
    return 0;
}

int ext_file_write(struct ext_builder *builder, struct tree *tree, struct archive_entry *entry,
                   struct ext_map *map, struct error **err)
{
    if (!archive_entry_size_is_set(entry) || archive_entry_size(entry) < 0)
        return error_set(err, ERROR_INVALID, "its size is not known");
    return builder->dry ? count(builder, entry, map, err) : copy(builder, tree, entry, map, err);
}
