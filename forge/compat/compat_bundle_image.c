/* SPDX-License-Identifier: Apache-2.0 */
/* ec2-bundle-image: make a bundle of an image file (FORMAT.md 9). */
#include "forge/base/strings.h"
#include "forge/compat/bundling.h"

struct bundle_image_values {
    struct bundling bundling;
    const char *image;
};

static const struct argument_row rows[] = {
    { "image", 'i', ARGUMENT_FILE, "PATH", offsetof(struct bundle_image_values, image),
      "The path to the file system or disk image to bundle.", .mandatory = true },
};

static void clear(void *values)
{
    bundling_clear(&((struct bundle_image_values *)values)->bundling);
}

static int bundle_image(struct compat_run *run, struct error **err)
{
    struct bundle_image_values *values = run->values;
    struct bundling *bundling = &values->bundling;
    int64_t mtime;
    bundling_fill_fields(bundling,
                         bundling->prefix ? bundling->prefix : path_basename(values->image));
    bundling_complete_architecture(bundling);
    if (bundling_check_image(values->image, &mtime, err) ||
        bundling_read_keys(bundling, run, err) ||
        bundling_run(bundling, values->image, NULL, mtime, run, err))
        return -1;
    puts("ec2-bundle-image complete.");
    return 0;
}

const struct compat_tool compat_bundle_image = {
    .name = "ec2-bundle-image",
    .manual = "ec2-bundle-image makes a bundled AMI of an image file: it archives the image as a\n"
              "sparse file, compresses, encrypts and splits it into parts, and writes a manifest\n"
              "that describes them and is signed. Images of up to 10 GiB are taken.\n",
    .rows = rows,
    .row_count = ARRAY_SIZE(rows),
    .shared_rows = bundling_rows,
    .shared_row_count = BUNDLING_ROWS,
    .values_size = sizeof(struct bundle_image_values),
    .run = bundle_image,
    .clear = clear,
};
