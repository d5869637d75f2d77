/* SPDX-License-Identifier: Apache-2.0 */
/* ACLs that libarchive has read from an archive, in the kernel's form. */
#include "fsimage/tree/archive_acl.h"
#include "forge/base/memory.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* {u16 tag, u16 permissions, u32 id}; in the order of tag and id. */
struct acl_entry {
    uint16_t tag, permissions;
    uint32_t id;
};
enum { VERSION = 2, TAG_MASK = 0x10 };

static uint16_t tag_of(int tag)
{
    switch (tag) {
    case ARCHIVE_ENTRY_ACL_USER_OBJ:
        return 0x01;
    case ARCHIVE_ENTRY_ACL_USER:
        return 0x02;
    case ARCHIVE_ENTRY_ACL_GROUP_OBJ:
        return 0x04;
    case ARCHIVE_ENTRY_ACL_GROUP:
        return 0x08;
    case ARCHIVE_ENTRY_ACL_MASK:
        return TAG_MASK;
    case ARCHIVE_ENTRY_ACL_OTHER:
        return 0x20;
    default:
        return 0;
    }
}

static int by_tag(const void *one, const void *two)
{
    const struct acl_entry *a = one, *b = two;
    if (a->tag != b->tag)
        return a->tag - b->tag;
    return a->id < b->id ? -1 : a->id > b->id;
}

static bool has_xattr(struct archive_entry *entry, const char *wanted)
{
    const char *name;
    const void *value;
    size_t size;
    archive_entry_xattr_reset(entry);
    while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
        if (strcmp(name, wanted) == 0)
            return true;
    }
    return false;
}

static int convert(struct archive_entry *entry, int kind, const char *name, struct error **err)
{
    int found = archive_entry_acl_reset(entry, kind), type, permissions, tag, id;
    if (found <= 0 || has_xattr(entry, name))
        return 0;
    /* The three of the mode may come on top of those that were counted. */
    size_t count = 0, room = (size_t)found + 3;
    AUTO_FREE unsigned char *value = xcalloc(1, 4 + room * sizeof(struct acl_entry));
    struct acl_entry *entries = (void *)(value + 4);
    memcpy(value, &(uint32_t){ VERSION }, 4);
    const char *who;
    while (count < room && archive_entry_acl_next(entry, kind, &type, &permissions, &tag, &id,
                                                  &who) == ARCHIVE_OK) {
        struct acl_entry item = { tag_of(tag), (uint16_t)(permissions & 7), UINT32_MAX };
        bool named = tag == ARCHIVE_ENTRY_ACL_USER || tag == ARCHIVE_ENTRY_ACL_GROUP;
        if (named && id < 0)
            return error_set(err, ERROR_INVALID, "the ACL of \"%s\" names \"%s\" without a number",
                             archive_entry_pathname(entry), who ? who : "");
        if (named)
            item.id = (uint32_t)id;
        /* The group's bits of a mode are the mask, where there is one. */
        if (item.tag == TAG_MASK && kind == ARCHIVE_ENTRY_ACL_TYPE_ACCESS)
            archive_entry_set_perm(entry, (archive_entry_perm(entry) & ~070u) |
                                              (unsigned)item.permissions << 3);
        entries[count++] = item;
    }
    qsort(entries, count, sizeof(*entries), by_tag);
    archive_entry_xattr_add_entry(entry, name, value, 4 + count * sizeof(*entries));
    return 0;
}

int archive_acl_to_xattrs(struct archive_entry *entry, struct error **err)
{
    /* The default ACL first: the mode changes what the other one says of the group. */
    int failed = convert(entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, "system.posix_acl_default", err) ||
                 convert(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, "system.posix_acl_access", err);
    return failed ? -1 : 0;
}
