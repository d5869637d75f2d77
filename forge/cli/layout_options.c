/* SPDX-License-Identifier: Apache-2.0 */
/* Layout, size and file system of the disk that comes out, and the rules of what goes into it. */
#include "forge/cli/layout_options.h"
#include "forge/base/file.h"

#include <string.h>

static const struct option_choice layouts[] = {
    { "keep", DISK_KEEP }, { "rootfs", DISK_ROOTFS }, { "mbr", DISK_MBR }, { "gpt", DISK_GPT },
    { NULL, 0 },
};
static const struct option_choice types[] = {
    { "ext2", EXT_2 }, { "ext3", EXT_3 }, { "ext4", EXT_4 }, { NULL, 0 }
};

/* "min", "+FREE" or a size; FIELD is the request. */
static int set_size(void *field, const struct option_row *row, const char *text,
                    const struct option_source *source, struct error **err)
{
    (void)source;
    struct layout_request *request = field;
    bool free_space = *text == '+';
    if (strcmp(text, "min") == 0) {
        request->size_kind = LAYOUT_MIN;
        return 0;
    }
    if (!parse_size(text + free_space, &request->size) || (!free_space && !request->size))
        return error_set(err, ERROR_USAGE, "\"%s\" is not %s", text, row->value_name);
    request->size_kind = free_space ? LAYOUT_FREE : LAYOUT_EXACT;
    return 0;
}

/* Rules keep the order they are given in, as rsync's do; FIELD is the list's beginning. */
static int add_rule(struct layout_settings *settings, enum tree_rule kind, const char *pattern)
{
    settings->rules = xrealloc(settings->rules, settings->rule_count + 1, sizeof(*settings->rules));
    settings->rules[settings->rule_count++] = (struct layout_rule){ kind, xstrdup(pattern) };
    return 0;
}

static int set_exclude(void *field, const struct option_row *row, const char *text,
                       const struct option_source *source, struct error **err)
{
    (void)row, (void)source, (void)err;
    return add_rule(container_of(field, struct layout_settings, rules), TREE_EXCLUDE, text);
}

static int set_include(void *field, const struct option_row *row, const char *text,
                       const struct option_source *source, struct error **err)
{
    (void)row, (void)source, (void)err;
    return add_rule(container_of(field, struct layout_settings, rules), TREE_INCLUDE, text);
}

/* A kind by its name, or a file; FIELD is the request. */
static int set_fstab(void *field, const struct option_row *row, const char *text,
                     const struct option_source *source, struct error **err)
{
    enum { FSTAB_MAX = 1 << 20 };
    static const char *const names[] = { [LAYOUT_FSTAB_KEEP] = "keep",
                                         [LAYOUT_FSTAB_DEFAULT] = "default",
                                         [LAYOUT_FSTAB_LEGACY] = "legacy" };
    (void)row;
    struct layout_request *request = field;
    free((char *)STEAL(request->fstab_text));
    free((char *)STEAL(request->fstab_path));
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (strcmp(text, names[i]) == 0) {
            request->fstab = (enum layout_fstab)i;
            return 0;
        }
    }
    request->fstab = LAYOUT_FSTAB_TEXT;
    request->fstab_path = path_join(source->base_dir, text);
    request->fstab_text = file_read_text(request->fstab_path, FSTAB_MAX, err);
    return request->fstab_text ? 0 : -1;
}

#define FIELD(member) .offset = offsetof(struct layout_settings, member)
static const struct option_row layout_rows[] = {
    { "layout", 0, OPTION_CHOICE, "keep|rootfs|mbr|gpt", FIELD(layout),
      "The disk as it is, the root file system alone, or a fresh disk that boots (keep; of files: "
      "rootfs)",
      .choices = layouts },
    { "efi", 0, OPTION_FLAG, NULL, FIELD(efi),
      "With an EFI system partition: GPT's disk boots by UEFI as well" },
    { "size", 0, OPTION_CUSTOM, "SIZE|min|+FREE", FIELD(request),
      "Size of the disk, as small as can be, or how much stays free", .set = set_size },
    { "fs", 0, OPTION_CHOICE, "ext2|ext3|ext4", FIELD(type),
      "Type of the root file system (as it was, else ext4)", .choices = types },
    { "label", 0, OPTION_STRING, "TEXT", FIELD(label), "Its label (as it was)" },
    { "uuid", 0, OPTION_STRING, "UUID", FIELD(uuid), "Its UUID (as it was, else a new one)" },
    { "reserved", 0, OPTION_INTEGER, "PERCENT", FIELD(reserved),
      "Blocks that only root can take (0)", .min = 0, .max = 50 },
    { "fstab", 0, OPTION_CUSTOM, "keep|default|legacy|FILE", FIELD(request),
      "Make the guest's fstab fit, or replace it by one of ec2-bundle-vol's or a file (keep)",
      .set = set_fstab },
    { "old-grub", 0, OPTION_FLAG, NULL, FIELD(old_grub),
      "Without the features that PV-GRUB and GRUB 0.97 cannot read" },
    { "time", 0, OPTION_INTEGER, "SECONDS", FIELD(now),
      "When the file system was made, since 1970 (now)", "SOURCE_DATE_EPOCH", .min = 0,
      .max = INT64_C(253402300799) },
    { "mask-free", 0, OPTION_FLAG, NULL, FIELD(mask_free),
      "Leave out what the file systems of a kept disk call free, deleted files (build does)" },
    { "no-mask-free", 0, OPTION_FLAG, NULL, FIELD(no_mask_free), "Take it along" },
    { "repair", 0, OPTION_FLAG, NULL, FIELD(repair),
      "Have e2fsck repair file systems with errors, in the copy" },
};

static const struct option_row rule_rows[] = {
    { "exclude", 0, OPTION_CUSTOM, "PATTERN", FIELD(rules),
      "Leave out what matches, as rsync reads it; the first match wins", .set = set_exclude },
    { "include", 0, OPTION_CUSTOM, "PATTERN", FIELD(rules),
      "Do not leave it out, whatever comes behind", .set = set_include },
    { "filter", 0, OPTION_FLAG, NULL, FIELD(filter),
      "Leave out what ec2-bundle-vol's filter does: keys, editors' backups, histories" },
};

void declare_layout(struct options *options, struct layout_settings *settings)
{
    options_add(options, "Disk", OPTION_SECTION_DISK, layout_rows, ARRAY_SIZE(layout_rows),
                settings);
    options_add(options, "Files of the disk", OPTION_SECTION_DISK, rule_rows, ARRAY_SIZE(rule_rows),
                settings);
}

void layout_settings_clear(struct layout_settings *settings)
{
    for (size_t i = 0; i < settings->rule_count; i++)
        free((char *)settings->rules[i].pattern);
    free(settings->rules);
    free((char *)settings->request.fstab_text);
    free((char *)settings->request.fstab_path);
}

struct layout_request layout_request_of(struct layout_settings *settings,
                                        const struct options *options)
{
    for (size_t i = 0; settings->filter && layout_filter[i]; i++) /* behind the user's own */
        add_rule(settings, TREE_EXCLUDE, layout_filter[i]);
    struct layout_request request = settings->request;
    request.layout = (enum disk_layout)settings->layout;
    request.type = (enum ext_type)settings->type;
    request.label = settings->label;
    request.uuid = settings->uuid;
    request.reserved_percent = (unsigned)settings->reserved;
    request.old_boot_loader = settings->old_grub;
    request.efi = settings->efi;
    request.now = settings->now;
    /* 0 stands for the clock from here on, and ext's own tools take it for that as well. */
    if (!request.now && options_origin(options, "time") != OPTION_FROM_DEFAULT)
        request.now = 1;
    request.mask_free = settings->mask_free && !settings->no_mask_free;
    request.repair = settings->repair;
    request.rules = settings->rules;
    request.rule_count = settings->rule_count;
    return request;
}
