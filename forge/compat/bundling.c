/* SPDX-License-Identifier: Apache-2.0 */
/* The options of FORMAT.md 9, and the flow behind them. */
#include "forge/compat/bundling.h"
#include "forge/build/build.h"
#include "forge/build/complete.h"
#include "manifest/bundle_account.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

static int set_user(void *field, const char *option, char *text, struct error **err)
{
    AUTO_FREE char *account = bundle_account(text);
    if (!account)
        return argument_refuse(option, text,
                               "the user ID should consist of 12 digits (optionally hyphenated); "
                               "this should not be your Access Key ID",
                               err);
    *(const char **)field = text;
    return 0;
}

static int set_prefix(void *field, const char *option, char *text, struct error **err)
{
    if (strchr(text, '/'))
        return argument_refuse(option, text, "'/' character not allowed.", err);
    *(const char **)field = text;
    return 0;
}

/* LENGTH bytes of TEXT without the blanks around them; NULL when nothing is left, or blanks lie
 * inside. Owned. */
static char *word(const char *text, size_t length)
{
    for (; length && isspace((unsigned char)*text); length--)
        text++;
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    AUTO_FREE char *trimmed = xstrndup(text, length);
    for (const char *at = trimmed; *at; at++)
        if (isspace((unsigned char)*at))
            return NULL;
    return length ? STEAL(trimmed) : NULL;
}

/* "virtual=device"; of a=b=c the first two count. */
static bool add_mapping(struct manifest *fields, const char *text)
{
    size_t length = strcspn(text, "=");
    if (!text[length])
        return false;
    const char *rest = text + length + 1;
    AUTO_FREE char *virtual_name = word(text, length);
    AUTO_FREE char *device = word(rest, strcspn(rest, "="));
    if (!virtual_name || !device)
        return false;
    manifest_add_mapping(fields, virtual_name, device);
    return true;
}

static int set_mapping(void *field, const char *option, char *text, struct error **err)
{
    AUTO_STRINGS struct string_list entries = { 0 };
    string_list_split(&entries, text, ',');
    bool good = entries.count > 0;
    for (size_t i = 0; i < entries.count; i++)
        good = good && add_mapping(field, entries.items[i]);
    return good ? 0
                : argument_refuse(option, text, "it is no list such as ami=sda1,root=/dev/sda1",
                                  err);
}

#define FIELD(member) .offset = offsetof(struct bundling, member)
const struct argument_row bundling_rows[] = {
    { "cert", 'c', ARGUMENT_FILE, "PATH", FIELD(certificate),
      "The path to the user's PEM encoded RSA certificate file.", .mandatory = true },
    { "privatekey", 'k', ARGUMENT_FILE, "PATH", FIELD(private_key),
      "The path to the user's PEM encoded RSA private key file.", .mandatory = true },
    { "user", 'u', ARGUMENT_CUSTOM, "USER", FIELD(user),
      "The user's account number (not the Access Key ID).", .mandatory = true, .set = set_user },
    { "destination", 'd', ARGUMENT_DIRECTORY, "PATH", FIELD(destination),
      "The directory to create the bundle in. Defaults to '/tmp'." },
    { "ec2cert", 0, ARGUMENT_FILE, "PATH", FIELD(ec2_certificate),
      "The cloud's certificate. Defaults to cert-ec2.pem of the AMI tools." },
    { "arch", 'r', ARGUMENT_TEXT, "ARCHITECTURE", FIELD(architecture),
      "Target architecture, i386 or x86_64. Defaults to this host's." },
    { "productcodes", 0, ARGUMENT_TEXT, "PRODUCT_CODES", FIELD(product_codes),
      "Comma separated list of product codes." },
    { "no-size-checks", 0, ARGUMENT_FLAG, NULL, FIELD(no_size_checks),
      "Accepted, and of no effect." },
    { "kernel", 0, ARGUMENT_TEXT, "ID", FIELD(kernel),
      "Id of the default kernel to launch the AMI with." },
    { "ramdisk", 0, ARGUMENT_TEXT, "ID", FIELD(ramdisk),
      "Id of the default ramdisk to launch the AMI with." },
    { "block-device-mapping", 'B', ARGUMENT_CUSTOM, "MAPS", FIELD(fields),
      "Comma separated list such as ami=sda1,root=/dev/sda1. Repeatable.", .set = set_mapping },
    { "prefix", 'p', ARGUMENT_CUSTOM, "PREFIX", FIELD(prefix),
      "The name of the bundle's files. Defaults to the image's, or to \"image\".",
      .set = set_prefix },
};

static_assert(ARRAY_SIZE(bundling_rows) == BUNDLING_ROWS, "none is missing");
#undef FIELD

void bundling_clear(struct bundling *bundling)
{
    manifest_clear(&bundling->fields);
    certificate_free(bundling->keys.certificate);
    certificate_free(bundling->keys.ec2_certificate);
    private_key_free(bundling->keys.key);
}

const char *bundling_directory(const struct bundling *bundling)
{
    return bundling->destination ? bundling->destination : "/tmp";
}

int bundling_read_keys(struct bundling *bundling, struct compat_run *run, struct error **err)
{
    struct bundling_keys *keys = &bundling->keys;
    AUTO_FREE char *ec2_certificate = xstrdup(bundling->ec2_certificate);
    if (!ec2_certificate)
        ec2_certificate = region_certificate_path("us-east-1", err);
    if (!ec2_certificate) {
        run->status = COMPAT_FAILED; /* it is no option that is wrong */
        return -1;
    }
    keys->certificate = certificate_read(bundling->certificate, err);
    keys->ec2_certificate = keys->certificate ? certificate_read(ec2_certificate, err) : NULL;
    keys->key = keys->ec2_certificate ? compat_read_key(bundling->private_key, run->common, err)
                                      : NULL;
    return keys->key ? 0 : -1;
}

void bundling_fill_fields(struct bundling *bundling, const char *name)
{
    struct manifest *fields = &bundling->fields;
    fields->name = xstrdup(name);
    fields->user = xstrdup(bundling->user);
    fields->type = xstrdup("machine");
    fields->architecture = xstrdup(bundling->architecture);
    fields->kernel_id = xstrdup(bundling->kernel);
    fields->ramdisk_id = xstrdup(bundling->ramdisk);
    if (bundling->product_codes)
        string_list_split(&fields->product_codes, bundling->product_codes, ',');
}

void bundling_complete_architecture(struct bundling *bundling)
{
    complete_from_host(&bundling->fields);
    const char *architecture = bundling->fields.architecture;
    if (architecture && strcmp(architecture, "i386") != 0 && strcmp(architecture, "x86_64") != 0)
        compat_warn("Unsupported architecture [%s].", architecture);
}

int bundling_check_image(const char *path, int64_t *mtime, struct error **err)
{
    static const struct bundle_options no_options;
    if (input_is_manifest(path))
        return error_set(err, ERROR_INVALID, "the specified image %s is a manifest", path);
    AUTO(image_close) struct image *image = image_open(path, NULL, err);
    if (!image || bundle_check_size(image->virtual_size, &no_options, err))
        return -1;
    *mtime = image->opened.st_mtim.tv_sec;
    return 0;
}

static bool has_mapping(const struct manifest *fields, const char *virtual_name)
{
    for (size_t i = 0; i < fields->mapping_count; i++)
        if (strcmp(fields->mappings[i].virtual_name, virtual_name) == 0)
            return true;
    return false;
}

static void print_mapping_notes(const struct manifest *fields)
{
    static const char *const expected[] = { "root", "ami" };
    for (size_t i = 0; fields->mapping_count && i < ARRAY_SIZE(expected); i++)
        if (!has_mapping(fields, expected[i]))
            printf("Block-device-mapping has no '%s' entry. A launch-time default will be used.\n",
                   expected[i]);
}

/* The original's stages, which are one here: said when all of it is done. */
static void print_stages(const struct build_result *result, const char *directory)
{
    const struct manifest *manifest = &result->manifest;
    AUTO_FREE char *stream = path_join(directory, manifest->name);
    printf("Splitting %s.tar.gz.enc...\n", stream);
    for (size_t i = 0; i < manifest->part_count; i++)
        printf("Created %s\n", manifest->parts[i].filename);
    puts("Generating digests for each part...\nDigests generated.");
    print_mapping_notes(manifest);
    printf("Creating bundle manifest...\nBundle manifest is %s\n", result->manifest_path);
}

int bundling_run(struct bundling *bundling, const char *path, const char *format, int64_t mtime,
                 struct compat_run *run, struct error **err)
{
    const char *directory = bundling_directory(bundling);
    const struct bundling_keys *keys = &bundling->keys;
    puts("Bundling image file...");
    (void)fflush(stdout);
    const struct build_request request = {
        .path = path,
        .input.image.format = format,
        .no_inherit = true,
        .fields = &bundling->fields,
        .bundle = {
            .directory = directory,
            .replace = true,
            .fields = &bundling->fields,
            .keys = { keys->certificate, keys->key, keys->ec2_certificate },
            .mtime = mtime,
            .sparse = BUNDLE_SPARSE_EXTENTS, /* as GNU tar finds them */
        },
    };
    AUTO_RESULT struct build_result result = { 0 };
    if (forge_build(&request, run->progress, &result, err)) {
        if ((*err)->cause == ERROR_FAILED)
            run->status = COMPAT_PACKING_FAILED;
        return -1;
    }
    print_stages(&result, directory);
    return 0;
}
