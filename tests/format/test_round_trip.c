/* SPDX-License-Identifier: Apache-2.0 */
/* What is packed verifies in every respect, and comes back as it was, with its time. */
#include "forge/base/strings.h"
#include "manifest/bundle.h"
#include "tests/unit/memory_device.h"
#include "tests/unit/output_device.h"

enum { BLOCK = BUNDLE_SPARSE_BLOCK };

static char *scratch;
static struct certificate *certificate;
static struct private_key *key;

static int make_keys(void **state)
{
    (void)state;
    struct error *err = NULL;
    scratch = make_scratch();
    AUTO_FREE char *cert = path_join(scratch, "cert.pem");
    AUTO_FREE char *pem = path_join(scratch, "key.pem");
    assert_ok(keygen(cert, pem, 2048, "123456789012", &err) == 0, err);
    certificate = certificate_read(cert, &err);
    key = private_key_read(pem, NULL, &err);
    assert_ok(certificate && key, err);
    return 0;
}

static int remove_keys(void **state)
{
    (void)state;
    certificate_free(certificate);
    private_key_free(key);
    remove_scratch(scratch);
    return 0;
}

static void check_report(const struct manifest *manifest, const struct bundle_keys *keys,
                         const char *directory)
{
    struct error *err = NULL;
    AUTO_REPORT struct bundle_report report = { 0 };
    assert_ok(bundle_verify(manifest, keys, directory, NULL, &report, &err) == 0, err);
    for (int check = 0; check < BUNDLE_CHECK_COUNT; check++) {
        if (report.verdicts[check] != BUNDLE_OK)
            fail_msg("%s: %s", bundle_check_name(check),
                     report.fault_count ? report.faults[0].message : "not checked");
    }
}

static void round_trip(struct memory_device *image, const char *name, int64_t mtime)
{
    struct error *err = NULL;
    char *directory = make_scratch();
    const struct manifest fields = { .name = (char *)name,
                                     .user = (char *)"123456789012",
                                     .architecture = (char *)"x86_64" };
    struct bundle_options options = {
        .directory = directory,
        .fields = &fields,
        .keys = { certificate, key, certificate },
        .mtime = mtime,
        .part_size = 300000,
        .threads = 2,
    };
    AUTO_MANIFEST struct manifest made = { 0 }, reread = { 0 };
    AUTO_FREE char *path = NULL;
    assert_ok(bundle_create(&image->device, &options, NULL, &made, &path, &err) == 0, err);
    assert_ok(manifest_read(path, &reread, &err) == 0, err);
    check_report(&reread, &options.keys, directory);

    AUTO_OUTPUT struct output_device out = output_device_new(image->device.size);
    int64_t restored = -2;
    assert_ok(bundle_extract(&reread, key, directory, &out.device, NULL, &restored, NULL, &err) ==
                  0,
              err);
    assert_int_equal(restored, mtime);
    assert_memory_equal(out.bytes, image->bytes, image->device.size);
    remove_scratch(directory);
}

static void images_of_every_shape_come_back(void **state)
{
    (void)state;
    const struct {
        const char *blocks;
        int64_t tail;
    } rows[] = {
        { "x", 1 },
        { ".", 1 },
        { "xx", BLOCK },
        { "..", BLOCK },
        { "x.x.x.x.x.", 5 },
        { ".x.x.x.x.x", 5 },
        { "xxxxxxxxxxxxxxxxxxxxxxxxxxxxx.x", 511 },
    };
    for (size_t row = 0; row < ARRAY_SIZE(rows); row++) {
        int64_t count = (int64_t)strlen(rows[row].blocks);
        struct memory_device image = memory_device_new((count - 1) * BLOCK + rows[row].tail);
        for (int64_t i = 0; i < count; i++) {
            if (rows[row].blocks[i] == 'x')
                fill_noise(image.bytes + i * BLOCK,
                           (size_t)(i + 1 < count ? BLOCK : rows[row].tail), (uint64_t)i);
        }
        round_trip(&image, "web", 1700000000);
        free(image.bytes);
    }
}

static void long_names_and_far_times_come_back(void **state)
{
    (void)state;
    struct memory_device image = memory_device_new(3 * BLOCK);
    image.bytes[BLOCK] = 1;
    char name[201];
    memset(name, 'n', sizeof(name) - 1);
    name[200] = '\0';
    round_trip(&image, name, 0);
    round_trip(&image, "<web> & \"quotes\" 'n' \xc3\xa4", INT64_C(9000000000));
    free(image.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_of_every_shape_come_back),
        cmocka_unit_test(long_names_and_far_times_come_back),
    };
    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
