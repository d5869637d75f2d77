/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles by AWS's tools and euca2ools: verified, and turned back into the images they hold. */
#include "forge/base/digest.h"
#include "manifest/bundle.h"
#include "tests/format/golden.h"
#include "tests/unit/output_device.h"

#define LONG_NAME                                                                                  \
    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"   \
    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"

static const struct {
    const char *directory, *manifest, *key;
    const char *sha256; /* of the image, where it is known */
    bool is_signed;
} bundles[] = {
    { "A", "golden.img.manifest.xml", "user-key.pem",
      "1250465120098c9773704f555204c91673d82ecd9b7622958b1c90fca155bfec", true },
    { "A", "golden.img.manifest.xml", "ec2-key.pem",
      "1250465120098c9773704f555204c91673d82ecd9b7622958b1c90fca155bfec", true },
    { "C", "image.manifest.xml", "user-key.pem",
      "1250465120098c9773704f555204c91673d82ecd9b7622958b1c90fca155bfec", true },
    { "edge/dense", "dense.img.manifest.xml", "user-key.pem",
      "edeb2d513fab5cea2efbf409dc14136e8bee2efd62aa265413e7148e88a6159b", true },
    { "edge/longname", LONG_NAME ".manifest.xml", "user-key.pem", NULL, true },
    { "edge/euca-unsigned", "unsigned.manifest.xml", "ec2-key.pem", NULL, false },
};

static struct manifest read_golden(const char *directory, const char *name)
{
    struct error *err = NULL;
    struct manifest manifest = { 0 };
    AUTO_FREE char *folder = golden(directory);
    AUTO_FREE char *path = path_join(folder, name);
    assert_ok(manifest_read(path, &manifest, &err) == 0, err);
    return manifest;
}

static struct private_key *read_key(const char *name)
{
    struct error *err = NULL;
    AUTO_FREE char *path = golden(name);
    struct private_key *key = private_key_read(path, NULL, &err);
    assert_ok(key, err);
    return key;
}

static void every_bundle_gives_its_image_back(void **state)
{
    (void)state;
    struct error *err = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(bundles); i++) {
        AUTO_FREE char *directory = golden(bundles[i].directory);
        AUTO_MANIFEST struct manifest manifest =
            read_golden(bundles[i].directory, bundles[i].manifest);
        AUTO(private_key_free) struct private_key *key = read_key(bundles[i].key);
        AUTO_OUTPUT struct output_device output = output_device_new(manifest.size);
        if (bundle_extract(&manifest, key, directory, &output.device, NULL, NULL, NULL, &err))
            fail_msg("%s: %s", bundles[i].directory, err->message);
        assert_int_equal(output.position, manifest.size);
        AUTO(digest_free) struct digest *digest = digest_new(DIGEST_SHA256, &err);
        assert_ok(digest, err);
        digest_update(digest, output.bytes, (size_t)manifest.size);
        AUTO_FREE char *sha256 = digest_final_hex(digest);
        if (bundles[i].sha256)
            assert_string_equal(sha256, bundles[i].sha256);
    }
}

static void every_bundle_verifies(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *certificate_path = golden("user-cert.pem");
    AUTO(certificate_free)
    struct certificate *certificate = certificate_read(certificate_path, &err);
    assert_ok(certificate, err);
    for (size_t i = 0; i < ARRAY_SIZE(bundles); i++) {
        AUTO_FREE char *directory = golden(bundles[i].directory);
        AUTO_MANIFEST struct manifest manifest =
            read_golden(bundles[i].directory, bundles[i].manifest);
        AUTO(private_key_free) struct private_key *key = read_key(bundles[i].key);
        const struct bundle_keys with_key = { .user_certificate = certificate, .user_key = key };
        const struct bundle_keys without = { .user_certificate = certificate };
        const struct bundle_keys *const keys[] = { &with_key, &without };
        for (size_t j = 0; j < ARRAY_SIZE(keys); j++) {
            AUTO_REPORT struct bundle_report report = { 0 };
            assert_ok(bundle_verify(&manifest, keys[j], directory, NULL, &report, &err) == 0, err);
            assert_int_equal(report.fault_count, bundles[i].is_signed ? 0 : 1);
            assert_int_equal(report.verdicts[BUNDLE_CHECK_SIGNATURE],
                             bundles[i].is_signed ? BUNDLE_OK : BUNDLE_BAD);
            assert_int_equal(report.verdicts[BUNDLE_CHECK_PARTS], BUNDLE_OK);
            assert_int_equal(report.verdicts[BUNDLE_CHECK_SIZES], BUNDLE_OK);
            assert_int_equal(report.verdicts[BUNDLE_CHECK_CONTENT],
                             keys[j]->user_key ? BUNDLE_OK : BUNDLE_NOT_CHECKED);
        }
    }
}

static void holes_of_a_sparse_member_come_as_holes(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *directory = golden("A");
    AUTO_MANIFEST struct manifest manifest = read_golden("A", "golden.img.manifest.xml");
    AUTO(private_key_free) struct private_key *key = read_key("user-key.pem");
    AUTO_OUTPUT struct output_device output = output_device_new(manifest.size);
    assert_ok(bundle_extract(&manifest, key, directory, &output.device, NULL, NULL, NULL, &err) ==
                  0,
              err);
    assert_true(output.zeroed > 1 << 20);
}

int main(void)
{
    require_golden();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bundle_gives_its_image_back),
        cmocka_unit_test(every_bundle_verifies),
        cmocka_unit_test(holes_of_a_sparse_member_come_as_holes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
