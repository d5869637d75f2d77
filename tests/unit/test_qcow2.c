/* SPDX-License-Identifier: Apache-2.0 */
/* qcow2 files that were cut short, damaged, or written to deceive. */
#include "fsimage/qcow2.h"
#include "tests/unit/images.h"
#include "tests/unit/scratch.h"

static int64_t size_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_size;
}

static void patch(const char *path, off_t offset, const void *bytes, size_t count)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, bytes, count, offset), count);
    close(fd);
}

static void assert_refused(const char *path, const char *text)
{
    struct error *err = NULL;
    assert_null(image_open(path, NULL, &err));
    assert_error(err, ERROR_INVALID, text);
}

/* qemu-img itself accepts a cut within the last cluster. */
static void a_file_cut_anywhere_is_refused(void **state)
{
    (void)state;
    static const char *const options[] = { NULL, "-c" };
    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        AUTO_FREE char *path = make_qcow2(dir, "a.qcow2", options[i]);
        int64_t size = size_of(path);
        int64_t cuts[] = { size - 4096, size - 65536, size - size / 8, size / 2, 70000 };
        for (size_t j = 0; j < ARRAY_SIZE(cuts); j++) {
            assert_int_equal(truncate(path, cuts[j]), 0);
            assert_refused(path, "truncated");
        }
        assert_int_equal(truncate(path, 100), 0);
        assert_refused(path, "cut short");
        assert_int_equal(truncate(path, 3), 0);
        struct error *err = NULL;
        struct image_options as_qcow2 = { .format = "qcow2" };
        assert_null(image_open(path, &as_qcow2, &err));
        assert_error(err, ERROR_INVALID, "not a qcow2 image");
        unlink(path);
    }
}

static void whole_files_of_every_kind_are_accepted(void **state)
{
    (void)state;
    static const char *const kinds[] = {
        "cluster_size=65536",     "cluster_size=512",
        "cluster_size=2M",        "compat=0.10",
        "preallocation=metadata", "preallocation=falloc",
        "preallocation=full",     "extended_l2=on,cluster_size=128k",
        "lazy_refcounts=on",      "refcount_bits=1",
        "compression_type=zstd",
    };
    AUTO_FREE char *raw = make_raw(dir, "a.raw");
    AUTO_FREE char *path = path_join(dir, "a.qcow2");
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct error *err = NULL;
        run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-o", kinds[i], raw, path);
        AUTO(image_close) struct image *image = image_open(path, NULL, &err);
        assert_ok(image, err);
        AUTO(device_close) struct device *device = image_device(image, &err);
        assert_ok(device, err);
        assert_pattern(device);
        unlink(path);
    }
}

static void empty_and_odd_sized_files_are_accepted_or_refused_as_they_should(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *path = path_join(dir, "a.qcow2");
    run("qemu-img", "create", "-q", "-f", "qcow2", path, "0");
    assert_refused(path, "the image is empty");
    /* The last cluster is half outside of what the guest sees. */
    run("qemu-img", "create", "-q", "-f", "qcow2", path, "1081344");
    run("qemu-io", "-f", "qcow2", "-c", "write -q 1048576 32768", path);
    AUTO(image_close) struct image *image = image_open(path, NULL, &err);
    assert_ok(image, err);
    assert_int_equal(image->virtual_size, 1081344);
}

static void damaged_tables_are_refused(void **state)
{
    (void)state;
    AUTO_FREE char *path = make_qcow2(dir, "a.qcow2", NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct error *err = NULL;
    AUTO_QCOW2 struct qcow2 header = { 0 };
    assert_ok(qcow2_read(fd, path, &header, &err) == 0, err);
    close(fd);
    /* Two tables' worth of guest clusters in one: the first L1 entry is copied from the L2. */
    unsigned char entry[8] = { 0x80, 0, 0, 0, 0, 1, 0, 0 };
    patch(path, (off_t)header.l1_offset, entry, sizeof(entry));
    assert_refused(path, "");
}

static void headers_out_of_range_are_refused(void **state)
{
    (void)state;
    static const struct {
        off_t offset;
        size_t count;
        const char *bytes, *text;
    } cases[] = {
        { 4, 4, "\0\0\0\7", "version 7" },
        { 20, 4, "\0\0\0\1", "cluster size" },
        { 20, 4, "\0\0\0\x40", "cluster size" },
        { 24, 8, "\xff\xff\xff\xff\xff\xff\xff\xff", "(size)" },
        { 36, 4, "\xff\xff\xff\xff", "table size" },
        { 8, 8, "\0\0\0\1\0\0\0\0", "(length)" },
        { 8, 12, "\0\0\0\0\0\0\1\0\xff\xff\xff\xff", "(backing file)" },
        { 32, 4, "\0\0\0\1", "encrypted" },
        { 72, 8, "\0\0\0\0\0\0\0\2", "corrupt" },
        { 100, 4, "\xff\xff\xff\xff", "(length)" },
        { 104, 8, "\xe2\x79\x2a\xca\xff\xff\xff\xff", "too long" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO_FREE char *path = path_join(dir, "a.qcow2");
        run("qemu-img", "create", "-q", "-f", "qcow2", path, "1M");
        if (cases[i].offset == 104)
            patch(path, 100, "\0\0\0\x68", 4);
        patch(path, cases[i].offset, cases[i].bytes, cases[i].count);
        assert_refused(path, cases[i].text);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_file_cut_anywhere_is_refused),
        TEST(whole_files_of_every_kind_are_accepted),
        TEST(empty_and_odd_sized_files_are_accepted_or_refused_as_they_should),
        TEST(damaged_tables_are_refused),
        TEST(headers_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
