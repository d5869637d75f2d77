/* SPDX-License-Identifier: Apache-2.0 */
/* Extended attributes between libarchive's entries and the disk.
 *
 *     in the inode   its extra fields, u32 magic, entries, four zeros, ... free ..., values
 *     in a block     header (32 bytes), entries, four zeros, ... free ..., values
 *
 * Values are found by their offset from the first entry (inode) or the block's begin. In a block
 * the entries are sorted by index, length of name, name: the kernel searches by that. */
#include "fsimage/tree/xattr.h"
#include "forge/base/memory.h"

#include <archive_entry.h>
#include <string.h>

/* The prefix of a name is a number on the disk. The longest comes first. */
static const struct {
    unsigned char index;
    bool acl;
    const char *text;
} prefixes[] = {
    { 2, true, "system.posix_acl_access" },
    { 3, true, "system.posix_acl_default" },
    { 8, false, "system.richacl" },
    { 1, false, "user." },
    { 4, false, "trusted." },
    { 6, false, "security." },
    { 7, false, "system." },
};

static const size_t block_header = sizeof(struct ext2_ext_attr_header);

void xattr_list_add(struct xattr_list *list, const char *name, const void *value, size_t size)
{
    list->items = xrealloc(list->items, list->count + 1, sizeof(*list->items));
    struct xattr *item = &list->items[list->count++];
    item->name = xstrdup(name);
    item->value = xcalloc(1, size);
    item->size = size;
    if (size)
        memcpy(item->value, value, size);
}

void xattr_list_clear(struct xattr_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        free(list->items[i].value);
    }
    free(list->items);
    *list = (struct xattr_list){ 0 };
}

/* Append one attribute of the disk; false when it is malformed. */
static bool take(struct xattr_list *list, unsigned index, const char *name, size_t name_length,
                 const unsigned char *value, size_t size)
{
    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
        if (prefixes[i].index != index)
            continue;
        AUTO_FREE char *full = xasprintf("%s%.*s", prefixes[i].text, (int)name_length, name);
        if (!prefixes[i].acl) {
            xattr_list_add(list, full, value, size);
            return true;
        }
        AUTO_FREE unsigned char *acl = acl_from_disk(value, size, &size);
        if (acl)
            xattr_list_add(list, full, acl, size);
        return acl;
    }
    return false;
}

/* The entries at FIRST within SPACE bytes from BASE, to which the offsets of values refer. */
static int decode(const unsigned char *base, size_t first, size_t space, struct xattr_list *list,
                  struct error **err)
{
    size_t at = first;
    for (;;) {
        struct ext2_ext_attr_entry entry;
        if (space < at || space - at < 4)
            return error_set(err, ERROR_INVALID, "its extended attributes have no end");
        if (memcmp(base + at, "\0\0\0\0", 4) == 0)
            return 0;
        if (space - at < sizeof(entry))
            return error_set(err, ERROR_INVALID, "its extended attributes have no end");
        memcpy(&entry, base + at, sizeof(entry));
        const char *name = (const char *)base + at + sizeof(entry);
        at += sizeof(entry);
        if (entry.e_value_inum)
            return error_set(err, ERROR_INVALID,
                             "an extended attribute is kept in an inode of its own, which is not "
                             "supported");
        if (entry.e_name_len > space - at || entry.e_value_size > space ||
            entry.e_value_offs > space - entry.e_value_size ||
            memchr(name, '\0', entry.e_name_len) ||
            !take(list, entry.e_name_index, name, entry.e_name_len, base + entry.e_value_offs,
                  entry.e_value_size))
            return error_set(err, ERROR_INVALID, "an extended attribute is damaged");
        at += EXT2_EXT_ATTR_SIZE(entry.e_name_len);
    }
}

int xattr_decode(ext2_filsys fs, const void *inode, const void *block, struct xattr_list *list,
                 struct error **err)
{
    const struct ext2_inode_large *large = inode;
    size_t inode_size = EXT2_INODE_SIZE(fs->super);
    if (inode_size > EXT2_GOOD_OLD_INODE_SIZE) {
        size_t body = EXT2_GOOD_OLD_INODE_SIZE + (size_t)large->i_extra_isize;
        const uint32_t magic = EXT2_EXT_ATTR_MAGIC;
        if (body % 4 || body > inode_size)
            return error_set(err, ERROR_INVALID, "its inode's extra size is wrong");
        if (inode_size - body > 4 && memcmp((const char *)inode + body, &magic, 4) == 0 &&
            decode((const unsigned char *)inode + body + 4, 0, inode_size - body - 4, list, err))
            return -1;
    }
    if (!block)
        return 0;
    const struct ext2_ext_attr_header *header = block;
    if (header->h_magic != EXT2_EXT_ATTR_MAGIC || header->h_blocks != 1)
        return error_set(err, ERROR_INVALID, "its block of extended attributes is damaged");
    return decode(block, block_header, fs->blocksize, list, err);
}

/* An attribute on its way to the disk. */
struct stored {
    unsigned char index;
    const char *name; /* without its prefix; of the archive entry */
    size_t name_length;
    const unsigned char *value; /* of the archive entry, or ACL */
    size_t size;
    unsigned char *acl; /* owned */
};

static int by_key(const void *one, const void *two)
{
    const struct stored *a = one, *b = two;
    if (a->index != b->index)
        return a->index - b->index;
    if (a->name_length != b->name_length)
        return a->name_length < b->name_length ? -1 : 1;
    return memcmp(a->name, b->name, a->name_length);
}

static size_t entry_size(const struct stored *item)
{
    return EXT2_EXT_ATTR_LEN(item->name_length) + EXT2_EXT_ATTR_SIZE(item->size);
}

static int prepare(const char *name, const void *value, size_t size, struct stored *item,
                   struct error **err)
{
    *item = (struct stored){ .value = value, .size = size };
    for (size_t i = 0; i < ARRAY_SIZE(prefixes) && !item->index; i++) {
        size_t length = strlen(prefixes[i].text);
        bool whole = prefixes[i].text[length - 1] != '.';
        if (whole ? strcmp(name, prefixes[i].text) != 0
                  : strncmp(name, prefixes[i].text, length) != 0)
            continue;
        item->index = prefixes[i].index;
        item->name = name + length;
        item->name_length = strlen(item->name);
        if (prefixes[i].acl) {
            item->acl = acl_to_disk(value, size, &item->size);
            item->value = item->acl;
            if (!item->acl)
                return error_set(err, ERROR_INVALID, "its ACL is malformed");
        }
    }
    /* system.data is where the disk keeps the contents of a small file. */
    bool nameless = item->index && !item->name_length && name[strlen(name) - 1] == '.';
    if (!item->index || nameless || item->name_length > UINT8_MAX ||
        strcmp(name, "system.data") == 0)
        return error_set(err, ERROR_INVALID, "there is no place for the extended attribute \"%s\"",
                         name);
    return 0;
}

/* Where entries and values of one place grow towards each other. */
struct place {
    unsigned char *base;
    size_t next, values; /* offsets from BASE: the next entry, the first value */
    bool hashed;
};

static bool fits(const struct place *place, const struct stored *item)
{
    return place->base && place->values >= place->next + 4 &&
           place->values - place->next - 4 >= entry_size(item);
}

static void put(struct place *place, const struct stored *item)
{
    struct ext2_ext_attr_entry *entry = (void *)(place->base + place->next);
    place->values -= EXT2_EXT_ATTR_SIZE(item->size);
    place->next += EXT2_EXT_ATTR_LEN(item->name_length);
    *entry = (struct ext2_ext_attr_entry){
        .e_name_len = (unsigned char)item->name_length,
        .e_name_index = item->index,
        .e_value_offs = item->size ? (uint16_t)place->values : 0,
        .e_value_size = (uint32_t)item->size,
    };
    memcpy(EXT2_EXT_ATTR_NAME(entry), item->name, item->name_length);
    if (item->size)
        memcpy(place->base + place->values, item->value, item->size);
    if (place->hashed)
        entry->e_hash = ext2fs_ext_attr_hash_entry(entry, place->base + place->values);
}

static struct place body_place(ext2_filsys fs, struct ext2_inode_large *inode)
{
    size_t inode_size = EXT2_INODE_SIZE(fs->super);
    if (inode_size <= EXT2_GOOD_OLD_INODE_SIZE)
        return (struct place){ 0 };
    unsigned char *body = (unsigned char *)inode + EXT2_GOOD_OLD_INODE_SIZE +
                          (size_t)inode->i_extra_isize;
    memcpy(body, &(uint32_t){ EXT2_EXT_ATTR_MAGIC }, 4);
    return (struct place){
        .base = body + 4,
        .values = inode_size - EXT2_GOOD_OLD_INODE_SIZE - (size_t)inode->i_extra_isize - 4,
    };
}

static int store(ext2_filsys fs, const struct stored *items, size_t count,
                 struct ext2_inode_large *inode, void *block, bool *block_used, struct error **err)
{
    struct place body = body_place(fs, inode);
    struct place rest = { block, block_header, fs->blocksize, true };
    for (size_t i = 0; i < count; i++) {
        struct place *place = fits(&body, &items[i]) ? &body : &rest;
        if (!fits(place, &items[i]))
            return error_set(err, ERROR_INVALID,
                             "its extended attributes do not fit into its inode and one block");
        put(place, &items[i]);
    }
    *block_used = rest.next > block_header;
    if (*block_used) {
        struct ext2_ext_attr_header *header = block;
        *header = (struct ext2_ext_attr_header){ .h_magic = EXT2_EXT_ATTR_MAGIC,
                                                 .h_refcount = 1,
                                                 .h_blocks = 1 };
        ext2fs_ext_attr_block_rehash(header, (void *)((char *)block + rest.next));
    }
    return 0;
}

int xattr_encode(ext2_filsys fs, struct archive_entry *entry, void *inode, void *block,
                 bool *block_used, struct error **err)
{
    *block_used = false;
    int found = archive_entry_xattr_reset(entry), result = 0;
    if (found <= 0)
        return 0;
    struct stored *items = xcalloc((size_t)found, sizeof(*items));
    size_t count = 0;
    const char *name;
    const void *value;
    size_t size;
    while (!result && archive_entry_xattr_next(entry, &name, &value, &size) == 0)
        result = prepare(name, value, size, &items[count++], err);
    if (!result) {
        qsort(items, count, sizeof(*items), by_key);
        result = store(fs, items, count, inode, block, block_used, err);
    }
    for (size_t i = 0; i < count; i++)
        free(items[i].acl);
    free(items);
    return result;
}

void xattr_drop_repeated(struct archive_entry *entry)
{
    AUTO_XATTRS struct xattr_list list = { 0 };
    const char *name;
    const void *value;
    size_t size;
    archive_entry_xattr_reset(entry);
    while (archive_entry_xattr_next(entry, &name, &value, &size) == 0) {
        size_t i = 0;
        while (i < list.count && strcmp(list.items[i].name, name) != 0)
            i++;
        if (i == list.count) {
            xattr_list_add(&list, name, value, size);
            continue;
        }
        free(list.items[i].value);
        list.items[i].value = xcalloc(1, size);
        list.items[i].size = size;
        if (size)
            memcpy(list.items[i].value, value, size);
    }
    archive_entry_xattr_clear(entry);
    for (size_t i = 0; i < list.count; i++)
        archive_entry_xattr_add_entry(entry, list.items[i].name, list.items[i].value,
                                      list.items[i].size);
}
