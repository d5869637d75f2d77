/* SPDX-License-Identifier: Apache-2.0 */
/* Devices behind images: same bytes from every format, holes seen, streams in order, conversion. */
#include "fsimage/device_file.h"
#include "tests/unit/images.h"
#include "tests/unit/scratch.h"

#include <pthread.h>

struct seen {
    int64_t next, data;
    bool ordered, honest;
};

static int see(void *opaque, const struct extent *extent, struct error **err)
{
    (void)err;
    struct seen *seen = opaque;
    if (extent->offset != seen->next || extent->length <= 0)
        seen->ordered = false;
    for (int64_t at = extent->offset; at < extent->offset + extent->length; at += 512) {
        if (extent->zero && pattern_at(at))
            seen->honest = false;
    }
    seen->next = extent->offset + extent->length;
    seen->data += extent->zero ? 0 : extent->length;
    return 0;
}

static int refuse(void *opaque, const struct extent *extent, struct error **err)
{
    (void)extent;
    ++*(int *)opaque;
    return error_set(err, ERROR_VERDICT, "enough");
}

static void assert_extents(struct device *device, int64_t offset, int64_t length, int64_t data)
{
    struct error *err = NULL;
    struct seen seen = { .next = offset, .ordered = true, .honest = true };
    assert_ok(device_extents(device, offset, length, see, &seen, &err) == 0, err);
    assert_true(seen.ordered);
    assert_true(seen.honest);
    assert_int_equal(seen.next, offset + length);
    assert_int_equal(seen.data, data);
}

static struct device *open_device(const char *path)
{
    struct error *err = NULL;
    AUTO(image_close) struct image *image = image_open(path, NULL, &err);
    assert_ok(image, err);
    struct device *device = image_device(image, &err);
    assert_ok(device, err);
    return device;
}

static void every_format_shows_the_same_bytes_and_holes(void **state)
{
    (void)state;
    AUTO_FREE char *raw = make_raw(dir, "a.raw");
    AUTO_FREE char *plain = make_qcow2(dir, "a.qcow2", NULL);
    AUTO_FREE char *compressed = make_qcow2(dir, "c.qcow2", "-c");
    const char *paths[] = { raw, plain, compressed };
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        AUTO(device_close) struct device *device = open_device(paths[i]);
        assert_pattern(device);
        assert_extents(device, 0, IMAGE_SIZE, 3 * MIB);
        assert_extents(device, MIB / 2, 2 * MIB, 3 * MIB / 2);
        assert_extents(device, 3 * MIB, MIB, 0);
        assert_extents(device, IMAGE_SIZE, 0, 0);
    }
}

static void small_and_odd_reads_work(void **state)
{
    (void)state;
    AUTO_FREE char *raw = make_raw(dir, "a.raw");
    AUTO_FREE char *compressed = make_qcow2(dir, "c.qcow2", "-c");
    static const struct {
        int64_t offset;
        size_t count;
    } cases[] = {
        { MIB - 1, 2 }, { MIB + 1, 1 }, { 5 * MIB - 300000, 600001 }, { IMAGE_SIZE - 1, 1 }
    };
    const char *paths[] = { raw, compressed };
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        AUTO(device_close) struct device *device = open_device(paths[i]);
        for (size_t j = 0; j < ARRAY_SIZE(cases); j++) {
            struct error *err = NULL;
            AUTO_FREE unsigned char *got = xcalloc(cases[j].count, 1);
            AUTO_FREE unsigned char *wanted = xcalloc(cases[j].count, 1);
            fill_pattern(wanted, cases[j].count, cases[j].offset);
            assert_ok(device_pread(device, got, cases[j].count, cases[j].offset, &err) == 0, err);
            assert_memory_equal(got, wanted, cases[j].count);
        }
    }
}

static void a_visitor_ends_the_walk(void **state)
{
    (void)state;
    AUTO_FREE char *raw = make_raw(dir, "a.raw");
    AUTO_FREE char *qcow2 = make_qcow2(dir, "a.qcow2", NULL);
    const char *paths[] = { raw, qcow2 };
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        struct error *err = NULL;
        int visits = 0;
        AUTO(device_close) struct device *device = open_device(paths[i]);
        assert_int_equal(device_extents(device, 0, IMAGE_SIZE, refuse, &visits, &err), -1);
        assert_error(err, ERROR_VERDICT, "enough");
        assert_int_equal(visits, 1);
    }
}

static void images_are_opened_for_reading_only(void **state)
{
    (void)state;
    AUTO_FREE char *raw = make_raw(dir, "a.raw");
    AUTO_FREE char *qcow2 = make_qcow2(dir, "a.qcow2", NULL);
    const char *paths[] = { raw, qcow2 };
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        struct error *err = NULL;
        AUTO(device_close) struct device *device = open_device(paths[i]);
        assert_int_equal(device_pwrite(device, "x", 1, 0, &err), -1);
        assert_error(err, ERROR_FAILED, "for reading only");
    }
}

static void *read_slice(void *opaque)
{
    struct device *device = opaque;
    unsigned char got[4096], wanted[4096];
    for (int64_t at = 0; at < IMAGE_SIZE; at += (int64_t)sizeof(got)) {
        fill_pattern(wanted, sizeof(wanted), at);
        if (device_pread(device, got, sizeof(got), at, NULL) ||
            memcmp(got, wanted, sizeof(got)) != 0)
            return device;
    }
    return NULL;
}

static void a_raw_image_can_be_read_by_several_threads(void **state)
{
    (void)state;
    AUTO_FREE char *raw = make_raw(dir, "a.raw");
    AUTO(device_close) struct device *device = open_device(raw);
    pthread_t threads[4];
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_slice, device), 0);
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
        void *failed = device;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
}

static void an_image_that_shrinks_is_an_error(void **state)
{
    (void)state;
    struct error *err = NULL;
    char byte;
    AUTO_FREE char *raw = make_raw(dir, "a.raw");
    AUTO(device_close) struct device *device = open_device(raw);
    assert_int_equal(truncate(raw, MIB), 0);
    assert_int_equal(device_pread(device, &byte, 1, 2 * MIB, &err), -1);
    assert_error(err, ERROR_FAILED, "became shorter");
}

static void an_nbd_server_that_fails_says_why(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *raw = make_raw(dir, "a.raw");
    AUTO(image_close) struct image *image = image_of(raw, IMAGE_QCOW2, IMAGE_SIZE);
    assert_null(image_device(image, &err));
    assert_error(err, ERROR_FAILED, "not in qcow2 format");
}

static void a_new_raw_file_is_written_with_holes(void **state)
{
    (void)state;
    struct error *err = NULL;
    char byte = 'x';
    AUTO_FREE char *path = path_join(dir, "new.raw");
    AUTO(device_close) struct device *device = device_create_raw(path, IMAGE_SIZE, &err);
    assert_ok(device, err);
    assert_ok(device_pwrite(device, "data", 4, 5 * MIB, &err) == 0, err);
    assert_ok(device_zero(device, 5 * MIB, MIB, &err) == 0, err);
    assert_ok(device_pread(device, &byte, 1, 5 * MIB, &err) == 0, err);
    assert_int_equal(byte, 0);
    assert_ok(device_flush(device, &err) == 0, err);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, IMAGE_SIZE);
    assert_true(status.st_blocks * 512 < MIB);
    assert_null(device_create_raw(path, 1, &err));
    assert_error(err, ERROR_FAILED, "File exists");
}

static void a_stream_fills_gaps_and_never_goes_back(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *path = path_join(dir, "stream");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    AUTO(device_close) struct device *device = device_stream(fd, 100000);
    assert_ok(device_pwrite(device, "one", 3, 0, &err) == 0, err);
    assert_ok(device_zero(device, 3, 80000, &err) == 0, err);
    assert_ok(device_pwrite(device, "two", 3, 90000, &err) == 0, err);
    assert_int_equal(device_pwrite(device, "x", 1, 5, &err), -1);
    assert_error(err, ERROR_FAILED, "cannot go back");
    assert_ok(device_flush(device, &err) == 0, err);
    char bytes[3];
    assert_int_equal(lseek(fd, 0, SEEK_END), 100000);
    assert_int_equal(pread(fd, bytes, 3, 90000), 3);
    assert_memory_equal(bytes, "two", 3);
    assert_int_equal(pread(fd, bytes, 1, 50000), 1);
    assert_int_equal(bytes[0], 0);
    close(fd);
}

static void writing_keeps_bytes_and_holes(void **state)
{
    (void)state;
    AUTO_FREE char *raw = make_raw(dir, "a.raw");
    AUTO_FREE char *compressed = make_qcow2(dir, "c.qcow2", "-c");
    AUTO_FREE char *full = path_join(dir, "full.raw");
    run("cp", "--sparse=never", raw, full);
    const char *sources[] = { raw, compressed, full };
    static const enum image_format formats[] = { IMAGE_RAW, IMAGE_QCOW2 };
    for (size_t i = 0; i < ARRAY_SIZE(sources) * ARRAY_SIZE(formats); i++) {
        struct error *err = NULL;
        AUTO_FREE char *path = xasprintf("%s/out,%zu:x", dir, i);
        AUTO(image_close)
        struct image *from = image_open(sources[i / ARRAY_SIZE(formats)], NULL, &err);
        assert_ok(from, err);
        enum image_format format = formats[i % ARRAY_SIZE(formats)];
        AUTO(device_close) struct device *source = image_device(from, &err);
        assert_ok(source, err);
        assert_ok(image_write(source, path, format, NULL, &err) == 0, err);
        AUTO(image_close) struct image *to = image_open(path, NULL, &err);
        assert_ok(to, err);
        assert_int_equal(to->format, format);
        assert_in_range(to->allocated_size, 3 * MIB, 4 * MIB);
        AUTO(device_close) struct device *device = image_device(to, &err);
        assert_ok(device, err);
        assert_pattern(device);
        assert_int_equal(image_write(source, path, format, NULL, &err), -1);
        assert_error(err, ERROR_FAILED, "File exists");
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_format_shows_the_same_bytes_and_holes),
        TEST(small_and_odd_reads_work),
        TEST(a_visitor_ends_the_walk),
        TEST(images_are_opened_for_reading_only),
        TEST(a_raw_image_can_be_read_by_several_threads),
        TEST(an_image_that_shrinks_is_an_error),
        TEST(an_nbd_server_that_fails_says_why),
        TEST(a_new_raw_file_is_written_with_holes),
        TEST(a_stream_fills_gaps_and_never_goes_back),
        TEST(writing_keeps_bytes_and_holes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
