/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX ACLs between the kernel's form and that of the disk.
 *
 *     kernel   u32 version 2, then {u16 tag, u16 perm, u32 id} each; an id that means nothing is -1
 *     disk     u32 version 1, then {u16 tag, u16 perm} or, for named users and groups, with u32 id
 */
#include "forge/base/memory.h"
#include "fsimage/tree/xattr.h"

#include <string.h>

enum { TAG_USER = 0x02, TAG_GROUP = 0x08, VERSION_DISK = 1, VERSION_KERNEL = 2 };

struct acl_entry {
    uint16_t tag, permissions;
    uint32_t id;
};
_Static_assert(sizeof(struct acl_entry) == 8, "as in the kernel's form");

/* One of the six tags, with no more than read, write and execute. */
static bool is_known(const struct acl_entry *entry)
{
    return entry->tag && entry->tag <= 0x20 && !(entry->tag & (entry->tag - 1)) &&
           entry->permissions <= 7;
}

static bool has_id(uint16_t tag)
{
    return tag == TAG_USER || tag == TAG_GROUP;
}

static bool is_version(const unsigned char *value, size_t size, uint32_t version)
{
    return size >= 4 && memcmp(value, &version, 4) == 0;
}

unsigned char *acl_from_disk(const unsigned char *value, size_t size, size_t *result_size)
{
    if (!is_version(value, size, VERSION_DISK))
        return NULL;
    /* The short entries have four bytes and become eight. */
    AUTO_FREE unsigned char *result = xcalloc(1, 4 + size * 2);
    memcpy(result, &(uint32_t){ VERSION_KERNEL }, 4);
    size_t at = 4, to = 4;
    while (size - at >= 4) {
        struct acl_entry entry = { .id = UINT32_MAX };
        memcpy(&entry, value + at, 4);
        at += 4;
        if (has_id(entry.tag)) {
            if (size - at < 4)
                return NULL;
            memcpy(&entry.id, value + at, 4);
            at += 4;
        }
        memcpy(result + to, &entry, sizeof(entry));
        to += sizeof(entry);
    }
    *result_size = to;
    return at == size ? STEAL(result) : NULL;
}

unsigned char *acl_to_disk(const unsigned char *value, size_t size, size_t *result_size)
{
    if (!is_version(value, size, VERSION_KERNEL) || (size - 4) % sizeof(struct acl_entry))
        return NULL;
    AUTO_FREE unsigned char *result = xcalloc(1, size);
    memcpy(result, &(uint32_t){ VERSION_DISK }, 4);
    size_t to = 4;
    for (size_t at = 4; at < size; at += sizeof(struct acl_entry)) {
        struct acl_entry entry;
        memcpy(&entry, value + at, sizeof(entry));
        if (!is_known(&entry))
            return NULL;
        size_t length = has_id(entry.tag) ? 8 : 4;
        memcpy(result + to, &entry, length);
        to += length;
    }
    *result_size = to;
    return STEAL(result);
}
