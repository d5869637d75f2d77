/* SPDX-License-Identifier: Apache-2.0 */
/* libfdisk works on a file of its own in memory, as large as the disk and empty but for the sectors
 * of the table; what it changes there is then written to the disk. */
#include "fsimage/disk/partition_table.h"
#include "forge/base/memory.h"

#include <endian.h>
#include <libfdisk.h>
#include <string.h>
#include <sys/mman.h>

enum {
    SECTOR = 512,
    MEBI = 1 << 20,
    EDGE = MEBI,      /* at both ends of the disk: wherever a GPT and its backup may be */
    LOGICAL_MAX = 64, /* partitions in an extended one; fdisk(8) stops at 60 */
};

/* MBR: four entries of 16 bytes at 446; in one the type is at 4, the first sector at 8. */
enum { ENTRIES = 446, ENTRY_SIZE = 16, ENTRY_TYPE = 4, ENTRY_START = 8, TYPE_GPT = 0xee };

DEFINE_CLEANUP(struct fdisk_context *, fdisk_unref_context)
DEFINE_CLEANUP(struct fdisk_partition *, fdisk_unref_partition)
DEFINE_CLEANUP(struct fdisk_table *, fdisk_unref_table)

/* A file in memory with the table's sectors of DISK. */
struct view {
    struct device *disk;
    int64_t size;
    int fd;
};

static void view_close(struct view *view)
{
    if (view->fd >= 0)
        close(view->fd);
}

static int view_copy(const struct view *view, int64_t offset, int64_t length, struct error **err)
{
    if (offset < 0)
        offset = 0;
    if (offset >= view->size)
        return 0;
    if (length > view->size - offset)
        length = view->size - offset;
    AUTO_FREE char *bytes = xcalloc((size_t)length, 1);
    if (device_pread(view->disk, bytes, (size_t)length, offset, err))
        return -1;
    ssize_t put = pwrite(view->fd, bytes, (size_t)length, offset);
    return put == length ? 0 : error_set_errno(err, "copying a partition table");
}

static bool is_extended(unsigned char type)
{
    return type == 0x05 || type == 0x0f || type == 0x85;
}

static uint32_t entry_start(const unsigned char *entry)
{
    uint32_t start;
    memcpy(&start, entry + ENTRY_START, sizeof(start));
    return le32toh(start);
}

/* The sectors in which an extended partition's tables are chained: the second entry of each says
 * where the next one is, counted from the extended partition's beginning. */
static int view_copy_chain(const struct view *view, uint32_t extended, struct error **err)
{
    uint32_t next = 0;
    for (unsigned i = 0; i < LOGICAL_MAX; i++) {
        unsigned char sector[SECTOR];
        int64_t offset = ((int64_t)extended + next) * SECTOR;
        if (offset > view->size - SECTOR)
            return error_set(err, ERROR_INVALID, "its extended partition leads outside the disk");
        if (device_pread(view->disk, sector, SECTOR, offset, err) ||
            view_copy(view, offset, SECTOR, err))
            return -1;
        const unsigned char *second = sector + ENTRIES + ENTRY_SIZE;
        next = entry_start(second);
        if (!next || !is_extended(second[ENTRY_TYPE]))
            return 0;
    }
    return error_set(err, ERROR_INVALID, "its extended partition has no end");
}

static int view_open(struct view *view, struct device *disk, int64_t size, struct error **err)
{
    unsigned char first[SECTOR];
    *view = (struct view){ .disk = disk, .size = size / SECTOR * SECTOR, .fd = -1 };
    if (view->size < SECTOR)
        return error_set(err, ERROR_INVALID, "it has no sector");
    view->fd = memfd_create("table", MFD_CLOEXEC);
    if (view->fd < 0 || ftruncate(view->fd, view->size))
        return error_set_errno(err, "making a file in memory");
    if (view_copy(view, 0, EDGE, err) || view_copy(view, view->size - EDGE, EDGE, err) ||
        device_pread(disk, first, SECTOR, 0, err))
        return -1;
    for (unsigned i = 0; i < 4; i++) {
        const unsigned char *entry = first + ENTRIES + i * ENTRY_SIZE;
        if (is_extended(entry[ENTRY_TYPE]) && view_copy_chain(view, entry_start(entry), err))
            return -1;
    }
    return 0;
}

/* Sector by sector, so that of a boot loader nothing is written again. */
static int write_changed(const struct view *view, int64_t offset, const unsigned char *bytes,
                         size_t count, struct error **err)
{
    AUTO_FREE unsigned char *old = xcalloc(count, 1);
    if (device_pread(view->disk, old, count, offset, err))
        return -1;
    for (size_t at = 0; at < count; at += SECTOR) {
        if (memcmp(old + at, bytes + at, SECTOR) != 0 &&
            device_pwrite(view->disk, bytes + at, SECTOR, offset + (int64_t)at, err))
            return -1;
    }
    return 0;
}

/* What libfdisk has written is among the file's data. */
static int view_write_back(const struct view *view, struct error **err)
{
    for (int64_t at = 0; (at = lseek(view->fd, at, SEEK_DATA)) >= 0;) {
        int64_t end = lseek(view->fd, at, SEEK_HOLE);
        for (; at < end; at += MEBI) {
            size_t count = end - at < MEBI ? (size_t)(end - at) : MEBI;
            AUTO_FREE unsigned char *bytes = xcalloc(count, 1);
            if (pread(view->fd, bytes, count, at) != (ssize_t)count)
                return error_set_errno(err, "reading a partition table");
            if (write_changed(view, at, bytes, count, err))
                return -1;
        }
        at = end;
    }
    return 0;
}

/* -- libfdisk on it; errors are negative error numbers -- */

static int failed(int status, const char *what, struct error **err)
{
    errno = -status;
    return error_set_errno_cause(err, ERROR_INVALID, "%s", what);
}

static struct fdisk_context *open_table(const struct view *view, struct error **err)
{
    AUTO(fdisk_unref_context) struct fdisk_context *context = fdisk_new_context();
    if (!context) {
        error_set(err, ERROR_FAILED, "no memory for a partition table");
        return NULL;
    }
    fdisk_disable_dialogs(context, 1);
    int status = fdisk_save_user_sector_size(context, SECTOR, SECTOR);
    if (!status)
        status = fdisk_assign_device_by_fd(context, view->fd, "disk", 0);
    if (status) {
        failed(status, "looking for a partition table", err);
        return NULL;
    }
    return STEAL(context);
}

static int read_partition(const struct view *view, struct fdisk_partition *found,
                          struct partition_table *out, struct error **err)
{
    uint64_t sectors = (uint64_t)view->size / SECTOR;
    if (!fdisk_partition_has_start(found) || !fdisk_partition_has_size(found) ||
        !fdisk_partition_has_partno(found))
        return 0;
    uint64_t start = fdisk_partition_get_start(found), count = fdisk_partition_get_size(found);
    size_t number = fdisk_partition_get_partno(found) + 1;
    if (start >= sectors || count > sectors - start)
        return error_set(err, ERROR_INVALID, "its partition %zu lies outside the disk", number);
    out->items = xrealloc(out->items, out->count + 1, sizeof(*out->items));
    out->items[out->count++] = (struct partition){
        .number = (unsigned)number,
        .area = { (int64_t)start * SECTOR, (int64_t)count * SECTOR },
        .extended = fdisk_partition_is_container(found),
        .logical = fdisk_partition_is_nested(found),
    };
    return 0;
}

static int by_place(const void *left, const void *right)
{
    const struct partition *a = left, *b = right;
    return (a->area.offset > b->area.offset) - (a->area.offset < b->area.offset);
}

static int read_partitions(const struct view *view, struct fdisk_context *context,
                           struct partition_table *out, struct error **err)
{
    struct fdisk_table *table = NULL;
    int status = fdisk_get_partitions(context, &table);
    AUTO(fdisk_unref_table) struct fdisk_table *owned = table;
    if (status)
        return failed(status, "reading the partitions", err);
    for (size_t i = 0; i < fdisk_table_get_nents(owned); i++) {
        if (read_partition(view, fdisk_table_get_partition(owned, i), out, err))
            return -1;
    }
    if (out->count)
        qsort(out->items, out->count, sizeof(*out->items), by_place);
    return 0;
}

static bool has_protective_mbr(const struct view *view)
{
    unsigned char type = 0;
    return pread(view->fd, &type, 1, ENTRIES + ENTRY_TYPE) == 1 && type == TYPE_GPT;
}

static int find_scheme(const struct view *view, struct fdisk_context *context,
                       enum partition_scheme *scheme, struct error **err)
{
    *scheme = PARTITIONS_NONE;
    if (fdisk_is_labeltype(context, FDISK_DISKLABEL_GPT))
        *scheme = PARTITIONS_GPT;
    else if (has_protective_mbr(view)) /* which libfdisk would show as a partition */
        return error_set(err, ERROR_INVALID, "its GPT is damaged");
    else if (fdisk_is_labeltype(context, FDISK_DISKLABEL_DOS))
        *scheme = PARTITIONS_MBR;
    return 0;
}

int partition_table_read(struct device *disk, struct partition_table *out, struct error **err)
{
    __attribute__((cleanup(view_close))) struct view view;
    if (view_open(&view, disk, disk->size, err))
        return error_wrap(err, "reading the disk's partition table");
    AUTO(fdisk_unref_context) struct fdisk_context *context = open_table(&view, err);
    if (!context || find_scheme(&view, context, &out->scheme, err) ||
        (out->scheme != PARTITIONS_NONE && read_partitions(&view, context, out, err)))
        return error_wrap(err, "reading the disk's partition table");
    return 0;
}

void partition_table_clear(struct partition_table *table)
{
    free(table->items);
    *table = (struct partition_table){ 0 };
}

static int64_t end_of(const struct partition *partition)
{
    return partition->area.offset + partition->area.size;
}

const struct partition *partition_table_last(const struct partition_table *table)
{
    const struct partition *last = NULL;
    for (size_t i = 0; i < table->count; i++)
        if (!last || end_of(&table->items[i]) >= end_of(last))
            last = &table->items[i];
    return last;
}

int64_t partition_scheme_tail(enum partition_scheme scheme)
{
    return scheme == PARTITIONS_GPT ? MEBI : 0; /* the backup takes 33 sectors */
}

/* GPT header (UEFI 5.3.2), in the disk's second sector: its size at 12, the CRC over it at 16, the
 * last sector that partitions may have at 48. */
enum {
    HEADER_SIZE = 12,
    HEADER_CRC = 16,
    HEADER_LAST = 48,
    HEADER_MIN = 92,
    GPT_TAIL_SECTORS = 34
};

/* CRC-32 of IEEE 802.3, bit by bit: there are 92 bytes. */
static uint32_t crc32_of(const unsigned char *bytes, size_t count)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}

/* libfdisk mends a GPT on a disk that has grown, and takes one for no GPT whose last sector is not
 * there any more: move that in front of the end. */
static int shorten_gpt(const struct view *view, struct error **err)
{
    unsigned char header[SECTOR];
    if (pread(view->fd, header, SECTOR, SECTOR) != SECTOR)
        return error_set(err, ERROR_INVALID, "the disk is too small for a partition table");
    uint64_t last, end = (uint64_t)view->size / SECTOR - GPT_TAIL_SECTORS;
    uint32_t size;
    memcpy(&size, header + HEADER_SIZE, sizeof(size));
    memcpy(&last, header + HEADER_LAST, sizeof(last));
    size = le32toh(size);
    if (memcmp(header, "EFI PART", 8) != 0 || size < HEADER_MIN || size > SECTOR ||
        view->size < 2 * EDGE || le64toh(last) <= end)
        return 0;
    last = htole64(end);
    memcpy(header + HEADER_LAST, &last, sizeof(last));
    memset(header + HEADER_CRC, 0, sizeof(uint32_t));
    uint32_t crc = htole32(crc32_of(header, size));
    memcpy(header + HEADER_CRC, &crc, sizeof(crc));
    return pwrite(view->fd, header, SECTOR, SECTOR) == SECTOR
               ? 0
               : error_set_errno(err, "changing a partition table");
}

static int resize(const struct view *view, unsigned number, int64_t bytes, struct error **err)
{
    AUTO(fdisk_unref_context) struct fdisk_context *context = open_table(view, err);
    AUTO(fdisk_unref_partition) struct fdisk_partition *change = fdisk_new_partition();
    struct fdisk_partition *old = NULL;
    if (!context)
        return -1;
    int status = fdisk_get_partition(context, number - 1, &old);
    uint64_t start = status ? 0 : fdisk_partition_get_start(old);
    fdisk_unref_partition(old);
    if (status)
        return failed(status, "finding the partition", err);
    if (fdisk_is_labeltype(context, FDISK_DISKLABEL_DOS) &&
        start + (uint64_t)bytes / SECTOR > UINT32_MAX)
        return error_set(err, ERROR_INVALID, "an MBR ends at 2 TiB");
    fdisk_partition_size_explicit(change, 1);
    status = fdisk_partition_set_size(change, (uint64_t)bytes / SECTOR);
    if (!status)
        status = fdisk_set_partition(context, number - 1, change);
    if (!status)
        status = fdisk_write_disklabel(context);
    return status ? failed(status, "changing the table", err) : 0;
}

/* libfdisk writes a GPT's protective MBR anew, without the mark that some BIOSes want to boot. */
static int resize_marked(const struct view *view, unsigned number, int64_t bytes,
                         struct error **err)
{
    unsigned char mark;
    if (pread(view->fd, &mark, 1, ENTRIES) != 1)
        return error_set_errno(err, "reading a partition table");
    if (resize(view, number, bytes, err))
        return -1;
    if (has_protective_mbr(view) && pwrite(view->fd, &mark, 1, ENTRIES) != 1)
        return error_set_errno(err, "changing a partition table");
    return 0;
}

int partition_table_resize(struct device *disk, int64_t disk_size, unsigned number, int64_t bytes,
                           struct error **err)
{
    __attribute__((cleanup(view_close))) struct view view;
    if (view_open(&view, disk, disk_size, err) || shorten_gpt(&view, err) ||
        resize_marked(&view, number, bytes, err) || view_write_back(&view, err))
        return error_wrap(err, "giving partition %u %lld bytes", number, (long long)bytes);
    return 0;
}
