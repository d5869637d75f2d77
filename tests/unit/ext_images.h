/* SPDX-License-Identifier: Apache-2.0 */
/* File systems written for a test, and what e2fsprogs says of them. */
#ifndef FORGE_TESTS_EXT_IMAGES_H
#define FORGE_TESTS_EXT_IMAGES_H

#include "fsimage/ext/ext_writer.h"
#include "tests/unit/images.h"
#include "tests/unit/tree_listing.h"

static inline struct ext_options some_options(enum ext_type type)
{
    return (struct ext_options){
        .type = type,
        .label = "label",
        .uuid = "0123456789abcde",
        .hash_seed = "seed",
        .now = 1700000000,
    };
}

static inline void require_e2fsprogs(void)
{
    if (!process_exists("mke2fs") || !process_exists("debugfs") || !process_exists("e2fsck")) {
        print_message("skipped: e2fsprogs is not installed\n");
        exit(77);
    }
}

/* FIRST is measured, SECOND (the same tree) written to DIR/NAME. Both are closed. Owned path. */
static inline char *write_ext(const char *dir, const char *name, struct tree *first,
                              struct tree *second, const struct ext_options *options)
{
    struct error *err = NULL;
    struct ext_options fitted;
    char *path = path_join(dir, name);
    assert_ok(ext_measure(first, options, &fitted, &err) == 0, err);
    AUTO(device_close) struct device *device = device_create_raw(path, fitted.size, &err);
    assert_ok(device, err);
    assert_ok(ext_write(second, device, 0, &fitted, &err) == 0, err);
    tree_close(first);
    tree_close(second);
    return path;
}

static inline struct device *open_raw_device(const char *path)
{
    struct error *err = NULL;
    AUTO(image_close) struct image *image = image_open(path, NULL, &err);
    assert_ok(image, err);
    struct device *device = image_device(image, &err);
    assert_ok(device, err);
    return device;
}

/* What tree_open_ext() finds in the image at PATH; owned. */
static inline char *list_ext(const char *path, int flags)
{
    struct error *err = NULL;
    AUTO(device_close) struct device *device = open_raw_device(path);
    struct tree *tree = tree_open_ext(device, 0, &err);
    assert_ok(tree, err);
    return tree_listing(tree, flags);
}

/* e2fsck has nothing to say against the image. */
static inline void assert_clean(const char *path)
{
    run("e2fsck", "-fn", path);
}

/* What debugfs prints for COMMAND; owned. */
static inline char *debugfs(const char *path, const char *command)
{
    struct error *err = NULL;
    char *output = NULL;
    const char *const argv[] = { "debugfs", "-R", command, path, NULL };
    assert_ok(process_run(argv, ERROR_FAILED, &output, NULL, &err) == 0, err);
    return output;
}

/* Change the image as COMMAND says. */
static inline void debugfs_write(const char *path, const char *command)
{
    run("debugfs", "-w", "-R", command, path);
}

static inline void assert_says(const char *path, const char *command, const char *text)
{
    AUTO_FREE char *output = debugfs(path, command);
    if (!strstr(output, text))
        fail_msg("debugfs %s does not say \"%s\":\n%s", command, text, output);
}

#endif
