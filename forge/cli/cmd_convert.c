/* SPDX-License-Identifier: Apache-2.0 */
/* forge convert: an image, a bundle, an archive or a directory as a fresh disk. */
#include "forge/build/convert.h"
#include "forge/cli/bundle_request.h"

#include <stdio.h>
#include <string.h>

struct convert_values {
    struct input_settings input;
    struct key_settings keys;
    struct appliance_settings appliance;
    char *output, *label, *uuid;
    int layout, format, type;
    struct convert_request request; /* size and rules are set in it */
    struct convert_rule *rules;
    size_t rule_count;
    int64_t reserved, now;
    bool filter, old_grub, force;
};

static const struct option_choice formats[] = { { "raw", IMAGE_RAW },
                                                { "qcow2", IMAGE_QCOW2 },
                                                { NULL, 0 } };
static const struct option_choice layouts[] = {
    { "keep", DISK_KEEP + 1 },
    { "rootfs", DISK_ROOTFS + 1 },
    { "mbr", DISK_MBR + 1 },
    { "gpt", DISK_GPT + 1 },
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
    struct convert_request *request = field;
    bool free_space = *text == '+';
    if (strcmp(text, "min") == 0) {
        request->size_kind = CONVERT_MIN;
        return 0;
    }
    if (!parse_size(text + free_space, &request->size) || (!free_space && !request->size))
        return error_set(err, ERROR_USAGE, "\"%s\" is not %s", text, row->value_name);
    request->size_kind = free_space ? CONVERT_FREE : CONVERT_EXACT;
    return 0;
}

/* Rules keep the order they are given in, as rsync's do; FIELD is the list's beginning. */
static int add_rule(struct convert_values *values, enum tree_rule kind, const char *pattern)
{
    values->rules = xrealloc(values->rules, values->rule_count + 1, sizeof(*values->rules));
    values->rules[values->rule_count++] = (struct convert_rule){ kind, xstrdup(pattern) };
    return 0;
}

static int set_exclude(void *field, const struct option_row *row, const char *text,
                       const struct option_source *source, struct error **err)
{
    (void)row, (void)source, (void)err;
    return add_rule(container_of(field, struct convert_values, rules), TREE_EXCLUDE, text);
}

static int set_include(void *field, const struct option_row *row, const char *text,
                       const struct option_source *source, struct error **err)
{
    (void)row, (void)source, (void)err;
    return add_rule(container_of(field, struct convert_values, rules), TREE_INCLUDE, text);
}

#define FIELD(member) .offset = offsetof(struct convert_values, member)
static const struct option_row output_rows[] = {
    { "output", 'o', OPTION_PATH, "OUT", FIELD(output), "The image to write" },
    { "output-format", 'O', OPTION_CHOICE, "raw|qcow2", FIELD(format), "Format of it (raw)",
      .choices = formats },
    { "force", 0, OPTION_FLAG, NULL, FIELD(force), "Replace an image that is there" },
};

static const struct option_row layout_rows[] = {
    { "layout", 0, OPTION_CHOICE, "keep|rootfs|mbr|gpt", FIELD(layout),
      "The disk as it is, the root file system alone, or a fresh disk that boots (keep; of files: "
      "rootfs)",
      .choices = layouts },
    { "size", 0, OPTION_CUSTOM, "SIZE|min|+FREE", FIELD(request),
      "Size of the disk, as small as can be, or how much stays free", .set = set_size },
    { "fs", 0, OPTION_CHOICE, "ext2|ext3|ext4", FIELD(type),
      "Type of the root file system (as it was, else ext4)", .choices = types },
    { "label", 0, OPTION_STRING, "TEXT", FIELD(label), "Its label (as it was)" },
    { "uuid", 0, OPTION_STRING, "UUID", FIELD(uuid), "Its UUID (as it was, else a new one)" },
    { "reserved", 0, OPTION_INTEGER, "PERCENT", FIELD(reserved),
      "Blocks that only root can take (0)", .min = 0, .max = 50 },
    { "old-grub", 0, OPTION_FLAG, NULL, FIELD(old_grub),
      "Without the features that PV-GRUB and GRUB 0.97 cannot read" },
    { "time", 0, OPTION_INTEGER, "SECONDS", FIELD(now),
      "When the file system was made, since 1970 (now)", "SOURCE_DATE_EPOCH", .min = 0,
      .max = INT64_C(253402300799) },
};

static const struct option_row rule_rows[] = {
    { "exclude", 0, OPTION_CUSTOM, "PATTERN", FIELD(rules),
      "Leave out what matches, as rsync reads it; the first match wins", .set = set_exclude },
    { "include", 0, OPTION_CUSTOM, "PATTERN", FIELD(rules),
      "Do not leave it out, whatever comes behind", .set = set_include },
    { "filter", 0, OPTION_FLAG, NULL, FIELD(filter),
      "Leave out what ec2-bundle-vol's filter does: keys, editors' backups, histories" },
};

static void declare(struct options *options, void *opaque)
{
    struct convert_values *values = opaque;
    options_add(options, "Output", OPTION_SECTION_NONE, output_rows, ARRAY_SIZE(output_rows),
                values);
    options_add(options, "Layout", OPTION_SECTION_NONE, layout_rows, ARRAY_SIZE(layout_rows),
                values);
    options_add(options, "Files", OPTION_SECTION_NONE, rule_rows, ARRAY_SIZE(rule_rows), values);
    declare_input(options, &values->input);
    declare_opening_key(options, &values->keys);
    declare_appliance(options, &values->appliance);
}

static void clear(void *opaque)
{
    struct convert_values *values = opaque;
    for (size_t i = 0; i < values->rule_count; i++)
        free((char *)values->rules[i].pattern);
    free(values->rules);
}

/* FORMAT.md 10, step 7; behind the user's own rules. */
static void add_filter(struct convert_values *values)
{
    static const char *const patterns[] = {
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
    };
    for (size_t i = 0; values->filter && i < ARRAY_SIZE(patterns); i++)
        add_rule(values, TREE_EXCLUDE, patterns[i]);
}

static int run(const struct invocation *invocation, struct error **err)
{
    struct convert_values *values = invocation->values;
    const char *path = invocation->arguments->items[0];
    if (!values->output)
        return error_set(err, ERROR_USAGE, "the image to write is missing: give --output");
    enum disk_layout layout = values->layout ? (enum disk_layout)(values->layout - 1) : DISK_KEEP;
    if (!values->layout && convert_takes_files(path))
        layout = DISK_ROOTFS;
    add_filter(values);
    if (layout == DISK_KEEP && (values->request.size_kind || values->type || values->label ||
                                values->uuid || values->rule_count))
        return error_set(
            err, ERROR_USAGE,
            "the layout keep changes nothing: choose rootfs, mbr or gpt with --layout");
    AUTO_KEYRING struct keyring keyring = { 0 };
    if (keyring_read_for_input(&keyring, &values->keys, path, err))
        return -1;
    struct convert_request request = values->request;
    request.path = path;
    request.input = input_options_of(&values->input, &keyring);
    request.guest = guest_options_of(&values->appliance, invocation->common);
    request.output = values->output;
    request.output_format = (enum image_format)values->format;
    request.replace = values->force;
    request.layout = layout;
    request.type = (enum ext_type)values->type;
    request.label = values->label;
    request.uuid = values->uuid;
    request.reserved_percent = (unsigned)values->reserved;
    request.old_boot_loader = values->old_grub;
    request.now = values->now;
    /* 0 stands for the clock from here on, and ext's own tools take it for that as well. */
    if (!request.now && options_origin(invocation->options, "time") != OPTION_FROM_DEFAULT)
        request.now = 1;
    request.rules = values->rules;
    request.rule_count = values->rule_count;
    if (forge_convert(&request, invocation->progress, err))
        return -1;
    puts(values->output);
    return 0;
}

const struct command command_convert = {
    .name = "convert",
    .arguments = "IMAGE|ARCHIVE|DIRECTORY -o OUT",
    .summary = "Make a fresh disk of another layout",
    .min_arguments = 1,
    .max_arguments = 1,
    .values_size = sizeof(struct convert_values),
    .declare = declare,
    .run = run,
    .clear = clear,
};
