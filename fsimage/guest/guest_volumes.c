/* SPDX-License-Identifier: Apache-2.0 */
/* Reads what dmsetup(8) and the kernel say. */
#include "fsimage/guest/guest_volumes.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"

#include <stdbool.h>
#include <string.h>

enum { SECTOR = 512 };

char *volume_tables(guestfs_h *handle)
{
    /* Which of the appliance's disks is the image is a matter of chance; the other one, its own
     * root, has neither partitions nor volumes. */
    static char command[] = "for part in /sys/block/[sv]d* /sys/block/[sv]d*/[sv]d*; do"
                            " if [ -e $part/dev ]; then"
                            " echo part $(cat $part/dev $part/start 2>/dev/null || echo 0);"
                            " fi; done; dmsetup table";
    char *const arguments[] = { command, NULL };
    return guestfs_debug(handle, "sh", arguments);
}

/* The device mapper's name of DEVICE; owned. LVM doubles the hyphens in names and puts one between
 * group and volume. */
static char *mapper_name(const char *device)
{
    static const char mapper[] = "/dev/mapper/", dev[] = "/dev/";
    if (starts_with(device, mapper))
        return xstrdup(device + strlen(mapper));
    if (!starts_with(device, dev))
        return NULL;
    char *name = xcalloc(2, strlen(device) + 1), *to = name;
    for (const char *from = device + strlen(dev); *from; from++) {
        if (*from == '-')
            *to++ = '-';
        *to++ = *from == '/' ? '-' : *from;
    }
    return name;
}

static bool parse_sectors(const char *text, int64_t *bytes)
{
    if (!parse_integer(text, 0, INT64_MAX / SECTOR, bytes))
        return false;
    *bytes *= SECTOR;
    return true;
}

/* Where the partition NUMBER ("8:2") begins. */
static bool find_partition(const struct string_list *lines, const char *number, int64_t *start)
{
    for (size_t i = 0; i < lines->count; i++) {
        AUTO_STRINGS struct string_list words = { 0 };
        string_list_split(&words, lines->items[i], ' ');
        if (words.count == 3 && strcmp(words.items[0], "part") == 0 &&
            strcmp(words.items[1], number) == 0)
            return parse_sectors(words.items[2], start);
    }
    return false;
}

/* The piece of a line's WORDS behind its name, which continues a volume that has FILLED bytes. */
static bool parse_piece(const struct string_list *lines, char *const *words, int64_t filled,
                        struct device_piece *piece)
{
    int64_t at, partition, first;
    if (!parse_sectors(words[0], &at) || at != filled || !parse_sectors(words[1], &piece->length) ||
        strcmp(words[2], "linear") != 0 || !find_partition(lines, words[3], &partition) ||
        !parse_sectors(words[4], &first))
        return false;
    return !__builtin_add_overflow(partition, first, &piece->offset);
}

struct device_piece *volume_pieces(const char *tables, const char *device, size_t *count)
{
    AUTO_FREE char *name = mapper_name(device);
    AUTO_FREE char *key = xasprintf("%s:", name ? name : "");
    AUTO_STRINGS struct string_list lines = { 0 };
    AUTO_FREE struct device_piece *pieces = NULL;
    int64_t filled = 0;
    *count = 0;
    string_list_split(&lines, tables, '\n');
    for (size_t i = 0, found = 0; i < lines.count; i++) {
        AUTO_STRINGS struct string_list words = { 0 };
        string_list_split(&words, lines.items[i], ' ');
        if (!words.count || strcmp(words.items[0], key) != 0)
            continue;
        pieces = xrealloc(pieces, found + 1, sizeof(*pieces));
        if (words.count != 6 || !parse_piece(&lines, words.items + 1, filled, &pieces[found]) ||
            __builtin_add_overflow(filled, pieces[found].length, &filled)) {
            *count = 0;
            return NULL;
        }
        *count = ++found;
    }
    return STEAL(pieces);
}
