/* SPDX-License-Identifier: Apache-2.0 */
/* ec2-bundle-vol: make an image of a volume's files, and a bundle of the image (FORMAT.md 10). */
#include "forge/base/file.h"
#include "forge/build/build.h"
#include "forge/compat/bundling.h"
#include "forge/compat/volume.h"
#include "forge/compat/volume_rules.h"

#include <fcntl.h>
#include <glob.h>
#include <string.h>

enum { SIZE_MAX_MEBI = 10240, TEXT_MAX = 1 << 20 };

/* The layouts by name; how ec2-bundle-vol was told what to inherit. */
enum partition { PARTITION_AUTO, PARTITION_NONE, PARTITION_MBR, PARTITION_GPT };
enum inherit { INHERIT_BY_DEFAULT, INHERIT_YES, INHERIT_NO };

struct vol_values {
    struct bundling bundling;
    const char *volume, *fstab, *grub_config, *script;
    struct string_list excludes, includes;
    bool all, no_filter, generate_fstab, clone_only;
    int64_t size; /* MiB; 0: not given */
    enum partition partition;
    enum inherit inherit;
};

/* -- options -- */

static const char *const partition_names[] = {
    [PARTITION_NONE] = "none", [PARTITION_MBR] = "mbr", [PARTITION_GPT] = "gpt"
};

static int set_volume(void *field, const char *option, char *text, struct error **err)
{
    if (access(text, F_OK))
        return argument_refuse(option, text, "Directory does not exist or is not a directory.",
                               err);
    *(const char **)field = text;
    return 0;
}

static int set_size(void *field, const char *option, char *text, struct error **err)
{
    if (!parse_integer(text, 1, INT32_MAX, field))
        return argument_refuse(option, text, "it is no number of MB", err);
    return 0;
}

static int set_list(void *field, const char *option, char *text, struct error **err)
{
    (void)option, (void)err;
    struct string_list *list = field;
    string_list_clear(list);
    string_list_split(list, text, ',');
    return 0;
}

static int set_partition(void *field, const char *option, char *text, struct error **err)
{
    for (size_t i = PARTITION_NONE; i < ARRAY_SIZE(partition_names); i++) {
        if (strcmp(text, partition_names[i]) == 0) {
            *(enum partition *)field = (enum partition)i;
            return 0;
        }
    }
    return argument_refuse(option, text, "it is none of mbr, gpt, none", err);
}

static int set_inherit(void *field, const char *option, char *text, struct error **err)
{
    (void)text, (void)err;
    *(enum inherit *)field = strcmp(option, "inherit") == 0 ? INHERIT_YES : INHERIT_NO;
    return 0;
}

#define FIELD(member) .offset = offsetof(struct vol_values, member)
static const struct argument_row rows[] = {
    { "volume", 'v', ARGUMENT_CUSTOM, "PATH", FIELD(volume),
      "The directory, disk image or archive to bundle. Defaults to \"/\".", .set = set_volume },
    { "size", 's', ARGUMENT_CUSTOM, "MB", FIELD(size),
      "The size, in MB (1024 * 1024 bytes), of the image. Defaults to 10240, the maximum.",
      .set = set_size },
    { "all", 'a', ARGUMENT_FLAG, NULL, FIELD(all),
      "Include what is mounted from elsewhere than local disks." },
    { "exclude", 'e', ARGUMENT_CUSTOM, "DIR1,DIR2,...", FIELD(excludes),
      "Absolute paths within the volume to leave out.", .set = set_list },
    { "include", 'i', ARGUMENT_CUSTOM, "FILE1,FILE2,...", FIELD(includes),
      "Absolute paths within the volume to take in spite of filter and excludes.",
      .set = set_list },
    { "no-filter", 0, ARGUMENT_FLAG, NULL, FIELD(no_filter),
      "Take files that look like keys, editors' backups or histories." },
    { "fstab", 0, ARGUMENT_FILE, "PATH", FIELD(fstab), "The fstab of the image." },
    { "generate-fstab", 0, ARGUMENT_FLAG, NULL, FIELD(generate_fstab),
      "Give the image a generated EC2 fstab." },
    { "grub-config", 0, ARGUMENT_FILE, "PATH", FIELD(grub_config),
      "The boot/grub/menu.lst of the image." },
    { "partition", 'P', ARGUMENT_CUSTOM, "TYPE", FIELD(partition),
      "mbr, gpt or none. Defaults to what the volume's disk has, else gpt.", .set = set_partition },
    { "script", 'S', ARGUMENT_TEXT, "SCRIPT", FIELD(script),
      "Refused: nothing is mounted that a script could change." },
    { "inherit", 0, ARGUMENT_CUSTOM, NULL, FIELD(inherit),
      "Refused: no instance's metadata is asked for.", .set = set_inherit },
    { "no-inherit", 0, ARGUMENT_CUSTOM, NULL, FIELD(inherit),
      "Do not inherit from an instance's metadata.", .set = set_inherit },
    { "clone-only", 0, ARGUMENT_FLAG, NULL, FIELD(clone_only),
      "Make the image and no bundle. No keys are needed then." },
};

static void clear(void *opaque)
{
    struct vol_values *values = opaque;
    bundling_clear(&values->bundling);
    string_list_clear(&values->excludes);
    string_list_clear(&values->includes);
}

static bool waives(const void *values)
{
    return ((const struct vol_values *)values)->clone_only;
}

/* -- what is known before any work -- */

/* One run: what the options come to. */
struct cloning {
    const struct vol_values *values;
    char *directory; /* real path of the destination */
    char *image;     /* the file to make, as it is shown */
    struct volume volume;
    struct volume_rules rules;
    struct layout_request layout;
    char *fstab, *menu_lst; /* the texts of files given */
};

static void cloning_clear(struct cloning *cloning)
{
    free(cloning->directory);
    free(cloning->image);
    volume_clear(&cloning->volume);
    volume_rules_clear(&cloning->rules);
    free(cloning->fstab);
    free(cloning->menu_lst);
}

static int check_options(const struct vol_values *values, struct compat_run *run,
                         struct error **err)
{
    if (values->fstab && values->generate_fstab)
        return error_set(err, ERROR_USAGE, "--fstab and --generate-fstab may not both be provided");
    if (values->script)
        return error_set(err, ERROR_USAGE,
                         "--script is not supported, as nothing is mounted: make the image with "
                         "--clone-only, change it with forge customize, and bundle that");
    if (values->size > SIZE_MAX_MEBI)
        return error_set(err, ERROR_FAILED, "the specified size %lldMB is too large",
                         (long long)values->size);
    if (values->inherit != INHERIT_YES)
        return 0;
    run->status = COMPAT_METADATA;
    return error_set(err, ERROR_FAILED,
                     "instance metadata is not asked for: give --kernel, --ramdisk, "
                     "--block-device-mapping and --productcodes as they are needed, and use "
                     "--no-inherit");
}

/* PATHS, each of which must match something in the volume. */
static int check_paths(const struct volume *volume, const char *option,
                       const struct string_list *paths, struct error **err)
{
    AUTO_FREE char *top = volume_quote(volume->path);
    for (size_t i = 0; volume->root && i < paths->count; i++) {
        glob_t found;
        AUTO_FREE char *path = xasprintf("%s/%s", volume->path, paths->items[i]);
        AUTO_FREE char *pattern = xasprintf("%s/%s", top, paths->items[i]);
        bool none = glob(pattern, GLOB_NOSORT, NULL, &found) != 0;
        if (!none)
            globfree(&found);
        if (none && faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW))
            return argument_refuse(option, paths->items[i], "it matches nothing in the volume.",
                                   err);
    }
    return 0;
}

static void list_rules(struct cloning *cloning)
{
    const struct vol_values *values = cloning->values;
    const struct volume *volume = &cloning->volume;
    struct volume_rules *rules = &cloning->rules;
    for (size_t i = 0; i < values->includes.count; i++)
        volume_rules_include(rules, values->includes.items[i]);
    if (volume->root && !values->all)
        volume_rules_exclude_mounts(rules, volume->root, &volume->mounts);
    volume_rules_exclude_special(rules);
    for (size_t i = 0; i < values->excludes.count; i++)
        volume_rules_exclude(rules, values->excludes.items[i]);
    if (volume->root)
        volume_rules_exclude_output(rules, volume->root, cloning->directory,
                                    path_basename(cloning->image));
    if (!values->no_filter)
        volume_rules_add_filter(rules);
}

static int read_texts(struct cloning *cloning, struct error **err)
{
    const struct vol_values *values = cloning->values;
    if (values->fstab && !(cloning->fstab = file_read_text(values->fstab, TEXT_MAX, err)))
        return -1;
    if (values->grub_config &&
        !(cloning->menu_lst = file_read_text(values->grub_config, TEXT_MAX, err)))
        return -1;
    return 0;
}

/* The image's own type is the default of an image; that of a mounted file system, where it can be
 * written, else ext4; and ext3 where nothing is known (FORMAT.md 10, step 5). */
static enum ext_type choose_type(const struct volume *volume)
{
    enum ext_type type = EXT_4;
    if (volume->image)
        return 0;
    if (!volume->facts.type)
        return EXT_3;
    return ext_type_parse(volume->facts.type, &type, NULL) ? EXT_4 : type;
}

static enum layout_fstab choose_fstab(const struct vol_values *values)
{
    const char *architecture = values->bundling.architecture;
    if (values->fstab)
        return LAYOUT_FSTAB_TEXT;
    if (!values->generate_fstab)
        return LAYOUT_FSTAB_KEEP;
    bool legacy = architecture && strcmp(architecture, "i386") == 0;
    return legacy ? LAYOUT_FSTAB_LEGACY : LAYOUT_FSTAB_DEFAULT;
}

static enum disk_layout choose_layout(const struct cloning *cloning)
{
    static const enum disk_layout layouts[] = {
        [PARTITION_NONE] = DISK_ROOTFS, [PARTITION_MBR] = DISK_MBR, [PARTITION_GPT] = DISK_GPT
    };
    enum partition partition = cloning->values->partition;
    return partition == PARTITION_AUTO ? cloning->volume.layout : layouts[partition];
}

/* All that can be refused without making anything. */
static int prepare(struct cloning *cloning, struct compat_run *run, struct error **err)
{
    struct vol_values *values = run->values;
    const char *directory = bundling_directory(&values->bundling);
    const char *name = values->bundling.prefix ? values->bundling.prefix : "image";
    cloning->values = values;
    cloning->image = path_join(directory, name);
    if (check_options(values, run, err))
        return -1;
    if (faccessat(AT_FDCWD, cloning->image, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return error_set(err, ERROR_FAILED, "the specified image file %s already exists",
                         cloning->image);
    cloning->directory = realpath(directory, NULL);
    if (!cloning->directory)
        return error_set_errno(err, "looking for %s", directory);
    if (volume_open(&cloning->volume, values->volume ? values->volume : "/",
                    values->partition == PARTITION_AUTO, err) ||
        check_paths(&cloning->volume, "exclude", &values->excludes, err) ||
        check_paths(&cloning->volume, "include", &values->includes, err) ||
        read_texts(cloning, err))
        return -1;
    if (!values->clone_only && bundling_read_keys(&values->bundling, run, err))
        return -1;
    bundling_fill_fields(&values->bundling, name);
    list_rules(cloning);
    return 0;
}

/* -- the work -- */

static void print_beginning(const struct cloning *cloning, enum disk_layout layout)
{
    static const char *const names[] = {
        [DISK_ROOTFS] = "none", [DISK_MBR] = "mbr", [DISK_GPT] = "gpt"
    };
    const struct string_list *excluded = &cloning->rules.excluded;
    const char *path = cloning->volume.path;
    const char *slash = cloning->volume.root && !ends_with(path, "/") ? "/" : "";
    if (cloning->values->partition == PARTITION_NONE)
        puts("Not partitioning boot device.");
    else
        printf("Setting partition type to bundle \"%s%s\" with...\nUsing partition type \"%s\"\n",
               path, slash, names[layout]);
    printf("Copying %s%s into the image file %s...\nExcluding: \n", path, slash, cloning->image);
    for (size_t i = 0; i < excluded->count; i++)
        printf("\t %s\n", excluded->items[i]);
    (void)fflush(stdout);
}

/* Make the image (FORMAT.md 10, steps 3 to 10). */
static int clone_volume(const struct cloning *cloning, struct compat_run *run, struct error **err)
{
    struct vol_values *values = run->values;
    enum disk_layout layout = choose_layout(cloning);
    const struct build_request request = {
        .path = cloning->volume.path,
        .no_inherit = true,
        .fields = &values->bundling.fields, /* the architecture may come from an image */
        .output = cloning->image,
        .output_format = IMAGE_RAW,
        .layout = {
            .layout = layout,
            .size_kind = LAYOUT_EXACT,
            .size = (values->size ? values->size : SIZE_MAX_MEBI) << 20,
            .type = choose_type(&cloning->volume),
            .label = cloning->volume.facts.label,
            .uuid = cloning->volume.facts.uuid,
            .reserved_percent = layout == DISK_ROOTFS ? 5 : 1, /* mke2fs's own, and "-m 1" */
            .old_boot_loader = layout == DISK_ROOTFS,          /* PV-GRUB reads it */
            .rules = cloning->rules.items,
            .rule_count = cloning->rules.count,
            .fstab = choose_fstab(values),
            .fstab_text = cloning->fstab,
            .menu_lst = cloning->menu_lst,
            .system_places = true,
        },
    };
    print_beginning(cloning, layout);
    if (cloning->menu_lst && layout_boots(layout))
        compat_warn("The boot loader is GRUB 2: it reads the volume's grub.cfg, and %s only when "
                    "there is none.",
                    values->grub_config);
    if (forge_build_image(&request, run->progress, err)) {
        run->status = COMPAT_FAILED; /* whatever is wrong, it is not how the tool was called */
        return -1;
    }
    printf("Image file created: %s\nVolume cloning done.\n", cloning->image);
    return 0;
}

static int bundle_clone(const struct cloning *cloning, struct compat_run *run, struct error **err)
{
    struct vol_values *values = run->values;
    int64_t mtime;
    if (values->inherit == INHERIT_BY_DEFAULT)
        compat_warn("Nothing is inherited from an instance's metadata. --no-inherit says so.");
    bundling_complete_architecture(&values->bundling);
    if (bundling_check_image(cloning->image, &mtime, err))
        return -1;
    return bundling_run(&values->bundling, cloning->image, "raw", mtime, run, err);
}

static int bundle_vol(struct compat_run *run, struct error **err)
{
    const struct vol_values *values = run->values;
    __attribute__((cleanup(cloning_clear))) struct cloning cloning = { 0 };
    if (prepare(&cloning, run, err) || clone_volume(&cloning, run, err))
        return -1;
    if (values->clone_only)
        puts("Not bundling image file since \"--clone-only\" flag was specified.");
    else if (bundle_clone(&cloning, run, err))
        return -1;
    puts("ec2-bundle-vol complete.");
    return 0;
}

const struct compat_tool compat_bundle_vol = {
    .name = "ec2-bundle-vol",
    .manual =
        "ec2-bundle-vol makes a bundled AMI of a volume: it writes the files of a\n"
        "directory, a disk image or an archive to a fresh image, as a file system alone or\n"
        "a disk that boots, and bundles that. Nothing is mounted, and root is needed only to\n"
        "read what root alone can read. /dev, /media, /mnt, /proc and /sys are left empty.\n",
    .rows = rows,
    .row_count = ARRAY_SIZE(rows),
    .shared_rows = bundling_rows,
    .shared_row_count = BUNDLING_ROWS,
    .values_size = sizeof(struct vol_values),
    .waives = waives,
    .run = bundle_vol,
    .clear = clear,
};
