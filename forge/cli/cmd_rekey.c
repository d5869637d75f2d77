/* SPDX-License-Identifier: Apache-2.0 */
/* forge rekey: another manifest for the same parts, for another cloud or region. */
#include "forge/base/workdir.h"
#include "forge/cli/command_table.h"
#include "forge/cli/keyring.h"
#include "manifest/rekey.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

struct rekey_values {
    struct key_settings keys;
    char *output, *kernel, *ramdisk, *id_map;
    bool force;
};

#define FIELD(member) .offset = offsetof(struct rekey_values, member)
static const struct option_row rows[] = {
    { "output", 'o', OPTION_PATH, "NEW.manifest.xml", FIELD(output),
      "The manifest to write; lay it beside the parts, or upload it there" },
    { "kernel", 0, OPTION_STRING, "ID", FIELD(kernel), "Id of the kernel image; empty removes it" },
    { "ramdisk", 0, OPTION_STRING, "ID", FIELD(ramdisk),
      "Id of the ramdisk image; empty removes it" },
    { "id-map", 0, OPTION_PATH, "FILE", FIELD(id_map),
      "Table of ids (CSV, a column for each region) for the ids not given; wants --region" },
    { "force", 0, OPTION_FLAG, NULL, FIELD(force), "Replace a manifest that is there" },
};

static void declare(struct options *options, void *opaque)
{
    struct rekey_values *values = opaque;
    options_add(options, "Output", OPTION_SECTION_NONE, rows, ARRAY_SIZE(rows), values);
    declare_rewrapping_keys(options, &values->keys);
}

static int check_values(const struct rekey_values *values, struct error **err)
{
    if (!values->output)
        return error_set(err, ERROR_USAGE, "the manifest to write is missing: give --output");
    if (!values->keys.private_key)
        return error_set(err, ERROR_USAGE,
                         "the key that opens and signs is missing: give "
                         "--privatekey");
    if (!values->keys.ec2_certificate && !values->keys.region)
        return error_set(err, ERROR_USAGE,
                         "the other cloud is missing: give --ec2cert or --region");
    if (values->id_map && !values->keys.region)
        return error_set(err, ERROR_USAGE, "--id-map needs the column to take: give --region");
    return 0;
}

/* TEXT under the name OUTPUT, whole or not at all. */
static int write_manifest(const struct rekey_values *values, const char *text, size_t length,
                          struct error **err)
{
    AUTO_FREE char *parent = path_dirname(values->output);
    AUTO(workdir_close) struct workdir *workdir = workdir_create(parent, err);
    if (!workdir)
        return -1;
    AUTO_FREE char *path = workdir_file(workdir, "manifest.xml");
    AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 || fchmod(fd, 0644) || write(fd, text, length) != (ssize_t)length)
        return error_set_errno(err, "writing %s", values->output);
    return publish_file(path, values->output, values->force, err);
}

static int run(const struct invocation *invocation, struct error **err)
{
    struct rekey_values *values = invocation->values;
    const char *path = invocation->arguments->items[0];
    AUTO_MANIFEST struct manifest manifest = { 0 };
    AUTO_KEYRING struct keyring keyring = { 0 };
    if (check_values(values, err) ||
        keyring_read_rewrapping(&keyring, &values->keys, invocation->options, err) ||
        manifest_read(path, &manifest, err))
        return -1;
    AUTO(id_map_free) struct id_map *map = NULL;
    if (values->id_map && !(map = id_map_read(values->id_map, err)))
        return -1;
    const struct rekey_options options = {
        .user_key = keyring.key,
        .ec2_certificate = keyring.ec2_certificate,
        .kernel_id = values->kernel,
        .ramdisk_id = values->ramdisk,
        .id_map = map,
        .region = values->keys.region,
    };
    size_t length;
    AUTO_FREE char *text = rekey_manifest(&manifest, &options, &length, err);
    if (!text)
        return error_wrap(err, "%s", path);
    if (write_manifest(values, text, length, err))
        return -1;
    puts(values->output);
    return 0;
}

const struct command command_rekey = {
    .name = "rekey",
    .arguments = "MANIFEST -o NEW.manifest.xml",
    .summary = "Write a manifest for another cloud or region over the same parts",
    .min_arguments = 1,
    .max_arguments = 1,
    .values_size = sizeof(struct rekey_values),
    .declare = declare,
    .run = run,
};
