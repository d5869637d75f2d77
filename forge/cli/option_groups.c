/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the option groups that several verbs share. */
#include "forge/cli/option_groups.h"
#include "forge/base/cpu.h"
#include "forge/base/log.h"
#include "manifest/packer.h"

#include <ctype.h>
#include <string.h>

#define FIELD(type, member) .offset = offsetof(struct type, member)

/* -- common -- */

static const struct option_choice progress_styles[] = {
    { "auto", PROGRESS_AUTO }, { "bar", PROGRESS_BAR },   { "plain", PROGRESS_PLAIN },
    { "json", PROGRESS_JSON }, { "none", PROGRESS_NONE }, { NULL, 0 },
};

static const struct option_row common_rows[] = {
    { "help", 'h', OPTION_FLAG, NULL, FIELD(common_settings, help), "Show this text" },
    { "verbose", 'v', OPTION_FLAG, NULL, FIELD(common_settings, verbose), "Say more on stderr" },
    { "quiet", 'q', OPTION_FLAG, NULL, FIELD(common_settings, quiet),
      "Say nothing but warnings and errors" },
    { "trace", 'x', OPTION_FLAG, NULL, FIELD(common_settings, trace),
      "Trace libguestfs calls on stderr" },
    { "progress", 0, OPTION_CHOICE, "auto|bar|plain|json|none", FIELD(common_settings, progress),
      "How progress is shown on stderr", .choices = progress_styles },
};

void declare_common(struct options *options, struct common_settings *settings)
{
    options_add(options, "Common options", OPTION_SECTION_NONE, common_rows,
                ARRAY_SIZE(common_rows), settings);
}

/* -- input -- */

static const struct option_choice input_formats[] = { { "raw", IMAGE_RAW + 1 },
                                                      { "qcow2", IMAGE_QCOW2 + 1 },
                                                      { NULL, 0 } };

static const struct option_row format_rows[] = {
    { "format", 0, OPTION_CHOICE, "raw|qcow2", FIELD(input_settings, format),
      "Format of IMAGE; recognized when not given", .choices = input_formats },
    { "allow-backing", 0, OPTION_FLAG, NULL, FIELD(input_settings, allow_backing),
      "Accept a backing file, if every layer records its format" },
};

static int set_sha256(void *field, const struct option_row *row, const char *text,
                      const struct option_source *source, struct error **err)
{
    (void)row;
    (void)source;
    AUTO_FREE char *digits = xstrdup(text);
    for (char *at = digits; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    if (!is_hex(digits, 64))
        return error_set(err, ERROR_USAGE, "\"%s\" is not a SHA-256 in 64 digits", text);
    char **sha256 = field;
    free(*sha256);
    *sha256 = STEAL(digits);
    return 0;
}

static const struct option_row use_rows[] = {
    { "sha256", 0, OPTION_STRING, "HEX", FIELD(input_settings, sha256),
      "What sha256sum says of the file IMAGE; nothing else is used", .set = set_sha256 },
    { "tmpdir", 0, OPTION_PATH, "DIR", FIELD(input_settings, tmpdir),
      "Directory for large temporary files" },
};

void declare_input_format(struct options *options, struct input_settings *settings)
{
    options_add(options, "Input", OPTION_SECTION_TOP, format_rows, ARRAY_SIZE(format_rows),
                settings);
}

void declare_input(struct options *options, struct input_settings *settings)
{
    declare_input_format(options, settings);
    options_add(options, "Input", OPTION_SECTION_TOP, use_rows, ARRAY_SIZE(use_rows), settings);
}

/* -- output -- */

static const struct option_choice output_formats[] = { { "raw", IMAGE_RAW },
                                                       { "qcow2", IMAGE_QCOW2 },
                                                       { NULL, 0 } };

static const struct option_row output_rows[] = {
    [OUTPUT_NEEDED] = { "output", 'o', OPTION_PATH, "OUT", FIELD(output_settings, path),
                        "The image to write" },
    [OUTPUT_KEPT] = { "output", 'o', OPTION_PATH, "OUT", FIELD(output_settings, path),
                      "Keep what the shell changed as a new image (it is thrown away)" },
    [OUTPUT_RESTORED] = { "output", 'o', OPTION_PATH, "IMAGE", FIELD(output_settings, path),
                          "The image to write; - is stdout" },
};

static const struct option_row output_format_rows[] = {
    [IMAGE_RAW] = { "output-format", 'O', OPTION_CHOICE, "raw|qcow2",
                    FIELD(output_settings, format), "Format of the image (raw)",
                    .choices = output_formats },
    [IMAGE_QCOW2] = { "output-format", 'O', OPTION_CHOICE, "raw|qcow2",
                      FIELD(output_settings, format), "Format of the image (qcow2)",
                      .choices = output_formats },
};

static const struct option_row output_force_row = {
    "force", 0, OPTION_FLAG, NULL, FIELD(output_settings, force), "Replace an image that is there"
};

void declare_output(struct options *options, enum output_kind kind, enum image_format format,
                    struct output_settings *settings)
{
    const struct option_row *const rows[] = { &output_rows[kind], &output_format_rows[format],
                                              &output_force_row };
    settings->format = (int)format;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        options_add(options, "Output", OPTION_SECTION_NONE, rows[i], 1, settings);
}

/* -- keys -- */

#define ROW_CERT(help)                                                                             \
    {                                                                                              \
        "cert", 'c', OPTION_PATH, "FILE", FIELD(key_settings, certificate), help,                  \
            "EC2_CERT EUCA_CERT"                                                                   \
    }
#define ROW_PRIVATE_KEY(help)                                                                      \
    {                                                                                              \
        "privatekey", 'k', OPTION_PATH, "FILE", FIELD(key_settings, private_key), help,            \
            "EUCA_PRIVATE_KEY EC2_PRIVATE_KEY"                                                     \
    }
#define ROW_PASSPHRASE                                                                             \
    {                                                                                              \
        "passphrase", 0, OPTION_STRING, "env:NAME|file:PATH|fd:N",                                 \
            FIELD(key_settings, passphrase),                                                       \
            "Where the passphrase of an encrypted private key is", .secret = true,                 \
                                                                   .set = set_passphrase           \
    }

#define ROW_EC2CERT                                                                                \
    {                                                                                              \
        "ec2cert", 0, OPTION_PATH, "FILE", FIELD(key_settings, ec2_certificate),                   \
            "The certificate of the cloud", "EUCALYPTUS_CERT"                                      \
    }
#define ROW_REGION                                                                                 \
    {                                                                                              \
        "region", 0, OPTION_STRING, "NAME", FIELD(key_settings, region),                           \
            "Without --ec2cert: the region whose certificate AWS's tools installed (us-east-1)"    \
    }
#define ROW_KEYS                                                                                   \
    {                                                                                              \
        "keys", 0, OPTION_PATH, "DIR", FIELD(key_settings, directory),                             \
            "Try every key and certificate (*.pem) of a directory"                                 \
    }

/* The reference to a passphrase; a file is relative to the recipe that names it. */
static int set_passphrase(void *field, const struct option_row *row, const char *text,
                          const struct option_source *source, struct error **err)
{
    (void)row;
    char **passphrase = field;
    /* What is given by mistake may be the passphrase itself: it is not repeated. */
    if (!starts_with(text, "env:") && !starts_with(text, "file:") && !starts_with(text, "fd:"))
        return error_set(err, ERROR_USAGE, "a secret is given as env:NAME, file:PATH or fd:N");
    free(*passphrase);
    if (source->base_dir && starts_with(text, "file:")) {
        AUTO_FREE char *path = path_join(source->base_dir, text + strlen("file:"));
        *passphrase = xasprintf("file:%s", path);
    } else {
        *passphrase = xstrdup(text);
    }
    return 0;
}

static const struct option_row signing_rows[] = {
    ROW_CERT("The X.509 certificate of the account"),
    ROW_PRIVATE_KEY("The RSA key that signs; it also opens a bundle that is the input"),
    ROW_EC2CERT,
    ROW_REGION,
    ROW_PASSPHRASE,
};

static const struct option_row rewrapping_rows[] = {
    ROW_PRIVATE_KEY("The account's RSA key: it opens the bundle and signs the new manifest"),
    ROW_EC2CERT,
    ROW_REGION,
    ROW_PASSPHRASE,
};

static const struct option_row checking_rows[] = {
    ROW_CERT("The certificate that the signature is checked with"),
    ROW_PRIVATE_KEY("The key that opens the bundle, to check its content too"),
    ROW_KEYS,
    ROW_PASSPHRASE,
};

static const struct option_row certificate_rows[] = {
    ROW_CERT("The certificate that the signature of a manifest is checked with"),
};

static const struct option_row opening_rows[] = {
    ROW_PRIVATE_KEY("The key that opens the bundle: the account's or the cloud's"),
    ROW_KEYS,
    ROW_PASSPHRASE,
};

void declare_signing_keys(struct options *options, struct key_settings *settings)
{
    options_add(options, "Keys", OPTION_SECTION_BUNDLE, signing_rows, ARRAY_SIZE(signing_rows),
                settings);
}

void declare_rewrapping_keys(struct options *options, struct key_settings *settings)
{
    options_add(options, "Keys", OPTION_SECTION_NONE, rewrapping_rows, ARRAY_SIZE(rewrapping_rows),
                settings);
}

void declare_checking_keys(struct options *options, struct key_settings *settings)
{
    options_add(options, "Keys", OPTION_SECTION_NONE, checking_rows, ARRAY_SIZE(checking_rows),
                settings);
}

void declare_checking_certificate(struct options *options, struct key_settings *settings)
{
    options_add(options, "Keys", OPTION_SECTION_NONE, certificate_rows,
                ARRAY_SIZE(certificate_rows), settings);
}

void declare_opening_key(struct options *options, struct key_settings *settings)
{
    options_add(options, "Keys", OPTION_SECTION_NONE, opening_rows, ARRAY_SIZE(opening_rows),
                settings);
}

/* -- bundle -- */

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

/* -- appliance -- */

static const struct option_choice accels[] = {
    { "auto", ACCEL_AUTO }, { "kvm", ACCEL_KVM }, { "tcg", ACCEL_TCG }, { NULL, 0 }
};

static const struct option_row appliance_rows[] = {
    { "accel", 0, OPTION_CHOICE, "auto|kvm|tcg", FIELD(appliance_settings, accel),
      "Hardware virtualization, emulation, or what works", .choices = accels },
    { "memsize", 'm', OPTION_INTEGER, "MIB", FIELD(appliance_settings, memsize),
      "Memory of the appliance", .min = 256, .max = 1 << 20 },
    { "smp", 0, OPTION_INTEGER, "N", FIELD(appliance_settings, smp), "Processors of the appliance",
      .min = 1, .max = 255 },
    { "launch-timeout", 0, OPTION_INTEGER, "SECONDS", FIELD(appliance_settings, launch_timeout),
      "How long a launch may take (300)", .min = 1, .max = 86400 },
    { "appliance", 0, OPTION_PATH, "DIR", FIELD(appliance_settings, appliance),
      "Use the fixed appliance that forge appliance made", "FORGE_APPLIANCE" },
};

static const struct option_row guest_rows[] = {
    { "root", 0, OPTION_STRING, "DEVICE", FIELD(appliance_settings, root),
      "The root file system of the system that is meant, such as /dev/sda2" },
};

static const struct option_row network_rows[] = {
    { "network", 0, OPTION_FLAG, NULL, FIELD(appliance_settings, network),
      "Let commands in the guest reach the network" },
    { "run-ca-cert", 0, OPTION_PATH, "FILE", FIELD(appliance_settings, ca_certificate),
      "A certificate authority that guest commands trust during the run" },
};

static const struct option_row no_network_rows[] = {
    { "no-network", 0, OPTION_FLAG, NULL, FIELD(appliance_settings, no_network),
      "Do not let them, whatever else is said; the default" },
};

static const struct option_row failure_rows[] = {
    { "keep-overlay-on-failure", 0, OPTION_FLAG, NULL, FIELD(appliance_settings, keep_overlay),
      "Keep the disk as it is when a step fails, to look at it" },
};

void declare_failure(struct options *options, struct appliance_settings *settings)
{
    options_add(options, "Appliance", OPTION_SECTION_NONE, failure_rows, ARRAY_SIZE(failure_rows),
                settings);
}

void declare_appliance(struct options *options, struct appliance_settings *settings)
{
    options_add(options, "Appliance", OPTION_SECTION_TOP, appliance_rows,
                ARRAY_SIZE(appliance_rows), settings);
}

void declare_guest(struct options *options, struct appliance_settings *settings)
{
    declare_appliance(options, settings);
    options_add(options, "Appliance", OPTION_SECTION_TOP, guest_rows, ARRAY_SIZE(guest_rows),
                settings);
}

void declare_guest_network(struct options *options, struct appliance_settings *settings)
{
    options_add(options, "Appliance", OPTION_SECTION_TOP, network_rows, ARRAY_SIZE(network_rows),
                settings);
    options_add(options, "Appliance", OPTION_SECTION_NONE, no_network_rows,
                ARRAY_SIZE(no_network_rows), settings);
}

bool appliance_has_network(const struct appliance_settings *settings)
{
    return settings->network && !settings->no_network;
}

struct guest_options guest_options_of(const struct appliance_settings *settings,
                                      const struct common_settings *common)
{
    return (struct guest_options){
        .accel = (enum accel)settings->accel,
        .memsize = (int)settings->memsize,
        .smp = (int)settings->smp,
        .launch_timeout = (int)settings->launch_timeout,
        .appliance = settings->appliance,
        .network = appliance_has_network(settings),
        .ca_certificate = settings->ca_certificate,
        .root = settings->root,
        .trace = common->trace,
    };
}
