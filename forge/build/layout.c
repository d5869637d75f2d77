/* SPDX-License-Identifier: Apache-2.0 */
/* The flow: source -> tree, filtered and edited -> measured -> table, file system, GRUB -> output.
 */
#include "forge/build/convert.h"
#include "forge/base/digest.h"
#include "forge/base/log.h"
#include "forge/base/workdir.h"
#include "forge/build/convert_source.h"
#include "fsimage/boot_menu.h"
#include "fsimage/fstab.h"
#include "fsimage/tree_edit.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { MEBI = 1 << 20 };

/* What is decided once for the whole run. */
struct conversion {
    const struct convert_request *request;
    struct convert_source source;
    char *uuid; /* of the new root file system, as text */
    char *root_spec;
    struct string_list merged, old_uuids;
    struct fstab_disk fstab;
    struct boot_change change;
};

static void conversion_clear(struct conversion *conversion)
{
    convert_source_clear(&conversion->source);
    free(conversion->uuid);
    free(conversion->root_spec);
    string_list_clear(&conversion->merged);
    string_list_clear(&conversion->old_uuids);
}

/* -- decisions -- */

static const struct guest_mount *old_root(const struct conversion *conversion)
{
    return conversion->source.mounts.count ? &conversion->source.mounts.items[0] : NULL;
}

static int uuid_parse(const char *text, unsigned char uuid[16], struct error **err)
{
    AUTO_FREE char *digits = xstrdup(text);
    char *to = digits;
    for (const char *from = text; *from; from++)
        if (*from != '-')
            *to++ = *from;
    *to = '\0';
    if (strlen(text) != 36 || !hex_decode(digits, uuid, 16))
        return error_set(err, ERROR_USAGE, "\"%s\" is not a UUID", text);
    return 0;
}

static char *uuid_format(const unsigned char uuid[16])
{
    AUTO_FREE char *digits = hex_encode(uuid, 16);
    return xasprintf("%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8, digits + 12, digits + 16,
                     digits + 20);
}

/* RFC 4122, 4.4. */
static char *uuid_random(struct error **err)
{
    unsigned char uuid[16];
    if (getrandom(uuid, sizeof(uuid), 0) != sizeof(uuid)) {
        error_set_errno(err, "asking for random numbers");
        return NULL;
    }
    uuid[6] = (uuid[6] & 0x0f) | 0x40;
    uuid[8] = (uuid[8] & 0x3f) | 0x80;
    return uuid_format(uuid);
}

static enum ext_type choose_type(const struct conversion *conversion)
{
    enum ext_type type = EXT_4;
    const struct guest_mount *root = old_root(conversion);
    if (conversion->request->type)
        return conversion->request->type;
    if (root && root->type && ext_type_parse(root->type, &type, NULL))
        type = EXT_4;
    return type;
}

/* What fstab and boot menu have to say on the new disk. */
static int decide(struct conversion *conversion, struct error **err)
{
    const struct convert_request *request = conversion->request;
    const struct guest_mount *root = old_root(conversion);
    const struct guest_mounts *mounts = &conversion->source.mounts;
    if (!conversion->uuid && root && root->uuid)
        conversion->uuid = xstrdup(root->uuid);
    if (!conversion->uuid && !(conversion->uuid = uuid_random(err)))
        return -1;
    conversion->root_spec = xasprintf("UUID=%s", conversion->uuid);
    bool boot_merged = false;
    for (size_t i = 0; i < mounts->count; i++) {
        string_list_add(&conversion->merged, mounts->items[i].point);
        if (mounts->items[i].uuid)
            string_list_add(&conversion->old_uuids, mounts->items[i].uuid);
        boot_merged |= strcmp(mounts->items[i].point, "/boot") == 0;
    }
    const char *type = ext_type_name(choose_type(conversion));
    conversion->fstab = (struct fstab_disk){
        .root_spec = conversion->root_spec,
        .root_type = type,
        .merged = &conversion->merged,
    };
    conversion->change = (struct boot_change){
        .root_spec = conversion->root_spec,
        .uuid = conversion->uuid,
        .old_uuids = &conversion->old_uuids,
        .boot_merged = boot_merged,
        .layout = request->layout,
    };
    return 0;
}

/* -- the tree -- */

static char *edit_fstab(const void *opaque, const char *text)
{
    return fstab_rewrite(text, opaque);
}

static char *edit_grub_cfg(const void *opaque, const char *text)
{
    return grub_cfg_rewrite(text, opaque);
}

static char *edit_menu_lst(const void *opaque, const char *text)
{
    return menu_lst_rewrite(text, opaque);
}

static int add_rules(const struct convert_request *request, struct tree *tree, bool report,
                     struct error **err);

/* The files as they will be, from the beginning. */
static struct tree *open_tree(const struct conversion *conversion, struct tree_edit edits[5],
                              bool report, struct error **err)
{
    const struct tree_edit all[] = {
        { "etc/fstab", edit_fstab, &conversion->fstab },
        { "boot/grub/grub.cfg", edit_grub_cfg, &conversion->change },
        { "boot/grub2/grub.cfg", edit_grub_cfg, &conversion->change },
        { "boot/grub/menu.lst", edit_menu_lst, &conversion->change },
        { "boot/grub/grub.conf", edit_menu_lst, &conversion->change },
    };
    memcpy(edits, all, sizeof(all));
    AUTO(tree_close) struct tree *tree = convert_source_tree(&conversion->source, err);
    if (!tree || add_rules(conversion->request, tree, report, err))
        return NULL;
    return tree_edit_new(STEAL(tree), edits, ARRAY_SIZE(all));
}

static void tell_left_out(void *opaque, const char *path)
{
    (void)opaque;
    log_debug("left out: /%s", path);
}

static int add_rules(const struct convert_request *request, struct tree *tree, bool report,
                     struct error **err)
{
    AUTO(tree_filter_free) struct tree_filter *filter = tree_filter_new();
    for (size_t i = 0; i < request->rule_count; i++)
        if (tree_filter_add(filter, request->rules[i].kind, request->rules[i].pattern, err))
            return -1;
    if (request->rule_count)
        tree_set_filter(tree, STEAL(filter), report ? tell_left_out : NULL, NULL);
    return 0;
}

/* -- the disk -- */

/* Bytes of a disk of LAYOUT that are not the root file system's. */
static int64_t overhead(enum disk_layout layout)
{
    struct disk_plan plan;
    return disk_plan_make(layout, MEBI, 0, &plan, NULL) ? 0 : plan.size - MEBI;
}

static int wanted_options(const struct conversion *conversion, struct ext_options *wanted,
                          struct error **err)
{
    const struct convert_request *request = conversion->request;
    const struct guest_mount *root = old_root(conversion);
    *wanted = (struct ext_options){
        .type = choose_type(conversion),
        .label = request->label ? request->label
                 : root         ? root->label
                                : NULL,
        .now = request->now ? request->now : time(NULL),
        .reserved_percent = request->reserved_percent,
        .old_boot_loader = request->old_boot_loader,
    };
    if (request->size_kind == CONVERT_FREE)
        wanted->free_size = request->size;
    if (request->size_kind == CONVERT_EXACT)
        wanted->size = request->size - overhead(request->layout);
    if (request->size_kind == CONVERT_AS_SOURCE && root)
        wanted->size = root->size;
    if (request->size_kind == CONVERT_EXACT && wanted->size <= 0)
        return error_set(err, ERROR_USAGE, "a disk of %lld bytes has no room for a file system",
                         (long long)request->size);
    return uuid_parse(conversion->uuid, wanted->uuid, err);
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
static int measure(const struct conversion *conversion, struct ext_options *fitted,
                   struct progress *progress, struct error **err)
{
    struct tree_edit edits[5];
    struct ext_options wanted;
    if (wanted_options(conversion, &wanted, err))
        return -1;
    AUTO(tree_close) struct tree *tree = open_tree(conversion, edits, true, err);
    progress_begin(progress, "measuring the files", 0);
    int result = tree ? ext_measure(tree, &wanted, fitted, err) : -1;
    progress_end(progress);
    bool roomy = conversion->request->size_kind == CONVERT_AS_SOURCE && !old_root(conversion);
    if (!result && roomy)
        fitted->size = (fitted->size + fitted->size / 4 + MEBI - 1) / MEBI * MEBI;
    return result;
}

static int write_disk(const struct conversion *conversion, const char *path,
                      const struct ext_options *fitted, struct progress *progress,
                      struct error **err)
{
    enum disk_layout layout = conversion->request->layout;
    bool table = layout == DISK_MBR || layout == DISK_GPT;
    struct disk_plan plan;
    struct disk_ids ids;
    struct tree_edit edits[5];
    if (disk_plan_make(layout, fitted->size, 0, &plan, err) || derive_ids(fitted, &ids, err))
        return -1;
    AUTO(device_close)
    struct device *device = device_create(path, IMAGE_RAW, plan.size, false, err);
    if (!device || (table && disk_table_write(path, layout, &plan, &ids, err)))
        return -1;
    AUTO(tree_close) struct tree *tree = open_tree(conversion, edits, false, err);
    progress_begin(progress, "writing the file system", 0);
    int result = tree ? ext_write(tree, device, plan.root.offset, fitted, err) : -1;
    progress_end(progress);
    if (result || (table && grub_embed(device, &plan, &conversion->source.loader.images, err)))
        return -1;
    return device_flush(device, err);
}

/* -- the flow -- */

/* The disk, raw, at PATH; temporary files go to WORKDIR. */
static int make_disk(const struct convert_request *request, const char *source, const char *workdir,
                     const char *path, struct progress *progress, struct error **err)
{
    __attribute__((cleanup(conversion_clear))) struct conversion conversion = {
        .request = request, .uuid = xstrdup(request->uuid)
    };
    bool with_loader = request->layout == DISK_MBR || request->layout == DISK_GPT;
    struct ext_options fitted;
    if (convert_takes_files(source) && !request->input.image.format)
        convert_source_of_tree(source, &conversion.source);
    else if (convert_source_open(request, source, workdir, with_loader, request->uuid, progress,
                                 &conversion.source, err))
        return -1;
    if (decide(&conversion, err) || measure(&conversion, &fitted, progress, err))
        return -1;
    if (require_space(workdir, fitted.size / 2, "the new disk", err))
        return -1;
    if (write_disk(&conversion, path, &fitted, progress, err))
        return -1;
    return conversion.source.input ? image_check_unchanged(conversion.source.input->image, err) : 0;
}

/* GRUB's tools are the guest's own, so a tree that shall boot becomes a bare file system first, as
 * small as can be, for the appliance to open. */
static int make_bootable_tree(const struct convert_request *request, const char *workdir,
                              const char *path, struct progress *progress, struct error **err)
{
    AUTO_FREE char *bare = path_join(workdir, "bare.raw");
    struct convert_request first = *request, second = *request;
    first.layout = DISK_ROOTFS;
    first.size_kind = CONVERT_FREE;
    first.size = 64 * MEBI; /* for the appliance's temporary files */
    second.input.image.format = "raw";
    second.rule_count = 0;
    if (make_disk(&first, request->path, workdir, bare, progress, err))
        return -1;
    if (second.size_kind == CONVERT_AS_SOURCE) {
        second.size_kind = CONVERT_FREE;
        second.size = 256 * MEBI;
    }
    return make_disk(&second, bare, workdir, path, progress, err);
}

static int keep(const struct convert_request *request, const char *path, struct progress *progress,
                struct error **err)
{
    AUTO(input_close)
    struct input *input = input_open(request->path, &request->input, progress, err);
    if (!input || image_convert(input->image, path, request->output_format, progress, err))
        return -1;
    return image_check_unchanged(input->image, err);
}

static int make_raw(const struct convert_request *request, const char *workdir, const char *path,
                    struct progress *progress, struct error **err)
{
    bool bootable = request->layout == DISK_MBR || request->layout == DISK_GPT;
    if (bootable && convert_takes_files(request->path) && !request->input.image.format)
        return make_bootable_tree(request, workdir, path, progress, err);
    return make_disk(request, request->path, workdir, path, progress, err);
}

/* The result in the wanted format at PATH. */
static int make_output(const struct convert_request *request, const char *workdir, const char *path,
                       struct progress *progress, struct error **err)
{
    if (request->layout == DISK_KEEP)
        return keep(request, path, progress, err);
    if (request->output_format == IMAGE_RAW)
        return make_raw(request, workdir, path, progress, err);
    AUTO_FREE char *raw = path_join(workdir, "disk.raw");
    if (make_raw(request, workdir, raw, progress, err))
        return -1;
    AUTO(image_close) struct image *image = image_of(raw, IMAGE_RAW, 0);
    return image_convert(image, path, request->output_format, progress, err);
}

int forge_convert(const struct convert_request *request, struct progress *progress,
                  struct error **err)
{
    unsigned char uuid[16];
    if (request->uuid && uuid_parse(request->uuid, uuid, err))
        return -1;
    if (publish_check(request->output, request->replace, err))
        return -1;
    AUTO_FREE char *output_dir = path_dirname(request->output);
    AUTO(workdir_close) struct workdir *staging = workdir_create(output_dir, err);
    if (!staging)
        return -1;
    AUTO(workdir_close) struct workdir *scratch = NULL;
    if (request->input.tmpdir && !(scratch = workdir_create(request->input.tmpdir, err)))
        return -1;
    AUTO_FREE char *file = workdir_file(staging, "output");
    if (make_output(request, workdir_path(scratch ? scratch : staging), file, progress, err))
        return error_wrap(err, "converting %s", request->path);
    return publish_file(file, request->output, request->replace, err);
}
