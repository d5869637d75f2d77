/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests by AWS's tools and euca2ools: read, checked, and written again byte for byte. */
#include "forge/base/file.h"
#include "manifest/manifest.h"
#include "tests/format/golden.h"
#include "tests/unit/check.h"

static struct manifest read_golden(const char *name)
{
    struct error *err = NULL;
    struct manifest manifest = { 0 };
    AUTO_FREE char *path = golden(name);
    assert_ok(manifest_read(path, &manifest, &err) == 0, err);
    return manifest;
}

static struct certificate *user_certificate(void)
{
    struct error *err = NULL;
    AUTO_FREE char *path = golden("user-cert.pem");
    struct certificate *certificate = certificate_read(path, &err);
    assert_ok(certificate, err);
    return certificate;
}

static struct private_key *user_key(void)
{
    struct error *err = NULL;
    AUTO_FREE char *path = golden("user-key.pem");
    struct private_key *key = private_key_read(path, NULL, &err);
    assert_ok(key, err);
    return key;
}

#define LONG_NAME                                                                                  \
    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"   \
    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"

static void every_signed_manifest_is_authentic(void **state)
{
    (void)state;
    static const char *const names[] = {
        "A/golden.img.manifest.xml",
        "C/image.manifest.xml",
        "edge/dense/dense.img.manifest.xml",
        "edge/longname/" LONG_NAME ".manifest.xml",
        "old/v3.manifest.xml",
        "old/v20070829.manifest.xml",
        "old/kernel.manifest.xml",
        "old/ramdisk.manifest.xml",
        "old/full.manifest.xml",
        "old/escapes.manifest.xml",
    };
    struct error *err = NULL;
    AUTO(certificate_free) struct certificate *certificate = user_certificate();
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        AUTO_MANIFEST struct manifest manifest = read_golden(names[i]);
        if (manifest_check_signature(&manifest, certificate, &err))
            fail_msg("%s: %s", names[i], err->message);
    }
}

static void edited_signed_field_is_a_mismatch(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } edits[] = {
        { "x86_64", "x86_32" },
        { "<size>25165824", "<size>25165825" },
        { "ami-11111111", "ami-11111112" },
        { "/dev/sda1", "/dev/sdb1" },
    };
    struct error *err = NULL;
    AUTO(certificate_free) struct certificate *certificate = user_certificate();
    AUTO_FREE char *path = golden("old/full.manifest.xml");
    for (size_t i = 0; i < ARRAY_SIZE(edits); i++) {
        size_t length;
        AUTO_FREE char *text = file_read(path, 1 << 20, &length, &err);
        assert_ok(text, err);
        char *at = strstr(text, edits[i].from);
        assert_non_null(at);
        memcpy(at, edits[i].to, strlen(edits[i].to));
        AUTO_MANIFEST struct manifest manifest = { 0 };
        assert_ok(manifest_parse(text, length, "edited", &manifest, &err) == 0, err);
        assert_int_equal(manifest_check_signature(&manifest, certificate, &err), -1);
        assert_error(err, ERROR_MISMATCH, "signature");
    }
}

static void aws_manifests_are_written_again_byte_for_byte(void **state)
{
    (void)state;
    static const char *const names[] = {
        "A/golden.img.manifest.xml", "edge/dense/dense.img.manifest.xml",
        "old/kernel.manifest.xml",   "old/ramdisk.manifest.xml",
        "old/full.manifest.xml",     "old/escapes.manifest.xml",
    };
    struct error *err = NULL;
    AUTO(private_key_free) struct private_key *key = user_key();
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        AUTO_FREE char *path = golden(names[i]);
        size_t expected_length, length;
        AUTO_FREE char *expected = file_read(path, 1 << 20, &expected_length, &err);
        assert_ok(expected, err);
        AUTO_MANIFEST struct manifest manifest = read_golden(names[i]);
        AUTO_FREE char *text = manifest_format(&manifest, key, &length, &err);
        assert_ok(text, err);
        assert_string_equal(text, expected);
        assert_int_equal(length, expected_length);
    }
}

static void every_field_of_the_fullest_manifest_is_read(void **state)
{
    (void)state;
    AUTO_MANIFEST struct manifest manifest = read_golden("old/full.manifest.xml");
    assert_int_equal(manifest.version, MANIFEST_2007_10_10);
    assert_string_equal(manifest.bundler_name, "ec2-ami-tools");
    assert_string_equal(manifest.bundler_version, "1.5");
    assert_string_equal(manifest.bundler_release, "3");
    assert_string_equal(manifest.architecture, "x86_64");
    assert_int_equal(manifest.mapping_count, 2);
    assert_string_equal(manifest.mappings[0].virtual_name, "ami");
    assert_string_equal(manifest.mappings[0].device, "sda1");
    assert_string_equal(manifest.kernel_id, "aki-0123abcd");
    assert_string_equal(manifest.ramdisk_id, "ari-4567ef01");
    assert_int_equal(manifest.product_codes.count, 2);
    assert_string_equal(manifest.product_codes.items[1], "E5F6A7B8");
    assert_string_equal(manifest.name, "golden.img");
    assert_string_equal(manifest.user, "123456789012");
    assert_string_equal(manifest.type, "machine");
    assert_null(manifest.kernel_name);
    assert_int_equal(manifest.ancestry.count, 2);
    assert_string_equal(manifest.ancestry.items[0], "ami-11111111");
    assert_string_equal(manifest.digest, "786b9d217ec371d6358df355dd268d654cebb08f");
    assert_int_equal(manifest.size, 25165824);
    assert_int_equal(manifest.bundled_size, 13742016);
    assert_int_equal(manifest.part_count, 2);
    assert_string_equal(manifest.parts[1].filename, "golden.img.part.1");
}

static void old_versions_lack_what_came_later(void **state)
{
    (void)state;
    AUTO_MANIFEST struct manifest oldest = read_golden("old/v3.manifest.xml");
    assert_int_equal(oldest.version, MANIFEST_3);
    assert_null(oldest.architecture);
    assert_null(oldest.type);
    AUTO_MANIFEST struct manifest old = read_golden("old/v20070829.manifest.xml");
    assert_int_equal(old.version, MANIFEST_2007_08_29);
    assert_string_equal(old.architecture, "i386");
    assert_null(old.type);
    AUTO_MANIFEST struct manifest kernel = read_golden("old/kernel.manifest.xml");
    assert_string_equal(kernel.type, "kernel");
    assert_string_equal(kernel.kernel_name, "vmlinuz-2.6.21.7-2.fc8xen");
}

static void escapes_become_the_characters_they_stand_for(void **state)
{
    (void)state;
    AUTO_MANIFEST struct manifest manifest = read_golden("old/escapes.manifest.xml");
    assert_string_equal(manifest.mappings[0].virtual_name, "e&<>\"'x");
    assert_string_equal(manifest.mappings[0].device, "s'd\"a&<>\xc3\xa9"
                                                     "1");
}

static void unsigned_manifest_is_read_and_not_authentic(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(certificate_free) struct certificate *certificate = user_certificate();
    AUTO_MANIFEST struct manifest manifest =
        read_golden("edge/euca-unsigned/unsigned.manifest.xml");
    assert_string_equal(manifest.signature, "UNSIGNED");
    assert_string_equal(manifest.user_encrypted_key, "");
    assert_int_equal(manifest_check_signature(&manifest, certificate, &err), -1);
    assert_error(err, ERROR_MISMATCH, "not signed");
}

int main(void)
{
    require_golden();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_signed_manifest_is_authentic),
        cmocka_unit_test(edited_signed_field_is_a_mismatch),
        cmocka_unit_test(aws_manifests_are_written_again_byte_for_byte),
        cmocka_unit_test(every_field_of_the_fullest_manifest_is_read),
        cmocka_unit_test(old_versions_lack_what_came_later),
        cmocka_unit_test(escapes_become_the_characters_they_stand_for),
        cmocka_unit_test(unsigned_manifest_is_read_and_not_authentic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
