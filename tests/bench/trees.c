/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the files of an ext file system directly; writes them to a fresh one.
 *
 *   bench_trees IMAGE OFFSET          all data and attributes, to nowhere
 *   bench_trees IMAGE OFFSET NEW      to the new ext4 file system in the file NEW
 */
#include "forge/base/strings.h"
#include "fsimage/ext/ext_writer.h"
#include "fsimage/image/image.h"
#include "fsimage/tree/tree.h"

#include <stdio.h>

static int read_all(struct tree *tree, struct error **err)
{
    struct archive_entry *entry;
    const void *bytes;
    size_t count;
    int64_t offset;
    int more, data;
    while ((more = tree_next(tree, &entry, err)) > 0) {
        do
            data = tree_read(tree, &bytes, &count, &offset, err);
        while (data > 0);
        if (data < 0)
            return -1;
    }
    return more;
}

static int write_new(struct device *from, int64_t at, const char *path, struct error **err)
{
    const struct ext_options wanted = { .type = EXT_4, .uuid = "0123456789abcde", .now = 1 };
    struct ext_options fitted;
    AUTO(tree_close) struct tree *first = tree_open_ext(from, at, err);
    AUTO(tree_close) struct tree *second = first ? tree_open_ext(from, at, err) : NULL;
    if (!second || ext_measure(first, &wanted, &fitted, err))
        return -1;
    AUTO(device_close)
    struct device *device = device_create(path, IMAGE_RAW, fitted.size, false, err);
    if (!device || ext_write(second, device, 0, &fitted, err))
        return -1;
    return device_flush(device, err);
}

static int run(int argc, char **argv, struct error **err)
{
    int64_t at;
    if (argc < 3 || argc > 4 || !parse_integer(argv[2], 0, INT64_MAX, &at))
        return error_set(err, ERROR_USAGE, "usage: bench_trees IMAGE OFFSET [NEW]");
    AUTO(image_close) struct image *image = image_open(argv[1], NULL, err);
    AUTO(device_close) struct device *device = image ? image_device(image, err) : NULL;
    if (!device)
        return -1;
    if (argc == 4)
        return write_new(device, at, argv[3], err);
    AUTO(tree_close) struct tree *tree = tree_open_ext(device, at, err);
    return tree ? read_all(tree, err) : -1;
}

int main(int argc, char **argv)
{
    struct error *err = NULL;
    if (!run(argc, argv, &err))
        return 0;
    fprintf(stderr, "bench_trees: %s\n", err->message);
    error_free(err);
    return 1;
}
