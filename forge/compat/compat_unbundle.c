/* SPDX-License-Identifier: Apache-2.0 */
/* ec2-unbundle: restore the image of a bundle into a directory (FORMAT.md 11). */
#include "forge/compat/compat.h"
#include "forge/join/unbundle.h"

struct unbundle_values {
    const char *manifest, *private_key;
    const char *source, *destination;
};

#define FIELD(member) .offset = offsetof(struct unbundle_values, member)
static const struct argument_row rows[] = {
    { "manifest", 'm', ARGUMENT_FILE, "PATH", FIELD(manifest), "The path to the AMI manifest file.",
      .mandatory = true },
    { "privatekey", 'k', ARGUMENT_FILE, "PATH", FIELD(private_key),
      "The path to the user's PEM encoded RSA private key file.", .mandatory = true },
    { "source", 's', ARGUMENT_DIRECTORY, "DIRECTORY", FIELD(source),
      "The directory with the bundle's parts. Defaults to \".\"." },
    { "destination", 'd', ARGUMENT_DIRECTORY, "DIRECTORY", FIELD(destination),
      "The directory to unbundle the AMI into. Defaults to \".\"." },
};

static int unbundle(struct compat_run *run, struct error **err)
{
    const struct unbundle_values *values = run->values;
    AUTO_MANIFEST struct manifest manifest = { 0 };
    if (manifest_read(values->manifest, &manifest, err))
        return -1;
    AUTO(private_key_free)
    struct private_key *key = compat_read_key(values->private_key, run->common, err);
    if (!key)
        return -1;
    /* The name from the manifest is a file name without a slash: reading it has made sure. */
    AUTO_FREE char *output =
        path_join(values->destination ? values->destination : ".", manifest.name);
    const struct unbundle_request request = {
        .manifest_path = values->manifest,
        .source = values->source ? values->source : ".",
        .key = key,
        .output = output,
        .format = IMAGE_RAW,
        .replace = true,
    };
    if (forge_unbundle(&request, run->progress, err))
        return -1;
    puts("Unbundle complete.");
    return 0;
}

const struct compat_tool compat_unbundle = {
    .name = "ec2-unbundle",
    .manual = "ec2-unbundle restores the image of a bundled AMI. It reads the manifest, joins\n"
              "the parts, decrypts and decompresses them, and writes the image into the\n"
              "destination directory under the name that the manifest gives it, when every\n"
              "digest is right.\n",
    .rows = rows,
    .row_count = ARRAY_SIZE(rows),
    .values_size = sizeof(struct unbundle_values),
    .run = unbundle,
};
