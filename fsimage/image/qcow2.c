/* SPDX-License-Identifier: Apache-2.0 */
/* The qcow2 header and cluster tables, after qemu's docs/interop/qcow2.txt. */
#include "fsimage/image/qcow2.h"
#include "forge/base/memory.h"

#include <endian.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

enum {
    MAGIC = 0x514649fb, /* "QFI\xfb" */
    HEADER_V2 = 72,
    HEADER_V3 = 104,
    MIN_CLUSTER_BITS = 9,
    MAX_CLUSTER_BITS = 21,
    MAX_L1_BYTES = 32 << 20, /* qemu's own limit */
    MAX_NAME = 1023,
    SECTOR = 512,
};

enum { INCOMPATIBLE_CORRUPT = 2, INCOMPATIBLE_DATA_FILE = 4, INCOMPATIBLE_EXTENDED_L2 = 16 };

enum extension { EXTENSION_END = 0 };
#define EXTENSION_BACKING_FORMAT 0xe2792acaU

/* The fields as they lie in the file, big-endian. */
struct disk_header {
    uint32_t magic, version;
    uint64_t backing_offset;
    uint32_t backing_size, cluster_bits;
    uint64_t size;
    uint32_t crypt_method, l1_size;
    uint64_t l1_offset, refcount_offset;
    uint32_t refcount_clusters, snapshot_count;
    uint64_t snapshots_offset;
    uint64_t incompatible, compatible, autoclear; /* from here on version 3 */
    uint32_t refcount_order, header_length;
};
_Static_assert(sizeof(struct disk_header) == HEADER_V3, "the header has no padding");

static bool read_at(int fd, void *buffer, size_t count, uint64_t offset)
{
    for (size_t done = 0; done < count;) {
        ssize_t got = pread(fd, (char *)buffer + done, count - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

bool qcow2_has_magic(int fd)
{
    uint32_t magic;
    return read_at(fd, &magic, sizeof(magic), 0) && be32toh(magic) == MAGIC;
}

static int64_t file_size(int fd)
{
    return lseek(fd, 0, SEEK_END);
}

/* SIZE bytes of text at OFFSET; NULL when they cannot be a name. */
static char *read_name(int fd, uint64_t offset, uint32_t size)
{
    AUTO_FREE char *name = size <= MAX_NAME ? xcalloc(size + 1, 1) : NULL;
    if (!name || !read_at(fd, name, size, offset) || strlen(name) != size)
        return NULL;
    return STEAL(name);
}

/* Extensions follow the header within the first cluster: {type, length, data, padding to 8}. */
static int read_extensions(int fd, const char *name, uint64_t offset, uint64_t end,
                           struct qcow2 *out, struct error **err)
{
    while (offset + 8 <= end) {
        uint32_t head[2];
        if (!read_at(fd, head, sizeof(head), offset))
            return error_set(err, ERROR_INVALID, "%s: the qcow2 header is cut short", name);
        uint32_t type = be32toh(head[0]), length = be32toh(head[1]);
        if (type == EXTENSION_END)
            return 0;
        offset += sizeof(head);
        if (length > end - offset)
            return error_set(err, ERROR_INVALID, "%s: a qcow2 header extension is too long", name);
        if (type == EXTENSION_BACKING_FORMAT) {
            free(out->backing_format);
            out->backing_format = read_name(fd, offset, length);
        }
        offset += (length + 7ULL) & ~7ULL;
    }
    return 0;
}

static int take_fields(const struct disk_header *disk, const char *name, struct qcow2 *out,
                       struct error **err)
{
    uint32_t version = be32toh(disk->version), bits = be32toh(disk->cluster_bits);
    uint64_t size = be64toh(disk->size), l1_bytes = be32toh(disk->l1_size) * 8ULL;
    if (version != 2 && version != 3)
        return error_set(err, ERROR_INVALID, "%s: qcow2 version %u is not known", name, version);
    if (bits < MIN_CLUSTER_BITS || bits > MAX_CLUSTER_BITS)
        return error_set(err, ERROR_INVALID, "%s: damaged qcow2 header (cluster size)", name);
    if (size > INT64_MAX / 2)
        return error_set(err, ERROR_INVALID, "%s: damaged qcow2 header (size)", name);
    if (l1_bytes > MAX_L1_BYTES)
        return error_set(err, ERROR_INVALID, "%s: damaged qcow2 header (table size)", name);
    out->virtual_size = (int64_t)size;
    out->cluster_bits = bits;
    out->l1_offset = be64toh(disk->l1_offset);
    out->l1_entries = be32toh(disk->l1_size);
    out->snapshots = be32toh(disk->snapshot_count);
    out->encrypted = disk->crypt_method != 0;
    if (version == 3) {
        uint64_t incompatible = be64toh(disk->incompatible);
        out->corrupt = incompatible & INCOMPATIBLE_CORRUPT;
        out->data_file = incompatible & INCOMPATIBLE_DATA_FILE;
        out->extended_l2 = incompatible & INCOMPATIBLE_EXTENDED_L2;
    }
    return 0;
}

int qcow2_read(int fd, const char *name, struct qcow2 *out, struct error **err)
{
    *out = (struct qcow2){ 0 };
    struct disk_header disk = { 0 };
    if (!qcow2_has_magic(fd))
        return error_set(err, ERROR_INVALID, "%s: not a qcow2 image", name);
    if (!read_at(fd, &disk, HEADER_V2, 0) ||
        (be32toh(disk.version) == 3 && !read_at(fd, &disk, HEADER_V3, 0)))
        return error_set(err, ERROR_INVALID, "%s: the qcow2 header is cut short", name);
    if (take_fields(&disk, name, out, err))
        return -1;

    uint64_t length = be32toh(disk.version) == 3 ? be32toh(disk.header_length) : HEADER_V2;
    uint64_t backing = be64toh(disk.backing_offset), cluster = 1ULL << out->cluster_bits;
    if (length < HEADER_V2 || length > cluster || backing > cluster)
        return error_set(err, ERROR_INVALID, "%s: damaged qcow2 header (length)", name);
    if (backing) {
        out->backing_file = read_name(fd, backing, be32toh(disk.backing_size));
        if (!out->backing_file)
            return error_set(err, ERROR_INVALID, "%s: damaged qcow2 header (backing file)", name);
    }
    return read_extensions(fd, name, length, backing ? backing : cluster, out, err);
}

/* Where in the file a cluster of data ends, 0 when it takes no room there; AT is its place in the
 * guest. The last one need not be longer than the guest sees. */
static uint64_t data_end(const struct qcow2 *header, uint64_t entry, uint64_t at)
{
    static const uint64_t compressed = 1ULL << 62, reads_zero = 1,
                          offset_mask = 0x00fffffffffffe00ULL;
    uint64_t cluster = 1ULL << header->cluster_bits;
    if (entry & compressed) {
        /* Bits below SHIFT: where it starts; above: how many more sectors it touches. */
        unsigned shift = 62 - (header->cluster_bits - 8);
        uint64_t start = entry & ((1ULL << shift) - 1);
        uint64_t sectors = (entry & (compressed - 1)) >> shift;
        return (start / SECTOR + sectors) * SECTOR + 1;
    }
    uint64_t offset = entry & offset_mask, room = (uint64_t)header->virtual_size - at;
    if (!offset || (entry & reads_zero && !header->extended_l2))
        return 0;
    if (header->extended_l2)
        return offset + 1;
    return offset + (room < cluster ? (room + SECTOR - 1) / SECTOR * SECTOR : cluster);
}

static int check_table(int fd, const struct qcow2 *header, uint64_t table, uint64_t at,
                       uint64_t *entries, uint64_t file_end)
{
    uint64_t cluster = 1ULL << header->cluster_bits;
    size_t width = header->extended_l2 ? 2 : 1, count = cluster / 8;
    if (!read_at(fd, entries, cluster, table))
        return -1;
    for (size_t i = 0; i < count && at < (uint64_t)header->virtual_size; i += width) {
        if (data_end(header, be64toh(entries[i]), at) > file_end)
            return -1;
        at += cluster;
    }
    return 0;
}

int qcow2_check_complete(int fd, const char *name, const struct qcow2 *header, struct error **err)
{
    static const uint64_t offset_mask = 0x00fffffffffffe00ULL;
    uint64_t cluster = 1ULL << header->cluster_bits;
    uint64_t file_end = (uint64_t)file_size(fd);
    uint64_t span = cluster / (header->extended_l2 ? 16 : 8) * cluster; /* that one table maps */
    AUTO_FREE uint64_t *l1 = xcalloc(header->l1_entries + 1UL, sizeof(*l1));
    AUTO_FREE uint64_t *l2 = xcalloc(cluster, 1);
    uint64_t room_for_tables = file_end / cluster;
    bool complete = read_at(fd, l1, header->l1_entries * sizeof(*l1), header->l1_offset);
    for (size_t i = 0; complete && i < header->l1_entries; i++) {
        uint64_t table = be64toh(l1[i]) & offset_mask, at;
        if (__builtin_mul_overflow(i, span, &at) || at >= (uint64_t)header->virtual_size)
            break;
        /* Each table takes a cluster of its own; tables named twice could go on for ever. */
        if (table && room_for_tables-- == 0)
            return error_set(err, ERROR_INVALID, "%s: damaged: more tables than the file can hold",
                             name);
        /* With a data file the entries point into that one. */
        if (table &&
            check_table(fd, header, table, at, l2, header->data_file ? UINT64_MAX : file_end))
            complete = false;
    }
    if (!complete)
        return error_set(err, ERROR_INVALID,
                         "%s: truncated: the file ends before the data that its tables name", name);
    return 0;
}

void qcow2_clear(struct qcow2 *header)
{
    free(header->backing_file);
    free(header->backing_format);
    *header = (struct qcow2){ 0 };
}
