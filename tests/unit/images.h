/* SPDX-License-Identifier: Apache-2.0 */
/* Small images made for a test: a raw file with a known pattern, and others by qemu-img. */
#ifndef FORGE_TESTS_IMAGES_H
#define FORGE_TESTS_IMAGES_H

#include "forge/base/process.h"
#include "forge/base/strings.h"
#include "fsimage/image/image.h"
#include "tests/unit/check.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { MIB = 1 << 20, IMAGE_SIZE = 8 * MIB };

static inline void run_argv(const char *const argv[])
{
    struct error *err = NULL;
    if (process_run(argv, ERROR_FAILED, NULL, NULL, &err))
        fail_msg("%s", err->message);
}

#define run(...)                                                                                   \
    do {                                                                                           \
        const char *const run_arguments[] = { __VA_ARGS__, NULL };                                 \
        run_argv(run_arguments);                                                                   \
    } while (0)

/* The byte at OFFSET of the pattern: data in the MiBs 1, 2 and 5 of eight, zeros elsewhere. */
static inline unsigned char pattern_at(int64_t offset)
{
    int64_t mib = offset / MIB;
    bool data = mib == 1 || mib == 2 || mib == 5;
    return data ? (unsigned char)(offset / 512 * 7 + offset % 251 + 1) : 0;
}

static inline void fill_pattern(unsigned char *buffer, size_t count, int64_t offset)
{
    for (size_t i = 0; i < count; i++)
        buffer[i] = pattern_at(offset + (int64_t)i);
}

/* A sparse raw file of the pattern: DIR/NAME, owned path. */
static inline char *make_raw(const char *dir, const char *name)
{
    char *path = path_join(dir, name);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, IMAGE_SIZE), 0);
    unsigned char *buffer = xcalloc(MIB, 1);
    for (int64_t at = 0; at < IMAGE_SIZE; at += MIB) {
        fill_pattern(buffer, MIB, at);
        if (pattern_at(at))
            assert_int_equal(pwrite(fd, buffer, MIB, at), MIB);
    }
    free(buffer);
    close(fd);
    return path;
}

/* The same content as qcow2, by qemu-img with OPTION ("-c" for compressed, NULL for none). */
static inline char *make_qcow2(const char *dir, const char *name, const char *option)
{
    AUTO_FREE char *raw = make_raw(dir, "pattern.tmp");
    char *path = path_join(dir, name);
    if (option)
        run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", option, raw, path);
    else
        run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, path);
    unlink(raw);
    return path;
}

static inline void assert_pattern(struct device *device)
{
    struct error *err = NULL;
    assert_int_equal(device->size, IMAGE_SIZE);
    unsigned char *got = xcalloc(IMAGE_SIZE, 1), *wanted = xcalloc(IMAGE_SIZE, 1);
    fill_pattern(wanted, IMAGE_SIZE, 0);
    assert_ok(device_pread(device, got, IMAGE_SIZE, 0, &err) == 0, err);
    assert_memory_equal(got, wanted, IMAGE_SIZE);
    free(got);
    free(wanted);
}

#endif
