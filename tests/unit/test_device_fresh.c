/* SPDX-License-Identifier: Apache-2.0 */
/* A new device gets all that is not zero, and no run of zeros that is worth a hole. */
#include "forge/base/device_fresh.h"
#include "tests/unit/check.h"
#include "tests/unit/memory_device.h"

enum { SIZE = 4 << 20 };

/* A device that reads as zeros and counts what is written. */
struct counting_device {
    struct device device;
    unsigned char *bytes;
    int64_t written;
};

static int count_pwrite(struct device *device, const void *buffer, size_t count, int64_t offset,
                        struct error **err)
{
    (void)err;
    struct counting_device *counting = container_of(device, struct counting_device, device);
    memcpy(counting->bytes + offset, buffer, count);
    counting->written += (int64_t)count;
    return 0;
}

static void stay(struct device *device)
{
    (void)device;
}

static const struct device_ops counting_ops = { .pwrite = count_pwrite, .close = stay };

/* Write IMAGE in pieces of STEP bytes, as a restored bundle comes: how many bytes arrived below. */
static int64_t write_through(const unsigned char *image, size_t step, bool keep_zeros)
{
    struct error *err = NULL;
    AUTO_FREE unsigned char *bytes = xcalloc(1, SIZE);
    struct counting_device below = { { &counting_ops, SIZE }, bytes, 0 };
    AUTO(device_close) struct device *device = device_fresh_new(&below.device, keep_zeros);
    for (size_t at = 0; at < SIZE; at += step) {
        size_t count = SIZE - at < step ? SIZE - at : step;
        assert_ok(device_pwrite(device, image + at, count, (int64_t)at, &err) == 0, err);
    }
    assert_ok(device_zero(device, 0, SIZE, &err) == 0, err);
    assert_memory_equal(bytes, image, SIZE);
    return below.written;
}

static void zeros_are_not_written(void **state)
{
    (void)state;
    AUTO_FREE unsigned char *image = xcalloc(1, SIZE);
    fill_noise(image + (1 << 20), 1 << 20, 1);           /* data from 1 to 2 MiB */
    memset(image + (1 << 20) + (300 << 10), 0, 4 << 10); /* zeros too few for a hole */
    image[SIZE - 1] = 1;
    static const size_t steps[] = { 1 << 20, 256 << 10, (256 << 10) - 512, SIZE };
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        int64_t written = write_through(image, steps[i], false);
        assert_true(written >= 1 << 20);
        assert_true(written <= (1 << 20) + (64 << 10)); /* pieces may cut a run of zeros */
        assert_int_equal(write_through(image, steps[i], true), SIZE);
    }
}

static void nothing_but_zeros_writes_nothing(void **state)
{
    (void)state;
    AUTO_FREE unsigned char *image = xcalloc(1, SIZE);
    assert_int_equal(write_through(image, 100, false), 0);
    assert_int_equal(write_through(image, 1 << 20, false), 0);
    assert_null(device_fresh_new(NULL, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeros_are_not_written),
        cmocka_unit_test(nothing_but_zeros_writes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
