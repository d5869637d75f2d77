/* SPDX-License-Identifier: Apache-2.0 */
/* The options of a new bundle. */
#include "forge/cli/bundle_options.h"
#include "forge/base/cpu.h"
#include "forge/base/log.h"
#include "manifest/packer.h"

#include <string.h>

#define FIELD(type, member) .offset = offsetof(struct type, member)

/* An account id: hyphens are dropped, twelve digits remain (FORMAT.md 5, 9). */
static int set_account(void *field, const struct option_row *row, const char *text,
                       const struct option_source *source, struct error **err)
{
    (void)row;
    (void)source;
    AUTO_FREE char *digits = xstrdup(text);
    char *to = digits;
    for (const char *from = text; *from; from++)
        if (*from != '-')
            *to++ = *from;
    *to = '\0';
    if (strlen(digits) != 12 || strspn(digits, "0123456789") != 12)
        return error_set(err, ERROR_USAGE, "\"%s\" is not an account id of 12 digits", text);
    char **account = field;
    free(*account);
    *account = STEAL(digits);
    return 0;
}

/* FIELD is the manifest itself; TEXT is VIRTUAL=DEVICE, more of them behind commas. */
static int set_mapping(void *field, const struct option_row *row, const char *text,
                       const struct option_source *source, struct error **err)
{
    (void)row;
    (void)source;
    AUTO_STRINGS struct string_list pairs = { 0 };
    string_list_split(&pairs, text, ',');
    for (size_t i = 0; i < pairs.count; i++) {
        AUTO_STRINGS struct string_list sides = { 0 };
        string_list_split(&sides, pairs.items[i], '=');
        if (sides.count != 2)
            return error_set(err, ERROR_USAGE, "\"%s\" is not VIRTUAL=DEVICE", pairs.items[i]);
        manifest_add_mapping(field, sides.items[0], sides.items[1]);
    }
    return 0;
}

static int set_architecture(void *field, const struct option_row *row, const char *text,
                            const struct option_source *source, struct error **err)
{
    (void)row;
    if (!*text)
        return error_set(err, ERROR_USAGE, "the architecture is empty");
    if (strcmp(text, "i386") != 0 && strcmp(text, "x86_64") != 0)
        log_warn("%s: EC2 knows i386 and x86_64 for such images; passing \"%s\" on", source->where,
                 text);
    char **architecture = field;
    free(*architecture);
    *architecture = xstrdup(text);
    return 0;
}

static int set_prefix(void *field, const struct option_row *row, const char *text,
                      const struct option_source *source, struct error **err)
{
    (void)row;
    (void)source;
    if (!*text || strchr(text, '/') || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
        return error_set(err, ERROR_USAGE, "\"%s\" is not a file name without a slash", text);
    char **prefix = field;
    free(*prefix);
    *prefix = xstrdup(text);
    return 0;
}

static int set_level(void *field, const struct option_row *row, const char *text,
                     const struct option_source *source, struct error **err)
{
    (void)row;
    (void)source;
    int64_t *level = field;
    if (strcmp(text, "fast") == 0)
        *level = PACKER_LEVEL_FAST;
    else if (!parse_integer(text, 1, PACKER_LEVEL_MAX, level))
        return error_set(err, ERROR_USAGE, "\"%s\" is neither a level from 1 to %d nor \"fast\"",
                         text, PACKER_LEVEL_MAX);
    return 0;
}

static const struct option_choice image_types[] = {
    { "machine", 0 }, { "kernel", 1 }, { "ramdisk", 2 }, { NULL, 0 }
};

static const struct option_choice sparse_modes[] = { { "content", BUNDLE_SPARSE_CONTENT },
                                                     { "extents", BUNDLE_SPARSE_EXTENTS },
                                                     { "none", BUNDLE_SPARSE_NONE },
                                                     { NULL, 0 } };

static const struct option_row bundle_rows[] = {
    { "user", 'u', OPTION_STRING, "ACCOUNT", FIELD(bundle_settings, fields.user),
      "The account id, 12 digits with or without hyphens", "EC2_USER_ID", .set = set_account },
    { "destination", 'd', OPTION_PATH, "DIR", FIELD(bundle_settings, destination),
      "The bundle's directory, made when missing (the current one)" },
    { "prefix", 'p', OPTION_STRING, "NAME", FIELD(bundle_settings, fields.name),
      "Name of the bundle's files and of the image in it", .set = set_prefix },
    { "arch", 'r', OPTION_STRING, "ARCH", FIELD(bundle_settings, fields.architecture),
      "Architecture: i386 or x86_64", .set = set_architecture },
    { "image-type", 0, OPTION_CHOICE, "machine|kernel|ramdisk", FIELD(bundle_settings, image_type),
      "What the image is (machine)", .choices = image_types },
    { "kernel-name", 0, OPTION_STRING, "NAME", FIELD(bundle_settings, fields.kernel_name),
      "Name of the kernel, when the image is one" },
    { "kernel", 0, OPTION_STRING, "ID", FIELD(bundle_settings, fields.kernel_id),
      "Id of the kernel image" },
    { "ramdisk", 0, OPTION_STRING, "ID", FIELD(bundle_settings, fields.ramdisk_id),
      "Id of the ramdisk image" },
    { "block-device-mapping", 'B', OPTION_CUSTOM, "VIRTUAL=DEVICE,...",
      FIELD(bundle_settings, fields), "Default block device mapping; repeatable",
      .set = set_mapping },
    { "productcodes", 0, OPTION_LIST, "CODE,...", FIELD(bundle_settings, fields.product_codes),
      "Product codes; repeatable" },
    { "ancestor-ami-ids", 0, OPTION_LIST, "ID,...", FIELD(bundle_settings, fields.ancestry),
      "Ids of the images that this one was made from; repeatable" },
    { "no-inherit", 0, OPTION_FLAG, NULL, FIELD(bundle_settings, no_inherit),
      "Do not take over architecture, kernel, ramdisk, mapping, product codes and ancestry from a "
      "bundle that is the input" },
    { "mtime", 0, OPTION_INTEGER, "SECONDS", FIELD(bundle_settings, mtime),
      "Modification time of the image in the bundle, since 1970 (0)", "SOURCE_DATE_EPOCH", .min = 0,
      .max = INT64_C(253402300799) },
    { "sparse", 0, OPTION_CHOICE, "content|extents|none", FIELD(bundle_settings, sparse),
      "What is left out as holes: runs of zeros, those of the file, nothing (content)",
      .choices = sparse_modes },
    { "part-size", 0, OPTION_SIZE, "SIZE", FIELD(bundle_settings, part_size),
      "Size of the parts, such as 512K; the last one is shorter (10M)", .min = 1 << 10,
      .max = MANIFEST_MAX_PART_SIZE },
    { "level", 0, OPTION_CUSTOM, "1-12|fast", FIELD(bundle_settings, level),
      "Compression level, or speed above all (6)", .set = set_level },
    { "reproducible", 0, OPTION_FLAG, NULL, FIELD(bundle_settings, reproducible),
      "Derive the bundle's keys from the private key and the content: the same input gives the "
      "same "
      "bundle" },
    { "seed-file", 0, OPTION_PATH, "FILE", FIELD(bundle_settings, seed_file),
      "The secret to derive them from, at least 32 bytes, instead of the private key" },
    { "threads", 0, OPTION_INTEGER, "N", FIELD(bundle_settings, threads),
      "Compressing threads (as many as this process has processors)", .min = 1,
      .max = CPU_THREADS_MAX },
    { "report", 0, OPTION_FLAG, NULL, FIELD(bundle_settings, report),
      "Write forge-report.json beside the manifest: what went in, and by what it was made (build "
      "does)" },
    { "no-report", 0, OPTION_FLAG, NULL, FIELD(bundle_settings, no_report),
      "Write no forge-report.json" },
    { "no-size-checks", 0, OPTION_FLAG, NULL, FIELD(bundle_settings, no_size_checks),
      "Bundle an image of more than 10 GiB all the same" },
    { "force", 0, OPTION_FLAG, NULL, FIELD(bundle_settings, force),
      "Replace a bundle of the same name" },
};

static int set_stats(void *field, const struct option_row *row, const char *text,
                     const struct option_source *source, struct error **err)
{
    (void)source;
    int *style = field;
    if (text && strcmp(text, "json") != 0)
        return error_set(err, ERROR_USAGE, "\"%s\" is not %s", text, row->value_name);
    *style = text ? STATS_JSON : STATS_TEXT;
    return 0;
}

static const struct option_row bundle_result_rows[] = {
    { "stats", 0, OPTION_CUSTOM, "json", FIELD(bundle_settings, stats),
      "Say on stderr what every stage of bundling took, as a table or as a line of JSON",
      .value_optional = true, .set = set_stats },
    { "json", 0, OPTION_FLAG, NULL, FIELD(bundle_settings, json), "Print the result as JSON" },
};

void declare_bundle(struct options *options, struct bundle_settings *settings)
{
    options_add(options, "Bundle", OPTION_SECTION_BUNDLE, bundle_rows, ARRAY_SIZE(bundle_rows),
                settings);
    options_add(options, "Result", OPTION_SECTION_NONE, bundle_result_rows,
                ARRAY_SIZE(bundle_result_rows), settings);
}

void bundle_settings_clear(struct bundle_settings *settings)
{
    manifest_clear(&settings->fields);
}
