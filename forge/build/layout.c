/* SPDX-License-Identifier: Apache-2.0 */
/* Files as they will be -> measured -> table, file system, GRUB. */
#include "forge/build/layout.h"
#include "forge/base/digest.h"
#include "forge/base/workdir.h"
#include "forge/build/layout_files.h"
#include "fsimage/disk/efi_partition.h"

#include <string.h>
#include <time.h>
#include <uuid/uuid.h>

enum { MEBI = 1 << 20 };

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

/* What is decided once for the whole run. */
struct making {
    const struct layout_request *request;
    const struct layout_source *source;
    char *uuid; /* of the new root file system, as text */
    char *root_spec, *efi_spec;
    struct disk_ids ids;
    struct string_list merged, old_uuids;
    struct layout_news news;
};

static void making_clear(struct making *making)
{
    free(making->uuid);
    free(making->root_spec);
    free(making->efi_spec);
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

/* Everything that would be left to chance follows from the root file system's UUID. */
static int derive_ids(const char *text, struct disk_ids *ids, struct error **err)
{
    const struct {
        void *to;
        size_t size;
    } all[] = { { ids->disk, 16 }, { ids->root, 16 },   { ids->bios_boot, 16 },
                { ids->efi, 16 },  { &ids->mbr_id, 4 }, { &ids->efi_volume, 4 } };
    unsigned char uuid[16];
    if (parse_uuid(text, uuid, err))
        return -1;
    for (unsigned char i = 0; i < ARRAY_SIZE(all); i++) {
        unsigned char bytes[DIGEST_MAX];
        AUTO(digest_free) struct digest *digest = digest_new(DIGEST_SHA256, err);
        if (!digest)
            return -1;
        digest_update(digest, uuid, sizeof(uuid));
        digest_update(digest, &i, sizeof(i));
        digest_final(digest, bytes);
        memcpy(all[i].to, bytes, all[i].size);
    }
    return 0;
}

/* What fstab and boot menu have to say on the new disk. */
static int decide(struct making *making, struct error **err)
{
    const struct guest_mounts *mounts = &making->source->mounts;
    if (!(making->uuid = choose_uuid(making, err)) || derive_ids(making->uuid, &making->ids, err))
        return -1;
    making->root_spec = xasprintf("UUID=%s", making->uuid);
    if (making->request->efi) {
        AUTO_FREE char *volume = efi_partition_uuid(making->ids.efi_volume);
        making->efi_spec = xasprintf("UUID=%s", volume);
    }
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
        .efi_spec = making->efi_spec,
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

static int plan_disk(const struct layout_request *request, int64_t root_size,
                     struct disk_plan *plan, struct error **err)
{
    return disk_plan_make(request->layout, root_size, request->efi ? EFI_PARTITION_SIZE : 0, plan,
                          err);
}

/* Bytes of the disk that are not the root file system's. */
static int64_t overhead(const struct layout_request *request)
{
    struct disk_plan plan;
    return plan_disk(request, MEBI, &plan, NULL) ? 0 : plan.size - MEBI;
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
        wanted->size = request->size - overhead(request);
    if (request->size_kind == LAYOUT_AS_SOURCE)
        wanted->size = layout_source_size(making->source);
    if (request->size_kind == LAYOUT_EXACT && wanted->size <= 0)
        return error_set(err, ERROR_USAGE, "a disk of %lld bytes has no room for a file system",
                         (long long)request->size);
    return parse_uuid(making->uuid, wanted->uuid, err);
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
    bool roomy = making->request->size_kind == LAYOUT_AS_SOURCE && !wanted.size;
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
    const struct boot_loader *loader = &making->source->loader;
    struct disk_plan plan;
    if (plan_disk(making->request, fitted->size, &plan, err))
        return -1;
    AUTO(device_close)
    struct device *device = device_create(path, IMAGE_RAW, plan.size, false, err);
    if (!device || (table && disk_table_write(path, layout, &plan, &making->ids, err)))
        return -1;
    AUTO_LAYOUT_FILES struct layout_files files = { 0 };
    if (layout_files_open(&files, &making->news, false, err))
        return -1;
    progress_begin(progress, "writing the file system", 0);
    int result = ext_write(files.tree, device, plan.root.offset, fitted, err);
    progress_end(progress);
    if (result || (table && grub_embed(device, &plan, &loader->images, err)))
        return -1;
    if (plan.efi.size && efi_partition_write(path, &plan.efi, making->ids.efi_volume, fitted->now,
                                             loader->efi, loader->efi_size, err))
        return -1;
    *size = plan.size;
    return device_flush(device, err);
}

/* -- the flow -- */

int layout_check(const struct layout_request *request, struct error **err)
{
    unsigned char uuid[16];
    if (request->layout == DISK_KEEP &&
        (request->type || request->label || request->uuid || request->rule_count ||
         request->fstab || request->reserved_percent || request->old_boot_loader))
        return error_set(
            err, ERROR_USAGE,
            "the layout keep changes nothing but sizes: choose rootfs, mbr or gpt with "
            "--layout");
    if (request->efi && request->layout != DISK_GPT)
        return error_set(err, ERROR_USAGE,
                         "an EFI system partition needs a GPT: choose --layout gpt");
    if (request->efi && efi_partition_check(err))
        return -1;
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
