/* SPDX-License-Identifier: Apache-2.0 */
/* The blocks of a directory, written once when all its names are known.
 *
 * One block of entries, or an index by hash (dir_index) over leaves of entries:
 *
 *     block 0       ".", "..", index of the leaves, or of the nodes when it is too small for them
 *     blocks 1..M   nodes: an unused entry that covers the block, index of the leaves
 *     the others    leaves: entries in the order of their hashes
 *
 * An index entry has the least hash of its leaf, which is even; bit 0 says that the leaf before
 * ends with the same hash. The first one's hash is not stored: the index's own limit and count are.
 */
#include "forge/base/memory.h"
#include "fsimage/ext/ext_build.h"

#include <string.h>

enum {
    HEADER = 8,      /* of an entry, before its name */
    DOTS = 24,       /* the entries "." and ".." */
    ROOT_INDEX = 32, /* where the index begins in block 0 */
    TAIL = sizeof(struct ext2_dir_entry_tail),
    LOST_FOUND_BLOCKS = 4,
};

struct writer {
    struct ext_builder *builder;
    struct ext_dir *dir;
    ext2_ino_t parent;
    struct ext_map *map;
    bool checksums;
    uint64_t next; /* block of the directory */
    unsigned char block[EXT_BLOCK];
};

void ext_dir_add(struct ext_dir *dir, const char *name, ext2_ino_t ino, unsigned type)
{
    if (dir->count == dir->room) {
        dir->room = dir->room ? dir->room * 2 : 16;
        dir->items = xrealloc(dir->items, dir->room, sizeof(*dir->items));
    }
    dir->items[dir->count++] = (struct ext_dirent){
        .name = xstrdup(name),
        .ino = ino,
        .length = (unsigned char)strlen(name),
        .type = (unsigned char)type,
    };
}

void ext_dir_clear(struct ext_dir *dir)
{
    for (size_t i = 0; i < dir->count; i++)
        free(dir->items[i].name);
    free(dir->items);
    dir->items = NULL;
    dir->count = dir->room = 0;
}

static size_t record_size(size_t name_length)
{
    return (HEADER + name_length + 3) & ~(size_t)3;
}

/* How many bytes of a block are for entries. */
static size_t usable(const struct writer *writer)
{
    return EXT_BLOCK - (writer->checksums ? TAIL : 0);
}

static void put_entry(struct writer *writer, size_t at, size_t length, ext2_ino_t ino,
                      const char *name, size_t name_length, unsigned type)
{
    struct ext2_dir_entry *entry = (void *)(writer->block + at);
    entry->inode = ino;
    entry->rec_len = (uint16_t)length;
    entry->name_len = (uint16_t)(name_length | type << 8);
    memcpy(entry->name, name, name_length);
}

/* Write the block out as the directory's next one. */
static int put_block(struct writer *writer, struct error **err)
{
    struct ext_builder *builder = writer->builder;
    if (!builder->dry && writer->checksums) {
        errcode_t code =
            ext2fs_dir_block_csum_set(builder->fs, writer->dir->ino, (void *)writer->block);
        if (code)
            return ext_io_error(builder->io, code, ERROR_FAILED, err);
    }
    if (ext_append(builder, writer->map, writer->next++, writer->block, 1, err))
        return -1;
    memset(writer->block, 0, EXT_BLOCK);
    return 0;
}

/* "." and ".."; the latter's record takes what is left of SPACE. */
static void put_dots(struct writer *writer, size_t space)
{
    put_entry(writer, 0, 12, writer->dir->ino, ".", 1, EXT2_FT_DIR);
    put_entry(writer, 12, space - 12, writer->parent, "..", 2, EXT2_FT_DIR);
}

/* Entries from FIRST on behind USED bytes of the block, as many as fit: how many. The last record
 * reaches to the end. Without PUT they are only counted. */
static size_t put_entries(struct writer *writer, size_t first, size_t used, bool put)
{
    const struct ext_dir *dir = writer->dir;
    size_t end = usable(writer), i = first, at = used, last = 0;
    for (; i < dir->count && at + record_size(dir->items[i].length) <= end; i++) {
        const struct ext_dirent *item = &dir->items[i];
        last = at;
        at += record_size(item->length);
        if (put)
            put_entry(writer, last, at - last, item->ino, item->name, item->length, item->type);
    }
    if (!put)
        return i - first;
    if (i == first && !used)
        put_entry(writer, 0, end, 0, "", 0, 0);
    else if (i == first)
        put_dots(writer, end);
    else
        ((struct ext2_dir_entry *)(void *)(writer->block + last))->rec_len = (uint16_t)(end - last);
    if (writer->checksums)
        ext2fs_initialize_dirent_tail(writer->builder->fs,
                                      (void *)(writer->block + EXT_BLOCK - TAIL));
    return i - first;
}

/* Blocks of entries in the order of their names. */
static int write_linear(struct writer *writer, struct error **err)
{
    size_t done = 0, blocks = writer->dir->lost_found ? LOST_FOUND_BLOCKS : 1;
    put_dots(writer, DOTS);
    for (size_t used = DOTS; writer->next < blocks || done < writer->dir->count; used = 0) {
        done += put_entries(writer, done, used, true);
        if (put_block(writer, err))
            return -1;
    }
    return 0;
}

static int by_hash(const void *one, const void *two)
{
    const struct ext_dirent *a = one, *b = two;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    if (a->minor != b->minor)
        return a->minor < b->minor ? -1 : 1;
    return strcmp(a->name, b->name);
}

static int sort_by_hash(struct writer *writer, struct error **err)
{
    const struct ext2_super_block *super = writer->builder->fs->super;
    struct ext_dir *dir = writer->dir;
    for (size_t i = 0; i < dir->count; i++) {
        struct ext_dirent *item = &dir->items[i];
        errcode_t code = ext2fs_dirhash2(super->s_def_hash_version, item->name, item->length, NULL,
                                         0, super->s_hash_seed, &item->hash, &item->minor);
        if (code)
            return ext_io_error(writer->builder->io, code, ERROR_FAILED, err);
    }
    qsort(dir->items, dir->count, sizeof(*dir->items), by_hash);
    return 0;
}

/* The leaves: where each begins among the entries; owned. */
static size_t *find_leaves(struct writer *writer, size_t *count)
{
    size_t *leaves = NULL, room = 0;
    *count = 0;
    for (size_t done = 0; done < writer->dir->count;) {
        if (*count == room) {
            room = room ? room * 2 : 16;
            leaves = xrealloc(leaves, room, sizeof(*leaves));
        }
        leaves[(*count)++] = done;
        done += put_entries(writer, done, 0, false);
    }
    return leaves;
}

static uint32_t hash_of(const struct writer *writer, size_t first)
{
    const struct ext_dirent *items = writer->dir->items;
    return items[first].hash | (first && items[first - 1].hash == items[first].hash);
}

/* How many entries an index that begins at AT has room for. */
static size_t index_room(const struct writer *writer, size_t at)
{
    return (EXT_BLOCK - at - (writer->checksums ? sizeof(struct ext2_dx_tail) : 0)) /
           sizeof(struct ext2_dx_entry);
}

/* An index at AT of every STEPth leaf, COUNT entries; the first leads to block TARGET. */
static void put_index(struct writer *writer, size_t at, const size_t *leaves, size_t step,
                      size_t count, uint64_t target)
{
    struct ext2_dx_entry *entries = (void *)(writer->block + at);
    for (size_t i = 0; i < count; i++)
        entries[i] = (struct ext2_dx_entry){ .hash = hash_of(writer, leaves[i * step]),
                                             .block = (uint32_t)(target + i) };
    struct ext2_dx_countlimit limits = { .limit = (uint16_t)index_room(writer, at),
                                         .count = (uint16_t)count };
    memcpy(entries, &limits, sizeof(limits));
}

static int write_indexed(struct writer *writer, const size_t *leaves, size_t count,
                         struct error **err)
{
    size_t per_node = index_room(writer, HEADER), nodes = 0;
    if (count > index_room(writer, ROOT_INDEX))
        nodes = (count + per_node - 1) / per_node;
    if (nodes > index_room(writer, ROOT_INDEX))
        return error_set(err, ERROR_INVALID, "the directory has too many names: %zu",
                         writer->dir->count);
    struct ext2_dx_root_info info = {
        .hash_version = writer->builder->fs->super->s_def_hash_version,
        .info_length = sizeof(info),
        .indirect_levels = nodes > 0,
    };
    put_dots(writer, EXT_BLOCK);
    memcpy(writer->block + DOTS, &info, sizeof(info));
    put_index(writer, ROOT_INDEX, leaves, nodes ? per_node : 1, nodes ? nodes : count, 1);
    if (put_block(writer, err))
        return -1;
    for (size_t i = 0; i < nodes; i++) {
        size_t first = i * per_node, some = count - first < per_node ? count - first : per_node;
        put_entry(writer, 0, EXT_BLOCK, 0, "", 0, 0);
        put_index(writer, HEADER, leaves + first, 1, some, 1 + nodes + first);
        if (put_block(writer, err))
            return -1;
    }
    for (size_t i = 0; i < count; i++) {
        put_entries(writer, leaves[i], 0, true);
        if (put_block(writer, err))
            return -1;
    }
    return 0;
}

int ext_dir_write(struct ext_builder *builder, struct ext_dir *dir, ext2_ino_t parent,
                  struct ext_map *map, bool *indexed, struct error **err)
{
    AUTO_FREE struct writer *writer = NEW(struct writer);
    *writer = (struct writer){ .builder = builder, .dir = dir, .parent = parent, .map = map };
    writer->checksums = ext2fs_has_feature_metadata_csum(builder->fs->super);
    *indexed = !dir->lost_found && put_entries(writer, 0, DOTS, false) < dir->count;
    if (!*indexed)
        return write_linear(writer, err);
    if (sort_by_hash(writer, err))
        return -1;
    size_t count;
    AUTO_FREE size_t *leaves = find_leaves(writer, &count);
    return write_indexed(writer, leaves, count, err);
}
