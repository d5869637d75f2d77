/* SPDX-License-Identifier: Apache-2.0 */
/* Old GNU tar headers, as GNU tar writes them: plain and sparse members, long names. */
#include "manifest/tar_header.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 100, HEADER_ENTRIES = 4, EXTENSION_ENTRIES = 21 };

struct sparse_entry {
    char offset[12];
    char length[12];
};

/* FORMAT.md 2; tar(5), "GNU Tar Archives". */
struct header {
    char name[NAME_MAX_BYTES];
    char mode[8], uid[8], gid[8];
    char size[12], mtime[12];
    char checksum[8];
    char type;
    char link[100];
    char magic[8];
    char user[32], group[32];
    char device_major[8], device_minor[8];
    char atime[12], ctime[12], offset[12];
    char long_names[4], unused;
    struct sparse_entry entries[HEADER_ENTRIES];
    char is_extended;
    char real_size[12];
    char padding[17];
};
_Static_assert(sizeof(struct header) == TAR_BLOCK, "a header is one block");

struct extension {
    struct sparse_entry entries[EXTENSION_ENTRIES];
    char is_extended;
    char padding[7];
};
_Static_assert(sizeof(struct extension) == TAR_BLOCK, "an extension is one block");

static int64_t blocks_for(int64_t bytes)
{
    return bytes / TAR_BLOCK + (bytes % TAR_BLOCK != 0);
}

/* Octal with a NUL where it fits, else base-256: big-endian two's complement, top bit set. */
static void put_number(char *field, size_t width, int64_t value)
{
    if (value >= 0 && value >> (3 * (width - 1)) == 0) {
        field[width - 1] = '\0';
        for (size_t i = width - 1; i-- > 0; value >>= 3)
            field[i] = (char)('0' + (value & 7));
        return;
    }
    for (size_t i = width; i-- > 0; value >>= 8)
        field[i] = (char)(value & 0xff);
    field[0] = (char)(field[0] | 0x80);
}

/* Six digits, NUL, space: the sum of the block's bytes, this field taken as spaces. */
static void put_checksum(struct header *header)
{
    memset(header->checksum, ' ', sizeof(header->checksum));
    unsigned sum = 0;
    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += ((const unsigned char *)header)[i];
    put_number(header->checksum, 7, sum);
}

/* What every header has in common. */
static void put_basics(struct header *header, const char *name, size_t length, char type,
                       int64_t size, int64_t mtime)
{
    memcpy(header->name, name, length < NAME_MAX_BYTES ? length : NAME_MAX_BYTES);
    put_number(header->mode, sizeof(header->mode), 0644);
    put_number(header->uid, sizeof(header->uid), 0);
    put_number(header->gid, sizeof(header->gid), 0);
    put_number(header->size, sizeof(header->size), size);
    put_number(header->mtime, sizeof(header->mtime), mtime);
    header->type = type;
    memcpy(header->magic, "ustar  ", sizeof(header->magic));
    memcpy(header->user, "root", 4);
    memcpy(header->group, "root", 4);
}

/* Entries of the map: one for each run, and always the closing one; none in a plain member. */
static size_t entry_count(const struct sparse_map *map)
{
    return sparse_map_is_dense(map) ? 0 : map->count + 1;
}

/* Fill ENTRIES with the map's from FIRST on: are there more behind them? */
static bool put_entries(struct sparse_entry *entries, size_t room, const struct sparse_map *map,
                        size_t first)
{
    size_t total = entry_count(map);
    for (size_t i = 0; i < room && first + i < total; i++) {
        struct sparse_run closing = { .offset = map->size };
        const struct sparse_run *run = first + i < map->count ? &map->runs[first + i] : &closing;
        put_number(entries[i].offset, sizeof(entries[i].offset), run->offset);
        put_number(entries[i].length, sizeof(entries[i].length), run->length);
    }
    return total > first + room;
}

static void put_member(struct header *header, const struct tar_member *member)
{
    const struct sparse_map *map = member->map;
    bool sparse = !sparse_map_is_dense(map);
    put_basics(header, member->name, strlen(member->name), sparse ? 'S' : '0', map->data,
               member->mtime);
    if (sparse) {
        header->is_extended = put_entries(header->entries, HEADER_ENTRIES, map, 0);
        put_number(header->real_size, sizeof(header->real_size), map->size);
    }
    put_checksum(header);
}

static void put_extension(struct extension *extension, const struct sparse_map *map, int64_t index)
{
    size_t first = HEADER_ENTRIES + (size_t)index * EXTENSION_ENTRIES;
    extension->is_extended = put_entries(extension->entries, EXTENSION_ENTRIES, map, first);
}

/* A member of type L, whose data is the name with its NUL. */
static void put_long_name(struct header *header, const char *name)
{
    static const char link[] = "././@LongLink";
    put_basics(header, link, sizeof(link) - 1, 'L', (int64_t)strlen(name) + 1, 0);
    put_checksum(header);
}

/* Blocks of data of the L member; 0 when the name fits the header. */
static int64_t name_blocks(const struct tar_member *member)
{
    size_t length = strlen(member->name);
    return length > NAME_MAX_BYTES ? blocks_for((int64_t)length + 1) : 0;
}

static int64_t extension_blocks(const struct sparse_map *map)
{
    size_t entries = entry_count(map);
    if (entries <= HEADER_ENTRIES)
        return 0;
    return (int64_t)((entries - HEADER_ENTRIES + EXTENSION_ENTRIES - 1) / EXTENSION_ENTRIES);
}

int64_t tar_header_blocks(const struct tar_member *member)
{
    int64_t names = name_blocks(member);
    return (names ? 1 + names : 0) + 1 + extension_blocks(member->map);
}

void tar_header_block(const struct tar_member *member, int64_t index,
                      unsigned char block[TAR_BLOCK])
{
    memset(block, 0, TAR_BLOCK);
    int64_t names = name_blocks(member);
    if (names && index == 0) {
        put_long_name((struct header *)block, member->name);
        return;
    }
    if (names && index <= names) {
        const char *piece = member->name + (index - 1) * TAR_BLOCK;
        memcpy(block, piece, strnlen(piece, TAR_BLOCK));
        return;
    }
    index -= names ? 1 + names : 0;
    if (index == 0)
        put_member((struct header *)block, member);
    else
        put_extension((struct extension *)block, member->map, index - 1);
}

int64_t tar_stream_size(const struct tar_member *member)
{
    enum { END_BLOCKS = 2 };
    int64_t blocks = tar_header_blocks(member) + blocks_for(member->map->data) + END_BLOCKS;
    int64_t bytes = blocks * TAR_BLOCK;
    return (bytes + TAR_RECORD - 1) / TAR_RECORD * TAR_RECORD;
}
