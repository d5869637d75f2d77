/* SPDX-License-Identifier: Apache-2.0 */
/* Files as they will be -> measured -> table, file system, GRUB. */
#include "forge/build/layout.h"
#include "forge/base/digest.h"
#include "forge/base/workdir.h"
#include "forge/build/layout_files.h"

#include <string.h>
#include <time.h>
#include <uuid/uuid.h>

enum { MEBI = 1 << 20 };

/* What is decided once for the whole run. */
struct making {
    const struct layout_request *request;
    const struct layout_source *source;
    char *uuid; /* of the new root file system, as text */
    char *root_spec;
    struct string_list merged, old_uuids;
    struct layout_news news;
};

static void making_clear(struct making *making)
{
    free(making->uuid);
    free(making->root_spec);
    string_list_clear(&making->merged);
    string_list_clear(&making->old_uuids);
}

/* -- decisions -- */

static const struct guest_mount *old_root(const struct making *making)
{
    return making->source->mounts.count ? &making->source->mounts.items[0] : NULL;
}

static int parse_uuid(const char *text, unsigned char uuid[16], struct error **err)
{
    if (uuid_parse(text, uuid))
        return error_set(err, ERROR_USAGE, "\"%s\" is not a UUID", text);
    return 0;
}

/* Owned. */
static char *choose_uuid(const struct making *making, struct error **err)
{
    const struct guest_mount *root = old_root(making);
    if (making->request->uuid)
        return xstrdup(making->request->uuid);
    if (root && root->uuid)
        return xstrdup(root->uuid);
    if (making->request->reproducible) {
        error_set(err, ERROR_USAGE,
                  "a reproducible file system needs a UUID: give one with --uuid");
        return NULL;
    }
    uuid_t random;
    char text[UUID_STR_LEN];
    uuid_generate_random(random);
    uuid_unparse_lower(random, text);
    return xstrdup(text);
}

static enum ext_type choose_type(const struct making *making)
{
    enum ext_type type = EXT_4;
    const struct guest_mount *root = old_root(making);
    if (making->request->type)
        return making->request->type;
    if (root && root->type && ext_type_parse(root->type, &type, NULL))
        type = EXT_4;
    return type;
}

/* What fstab and boot menu have to say on the new disk. */
static int decide(struct making *making, struct error **err)
{
    const struct guest_mounts *mounts = &making->source->mounts;
    if (!(making->uuid = choose_uuid(making, err)))
        return -1;
    making->root_spec = xasprintf("UUID=%s", making->uuid);
    bool boot_merged = false;
    for (size_t i = 0; i < mounts->count; i++) {
        string_list_add(&making->merged, mounts->items[i].point);
        if (mounts->items[i].uuid)
            string_list_add(&making->old_uuids, mounts->items[i].uuid);
        boot_merged |= strcmp(mounts->items[i].point, "/boot") == 0;
    }
    const char *type = ext_type_name(choose_type(making));
    making->news = (struct layout_news){
        .request = making->request,
        .source = making->source,
        .now = making->request->now            ? making->request->now
               : making->request->reproducible ? 1
                                               : time(NULL),
    };
    making->news.fstab = (struct fstab_disk){
        .root_spec = making->root_spec,
        .root_type = type,
        .merged = &making->merged,
    };
    making->news.menu = (struct boot_change){
        .root_spec = making->root_spec,
        .uuid = making->uuid,
        .old_uuids = &making->old_uuids,
        .boot_merged = boot_merged,
        .layout = making->request->layout,
    };
    return 0;
}

/* -- the disk -- */

/* Bytes of a disk of LAYOUT that are not the root file system's. */
static int64_t overhead(enum disk_layout layout)
{
    struct disk_plan plan;
    return disk_plan_make(layout, MEBI, 0, &plan, NULL) ? 0 : plan.size - MEBI;
}

static int wanted_options(const struct making *making, struct ext_options *wanted,
                          struct error **err)
{
    const struct layout_request *request = making->request;
    const struct guest_mount *root = old_root(making);
    *wanted = (struct ext_options){
        .type = choose_type(making),
        .label = request->label ? request->label
                 : root         ? root->label
                                : NULL,
        .now = making->news.now,
        .reserved_percent = request->reserved_percent,
        .old_boot_loader = request->old_boot_loader,
    };
    if (request->size_kind == LAYOUT_FREE)
        wanted->free_size = request->size;
    if (request->size_kind == LAYOUT_EXACT)
        wanted->size = request->size - overhead(request->layout);
    if (request->size_kind == LAYOUT_AS_SOURCE && root)
        wanted->size = root->size;
    if (request->size_kind == LAYOUT_EXACT && wanted->size <= 0)
        return error_set(err, ERROR_USAGE, "a disk of %lld bytes has no room for a file system",
                         (long long)request->size);
    return parse_uuid(making->uuid, wanted->uuid, err);
}

/* Everything that a table holds by chance follows from the file system's UUID. */
static int derive_ids(const struct ext_options *options, struct disk_ids *ids, struct error **err)
{
    unsigned char *const to[] = { ids->disk, ids->root, ids->bios_boot, ids->efi };
    for (unsigned char i = 0; i <= ARRAY_SIZE(to); i++) {
        unsigned char bytes[DIGEST_MAX];
        AUTO(digest_free) struct digest *digest = digest_new(DIGEST_SHA256, err);
        if (!digest)
            return -1;
        digest_update(digest, options->uuid, sizeof(options->uuid));
        digest_update(digest, &i, sizeof(i));
        digest_final(digest, bytes);
        if (i == ARRAY_SIZE(to))
            memcpy(&ids->mbr_id, bytes, sizeof(ids->mbr_id));
        else
            memcpy(to[i], bytes, 16);
    }
    return 0;
}

/* The size that the tree needs, and what of it is wanted. */
static int measure(const struct making *making, struct ext_options *fitted,
                   struct progress *progress, struct error **err)
{
    struct ext_options wanted;
    AUTO_LAYOUT_FILES struct layout_files files = { 0 };
    if (wanted_options(making, &wanted, err) || layout_files_open(&files, &making->news, true, err))
        return -1;
    progress_begin(progress, "measuring the files", 0);
    int result = ext_measure(files.tree, &wanted, fitted, err);
    progress_end(progress);
    bool roomy = making->request->size_kind == LAYOUT_AS_SOURCE && !old_root(making);
    if (!result && roomy)
        fitted->size = (fitted->size + fitted->size / 4 + MEBI - 1) / MEBI * MEBI;
    return result;
}

static int write_disk(const struct making *making, const char *path,
                      const struct ext_options *fitted, struct progress *progress, int64_t *size,
                      struct error **err)
{
    enum disk_layout layout = making->request->layout;
    bool table = layout_boots(layout);
    struct disk_plan plan;
    struct disk_ids ids;
    if (disk_plan_make(layout, fitted->size, 0, &plan, err) || derive_ids(fitted, &ids, err))
        return -1;
    AUTO(device_close)
    struct device *device = device_create(path, IMAGE_RAW, plan.size, false, err);
    if (!device || (table && disk_table_write(path, layout, &plan, &ids, err)))
        return -1;
    AUTO_LAYOUT_FILES struct layout_files files = { 0 };
    if (layout_files_open(&files, &making->news, false, err))
        return -1;
    progress_begin(progress, "writing the file system", 0);
    int result = ext_write(files.tree, device, plan.root.offset, fitted, err);
    progress_end(progress);
    if (result || (table && grub_embed(device, &plan, &making->source->loader.images, err)))
        return -1;
    *size = plan.size;
    return device_flush(device, err);
}

/* -- the flow -- */

const char *const layout_filter[] = {
    "*/#*#",
    "*/.#*",
    "*.sw",
    "*.swo",
    "*.swp",
    "*~",
    "*.pem",
    "*.priv",
    "*id_rsa*",
    "*id_dsa*",
    "*.gpg",
    "*.jks",
    "*/.ssh/authorized_keys",
    "*/.bash_history",
    NULL,
};

int layout_check(const struct layout_request *request, struct error **err)
{
    unsigned char uuid[16];
    if (request->layout == DISK_KEEP && (request->size_kind || request->type || request->label ||
                                         request->uuid || request->rule_count || request->fstab))
        return error_set(
            err, ERROR_USAGE,
            "the layout keep changes nothing: choose rootfs, mbr or gpt with --layout");
    return request->uuid ? parse_uuid(request->uuid, uuid, err) : 0;
}

bool layout_boots(enum disk_layout layout)
{
    return layout == DISK_MBR || layout == DISK_GPT;
}

int layout_make(const struct layout_request *request, const struct layout_source *source,
                const char *path, struct progress *progress, int64_t *size, struct error **err)
{
    __attribute__((cleanup(making_clear))) struct making making = { .request = request,
                                                                    .source = source };
    struct ext_options fitted;
    AUTO_FREE char *directory = path_dirname(path);
    if (decide(&making, err) || measure(&making, &fitted, progress, err) ||
        require_space(directory, fitted.size / 2, "the new disk", err))
        return -1;
    return write_disk(&making, path, &fitted, progress, size, err);
}
