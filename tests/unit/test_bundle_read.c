/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles read back: sound ones whole, and each way of being damaged or hostile by its name. */
#include "tests/unit/output_device.h"
#include "tests/unit/sample_bundle.h"

#include <sys/stat.h>

enum { IMAGE_SIZE = 300 << 10 };

static struct sample *sample;
static unsigned char content[IMAGE_SIZE]; /* does not compress: several parts */

static int make_sample(void **state)
{
    (void)state;
    sample = sample_new();
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof(content); i++) {
        seed = seed * 1664525 + 1013904223;
        content[i] = (unsigned char)(seed >> 24);
    }
    return 0;
}

static int drop_sample(void **state)
{
    (void)state;
    sample_free(sample);
    return 0;
}

static void plain_tar(struct bytes *tar)
{
    tar_header(tar, '0', IMAGE_SIZE, 0, NULL, 0);
    tar_data(tar, content, IMAGE_SIZE);
    tar_end(tar);
}

static void make_plain(void)
{
    AUTO_BYTES struct bytes tar = { 0 };
    plain_tar(&tar);
    sample_from_tar(sample, &tar, IMAGE_SIZE);
    assert_true(sample->manifest.part_count > 3);
}

static int extract_with(const struct private_key *key, struct output_device *output,
                        struct error **err)
{
    return bundle_extract(&sample->manifest, key, sample->directory, &output->device, NULL, NULL,
                          NULL, err);
}

static void assert_extract_fails(enum error_cause cause, const char *sentence)
{
    struct error *err = NULL;
    AUTO_OUTPUT struct output_device output = output_device_new(sample->manifest.size);
    if (extract_with(sample->key, &output, &err) == 0)
        fail_msg("extracted although it should fail: %s", sentence);
    assert_error(err, cause, sentence);
}

static void assert_extracts_content(void)
{
    struct error *err = NULL;
    AUTO_OUTPUT struct output_device output = output_device_new(sample->manifest.size);
    assert_ok(extract_with(sample->key, &output, &err) == 0, err);
    assert_int_equal(output.position, IMAGE_SIZE);
    assert_memory_equal(output.bytes, content, IMAGE_SIZE);
}

static struct bundle_report verify(const struct private_key *key)
{
    struct error *err = NULL;
    const struct bundle_keys keys = { .user_key = key };
    struct bundle_report report = { 0 };
    assert_ok(bundle_verify(&sample->manifest, &keys, sample->directory, NULL, &report, &err) == 0,
              err);
    return report;
}

static void flip(size_t index, long offset)
{
    AUTO_FREE char *path = part_path(sample, index);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    fseek(file, offset, SEEK_SET);
    int byte = fgetc(file);
    fseek(file, offset, SEEK_SET);
    fputc(byte ^ 1, file);
    fclose(file);
}

static void sound_bundle_gives_its_image_to_both_keys(void **state)
{
    (void)state;
    struct error *err = NULL;
    make_plain();
    assert_extracts_content();
    AUTO_OUTPUT struct output_device output = output_device_new(IMAGE_SIZE);
    assert_ok(extract_with(sample->ec2_key, &output, &err) == 0, err);
    assert_memory_equal(output.bytes, content, IMAGE_SIZE);
}

static void member_time_is_told(void **state)
{
    (void)state;
    struct error *err = NULL;
    make_plain();
    int64_t mtime = 0;
    AUTO_OUTPUT struct output_device output = output_device_new(IMAGE_SIZE);
    assert_ok(bundle_extract(&sample->manifest, sample->key, sample->directory, &output.device,
                             NULL, &mtime, NULL, &err) == 0,
              err);
    assert_int_equal(mtime, 1234567890);
}

static void wrong_key_is_told_from_damage(void **state)
{
    (void)state;
    struct error *err = NULL;
    make_plain();
    AUTO_OUTPUT struct output_device output = output_device_new(IMAGE_SIZE);
    assert_int_equal(extract_with(sample->stranger, &output, &err), -1);
    assert_error(err, ERROR_INVALID, "not a key of this bundle");
    assert_int_equal(output.position, 0);
}

/* A plaintext that is not 32 lower-case digits comes from a wrong key, whatever OpenSSL says. */
static void key_that_is_no_hexadecimal_text_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = { "0123456789abcdef0123456789ABCDEF",
                                         "0123456789abcdef0123456789abcde",
                                         "0123456789abcdef0123456789abcdef0",
                                         "0123456789abcdef0123456789abcdeg", "" };
    struct error *err = NULL;
    make_plain();
    free(STEAL(sample->manifest.ec2_encrypted_key));
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        free(sample->manifest.user_encrypted_key);
        sample->manifest.user_encrypted_key =
            certificate_encrypt(sample->certificate, texts[i], strlen(texts[i]), &err);
        assert_extract_fails(ERROR_INVALID, "not a key of this bundle");
    }
}

static void missing_part_is_named(void **state)
{
    (void)state;
    make_plain();
    AUTO_FREE char *path = part_path(sample, 2);
    assert_int_equal(unlink(path), 0);
    assert_extract_fails(ERROR_MISMATCH, "part 2 (image.part.2) is missing from");
    assert_int_equal(mkdir(path, 0700), 0);
    assert_extract_fails(ERROR_MISMATCH, "part 2 (image.part.2) is not a regular file");
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_extract_fails(ERROR_MISMATCH, "part 2 (image.part.2) is not a regular file");
    assert_int_equal(unlink(path), 0);
}

static void part_of_another_length_is_a_mismatch(void **state)
{
    (void)state;
    make_plain();
    AUTO_FREE char *path = part_path(sample, 1);
    assert_int_equal(truncate(path, 1000), 0);
    assert_extract_fails(ERROR_MISMATCH, "part 1 (image.part.1) is damaged");
    assert_int_equal(truncate(path, (64 << 10) + 1), 0);
    assert_extract_fails(ERROR_MISMATCH, "part 1 (image.part.1) is damaged");
    /* The sum is right, two parts are not. */
    AUTO_FREE char *other = part_path(sample, 2);
    assert_int_equal(truncate(other, (64 << 10) - 1), 0);
    assert_extract_fails(ERROR_MISMATCH, "part 1 (image.part.1) is damaged");
}

/* With the usual part size the message can say more. */
static void short_part_of_the_usual_size_is_called_short(void **state)
{
    (void)state;
    AUTO_BYTES struct bytes tar = { 0 };
    AUTO_BYTES struct bytes gzip = { 0 };
    plain_tar(&tar);
    gzip_add(&gzip, &tar);
    sample_encrypt(sample, &tar, &gzip, IMAGE_SIZE, BUNDLE_PART_SIZE);
    AUTO_FREE char *path = part_path(sample, 0);
    assert_int_equal(truncate(path, 1000), 0);
    assert_extract_fails(ERROR_MISMATCH, "part 0 (image.part.0) is too short: it has 1000 bytes");
    assert_int_equal(truncate(path, 1 << 20), 0);
    assert_extract_fails(ERROR_MISMATCH, "part 0 (image.part.0) is too long: it has 1048576 bytes");
}

static void flipped_byte_is_blamed_on_its_part(void **state)
{
    (void)state;
    make_plain();
    flip(3, 77);
    assert_extract_fails(ERROR_MISMATCH, "part 3 (image.part.3) is damaged: its SHA-1 is");
    make_plain();
    flip(0, 5);
    assert_extract_fails(ERROR_MISMATCH, "part 0 (image.part.0) is damaged: its SHA-1 is");
}

static void parts_may_be_symbolic_links(void **state)
{
    (void)state;
    make_plain();
    AUTO_FREE char *path = part_path(sample, 0);
    AUTO_FREE char *elsewhere = xasprintf("%s/elsewhere", sample->directory);
    assert_int_equal(rename(path, elsewhere), 0);
    assert_int_equal(symlink("elsewhere", path), 0);
    assert_extracts_content();
    assert_int_equal(unlink(path), 0);
}

static void image_of_another_size_is_a_mismatch(void **state)
{
    (void)state;
    make_plain();
    sample->manifest.size--;
    assert_extract_fails(ERROR_MISMATCH, "larger than the manifest says");
    sample->manifest.size += 2;
    assert_extract_fails(ERROR_MISMATCH, "smaller than the manifest says");
}

static void other_tar_digest_is_a_mismatch(void **state)
{
    (void)state;
    make_plain();
    free(sample->manifest.digest);
    sample->manifest.digest = xstrdup("da39a3ee5e6b4b0d3255bfef95601890afd80709");
    assert_extract_fails(ERROR_MISMATCH, "digest does not match");
}

static void digest_covers_what_follows_the_member(void **state)
{
    (void)state;
    AUTO_BYTES struct bytes tar = { 0 };
    plain_tar(&tar);
    bytes_add(&tar, "behind the end", 14);
    sample_from_tar(sample, &tar, IMAGE_SIZE);
    assert_extracts_content();
}

static void first_member_counts_and_others_are_passed_over(void **state)
{
    (void)state;
    AUTO_BYTES struct bytes tar = { 0 };
    tar_header(&tar, '0', IMAGE_SIZE, 0, NULL, 0);
    tar_data(&tar, content, IMAGE_SIZE);
    tar_header(&tar, '0', 5, 0, NULL, 0);
    tar_data(&tar, "other", 5);
    tar_end(&tar);
    sample_from_tar(sample, &tar, IMAGE_SIZE);
    assert_extracts_content();
}

static void archive_without_an_end_is_taken(void **state)
{
    (void)state;
    AUTO_BYTES struct bytes tar = { 0 };
    tar_header(&tar, '0', IMAGE_SIZE, 0, NULL, 0);
    tar_data(&tar, content, IMAGE_SIZE);
    sample_from_tar(sample, &tar, IMAGE_SIZE);
    assert_extracts_content();
}

static void member_of_another_kind_is_refused(void **state)
{
    (void)state;
    static const char kinds[] = { '1', '2', '3', '4', '5', '6' };
    for (size_t i = 0; i < sizeof(kinds); i++) {
        AUTO_BYTES struct bytes tar = { 0 };
        tar_header(&tar, kinds[i], 0, 0, NULL, 0);
        tar_end(&tar);
        sample_from_tar(sample, &tar, 0);
        assert_extract_fails(ERROR_MISMATCH, "not a regular file");
    }
}

static void archive_that_is_none_is_refused(void **state)
{
    (void)state;
    AUTO_BYTES struct bytes noise = { 0 };
    bytes_add(&noise, content, 4096);
    sample_from_tar(sample, &noise, IMAGE_SIZE);
    assert_extract_fails(ERROR_MISMATCH, "reading the tar archive");
    AUTO_BYTES struct bytes zeros = { 0 };
    bytes_add_zeros(&zeros, 10240);
    sample_from_tar(sample, &zeros, IMAGE_SIZE);
    assert_extract_fails(ERROR_MISMATCH, "reading the tar archive");
    AUTO_BYTES struct bytes torn = { 0 };
    tar_header(&torn, '0', IMAGE_SIZE, 0, NULL, 0);
    bytes_add(&torn, content, 1000);
    sample_from_tar(sample, &torn, IMAGE_SIZE);
    assert_extract_fails(ERROR_MISMATCH, "reading the tar archive");
}

static void holes_of_a_sparse_member_become_zeros(void **state)
{
    (void)state;
    struct error *err = NULL;
    static const struct map_entry map[] = { { 4096, 1024 }, { 65536, 512 }, { IMAGE_SIZE, 0 } };
    AUTO_BYTES struct bytes tar = { 0 };
    tar_header(&tar, 'S', 1536, IMAGE_SIZE, map, ARRAY_SIZE(map));
    tar_data(&tar, content, 1536);
    tar_end(&tar);
    sample_from_tar(sample, &tar, IMAGE_SIZE);
    AUTO_FREE unsigned char *expected = xcalloc(IMAGE_SIZE, 1);
    memcpy(expected + 4096, content, 1024);
    memcpy(expected + 65536, content + 1024, 512);
    AUTO_OUTPUT struct output_device output = output_device_new(IMAGE_SIZE);
    assert_ok(extract_with(sample->key, &output, &err) == 0, err);
    assert_memory_equal(output.bytes, expected, IMAGE_SIZE);
    assert_int_equal(output.zeroed, IMAGE_SIZE - 1536);
}

static void image_that_is_one_hole_becomes_zeros(void **state)
{
    (void)state;
    struct error *err = NULL;
    static const struct map_entry map[] = { { IMAGE_SIZE, 0 } };
    AUTO_BYTES struct bytes tar = { 0 };
    tar_header(&tar, 'S', 0, IMAGE_SIZE, map, ARRAY_SIZE(map));
    tar_end(&tar);
    sample_from_tar(sample, &tar, IMAGE_SIZE);
    AUTO_OUTPUT struct output_device output = output_device_new(IMAGE_SIZE);
    assert_ok(extract_with(sample->key, &output, &err) == 0, err);
    assert_int_equal(output.zeroed, IMAGE_SIZE);
}

static void disorderly_sparse_map_is_refused(void **state)
{
    (void)state;
    static const struct map_entry maps[][2] = {
        { { 65536, 512 }, { 4096, 512 } },      /* descending */
        { { 4096, 1024 }, { 4608, 512 } },      /* overlapping */
        { { 4096, 512 }, { IMAGE_SIZE, 512 } }, /* beyond the end */
        { { 4096, 512 }, { IMAGE_SIZE - 1, 512 } }, { { 4096, 512 }, { 8589934591, 512 } },
    };
    for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
        AUTO_BYTES struct bytes tar = { 0 };
        long long stored = maps[i][0].length + maps[i][1].length;
        tar_header(&tar, 'S', stored, IMAGE_SIZE, maps[i], 2);
        tar_data(&tar, content, (size_t)stored);
        tar_end(&tar);
        sample_from_tar(sample, &tar, IMAGE_SIZE);
        assert_extract_fails(ERROR_MISMATCH, "");
    }
}

/* A map that never ends would fill our output. */
static void endless_sparse_map_is_refused(void **state)
{
    (void)state;
    AUTO_BYTES struct bytes tar = { 0 };
    static const struct map_entry map[] = { { 1, 0 } };
    tar_header(&tar, 'S', 0, IMAGE_SIZE, map, 1);
    tar.data[482] = 1; /* extension blocks follow */
    unsigned sum = 0;
    memset(tar.data + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++)
        sum += tar.data[i];
    snprintf((char *)tar.data + 148, 8, "%06o", sum);
    tar.data[155] = ' ';
    char block[512] = { [504] = 1 };
    for (size_t i = 0; i < 21; i++)
        memcpy(block + 24 * i,
               "00000000001\0"
               "00000000000\0",
               24);
    for (size_t i = 0; i < 70000; i++)
        bytes_add(&tar, block, sizeof(block));
    sample_from_tar(sample, &tar, IMAGE_SIZE);
    sample->manifest.size = INT64_C(1) << 40;
    struct error *err = NULL;
    AUTO_OUTPUT struct output_device output = output_device_new(1);
    output.device.size = sample->manifest.size;
    assert_int_equal(extract_with(sample->key, &output, &err), -1);
    assert_error(err, ERROR_MISMATCH, "its header has more than");
}

static void decompression_bomb_is_stopped(void **state)
{
    (void)state;
    static const struct map_entry map[] = { { IMAGE_SIZE, 0 } };
    AUTO_BYTES struct bytes tar = { 0 };
    tar_header(&tar, 'S', 0, IMAGE_SIZE, map, ARRAY_SIZE(map));
    tar_end(&tar);
    bytes_add_zeros(&tar, 64 << 20);
    sample_from_tar(sample, &tar, IMAGE_SIZE);
    assert_extract_fails(ERROR_MISMATCH, "larger than the manifest's image size allows");
}

static void stream_that_is_not_gzip_is_damage(void **state)
{
    (void)state;
    AUTO_BYTES struct bytes tar = { 0 };
    plain_tar(&tar);
    AUTO_BYTES struct bytes noise = { 0 };
    bytes_add(&noise, content, 100000);
    sample_encrypt(sample, &tar, &noise, IMAGE_SIZE, 64 << 10);
    assert_extract_fails(ERROR_MISMATCH, "not gzip: the bundle is damaged");
    sample_encrypt(sample, &tar, &(struct bytes){ content, 1, 1 }, IMAGE_SIZE, 64 << 10);
    assert_extract_fails(ERROR_MISMATCH, "not gzip: the bundle is damaged");
}

static void gzip_member_must_be_whole_and_alone(void **state)
{
    (void)state;
    AUTO_BYTES struct bytes tar = { 0 };
    AUTO_BYTES struct bytes gzip = { 0 };
    plain_tar(&tar);
    gzip_add(&gzip, &tar);
    size_t whole = gzip.length;

    gzip.length = whole - 9; /* cuts into the data, behind which the CRC is missing too */
    sample_encrypt(sample, &tar, &gzip, IMAGE_SIZE, 64 << 10);
    assert_extract_fails(ERROR_MISMATCH, "the compressed stream ends too early");

    gzip.length = whole;
    bytes_add_zeros(&gzip, 100000);
    sample_encrypt(sample, &tar, &gzip, IMAGE_SIZE, 64 << 10);
    assert_extracts_content();

    gzip_add(&gzip, &tar);
    sample_encrypt(sample, &tar, &gzip, IMAGE_SIZE, 64 << 10);
    assert_extract_fails(ERROR_MISMATCH, "goes on behind its gzip member");

    gzip.length = whole;
    gzip.data[whole - 5] ^= 1; /* the CRC */
    sample_encrypt(sample, &tar, &gzip, IMAGE_SIZE, 64 << 10);
    assert_extract_fails(ERROR_MISMATCH, "the compressed stream is damaged");
}

static void device_of_another_size_is_our_own_failure(void **state)
{
    (void)state;
    struct error *err = NULL;
    make_plain();
    AUTO_OUTPUT struct output_device output = output_device_new(IMAGE_SIZE + 1);
    assert_int_equal(extract_with(sample->key, &output, &err), -1);
    assert_error(err, ERROR_FAILED, "to restore into");
}

static void verify_of_a_sound_bundle_checks_what_keys_allow(void **state)
{
    (void)state;
    make_plain();
    AUTO_REPORT struct bundle_report without = verify(NULL);
    assert_int_equal(without.fault_count, 0);
    assert_int_equal(without.verdicts[BUNDLE_CHECK_SIGNATURE], BUNDLE_NOT_CHECKED);
    assert_int_equal(without.verdicts[BUNDLE_CHECK_PARTS], BUNDLE_OK);
    assert_int_equal(without.verdicts[BUNDLE_CHECK_SIZES], BUNDLE_OK);
    assert_int_equal(without.verdicts[BUNDLE_CHECK_KEY], BUNDLE_NOT_CHECKED);
    assert_int_equal(without.verdicts[BUNDLE_CHECK_CONTENT], BUNDLE_NOT_CHECKED);
    AUTO_REPORT struct bundle_report with = verify(sample->key);
    assert_int_equal(with.fault_count, 0);
    assert_int_equal(with.verdicts[BUNDLE_CHECK_KEY], BUNDLE_OK);
    assert_int_equal(with.verdicts[BUNDLE_CHECK_CONTENT], BUNDLE_OK);
}

static void verify_finds_every_fault(void **state)
{
    (void)state;
    const struct private_key *const keys[] = { NULL, sample->key };
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        make_plain();
        flip(1, 0);
        flip(3, 9);
        AUTO_FREE char *path = part_path(sample, 2);
        assert_int_equal(unlink(path), 0);
        AUTO_REPORT struct bundle_report report = verify(keys[i]);
        assert_int_equal(report.fault_count, 4);
        for (int part = 1; part <= 3; part++) {
            assert_int_equal(report.faults[part - 1].part, part);
            assert_int_equal(report.faults[part - 1].check, BUNDLE_CHECK_PARTS);
            assert_int_equal(report.faults[part - 1].cause, ERROR_MISMATCH);
        }
        assert_int_equal(report.verdicts[BUNDLE_CHECK_PARTS], BUNDLE_BAD);
        assert_int_equal(report.faults[3].check, BUNDLE_CHECK_SIZES);
        assert_int_equal(report.verdicts[BUNDLE_CHECK_CONTENT], BUNDLE_NOT_CHECKED);
    }
}

static void verify_tells_a_wrong_key_and_goes_on(void **state)
{
    (void)state;
    make_plain();
    AUTO_REPORT struct bundle_report report = verify(sample->stranger);
    assert_int_equal(report.fault_count, 1);
    assert_int_equal(report.faults[0].check, BUNDLE_CHECK_KEY);
    assert_int_equal(report.faults[0].cause, ERROR_INVALID);
    assert_int_equal(report.verdicts[BUNDLE_CHECK_PARTS], BUNDLE_OK);
    assert_int_equal(report.verdicts[BUNDLE_CHECK_CONTENT], BUNDLE_NOT_CHECKED);
}

static void verify_blames_the_content_when_the_parts_are_sound(void **state)
{
    (void)state;
    make_plain();
    sample->manifest.size++;
    AUTO_REPORT struct bundle_report report = verify(sample->key);
    assert_int_equal(report.fault_count, 1);
    assert_int_equal(report.faults[0].check, BUNDLE_CHECK_CONTENT);
    assert_int_equal(report.faults[0].part, -1);
    assert_string_equal(bundle_check_name(report.faults[0].check), "content");
    assert_int_equal(report.verdicts[BUNDLE_CHECK_PARTS], BUNDLE_OK);
}

static void verify_checks_the_sum_of_the_sizes(void **state)
{
    (void)state;
    make_plain();
    sample->manifest.bundled_size += 16;
    AUTO_REPORT struct bundle_report report = verify(NULL);
    assert_int_equal(report.fault_count, 1);
    assert_int_equal(report.faults[0].check, BUNDLE_CHECK_SIZES);
    assert_int_equal(report.verdicts[BUNDLE_CHECK_PARTS], BUNDLE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_bundle_gives_its_image_to_both_keys),
        cmocka_unit_test(member_time_is_told),
        cmocka_unit_test(wrong_key_is_told_from_damage),
        cmocka_unit_test(key_that_is_no_hexadecimal_text_is_refused),
        cmocka_unit_test(missing_part_is_named),
        cmocka_unit_test(part_of_another_length_is_a_mismatch),
        cmocka_unit_test(short_part_of_the_usual_size_is_called_short),
        cmocka_unit_test(flipped_byte_is_blamed_on_its_part),
        cmocka_unit_test(parts_may_be_symbolic_links),
        cmocka_unit_test(image_of_another_size_is_a_mismatch),
        cmocka_unit_test(other_tar_digest_is_a_mismatch),
        cmocka_unit_test(digest_covers_what_follows_the_member),
        cmocka_unit_test(first_member_counts_and_others_are_passed_over),
        cmocka_unit_test(archive_without_an_end_is_taken),
        cmocka_unit_test(member_of_another_kind_is_refused),
        cmocka_unit_test(archive_that_is_none_is_refused),
        cmocka_unit_test(holes_of_a_sparse_member_become_zeros),
        cmocka_unit_test(image_that_is_one_hole_becomes_zeros),
        cmocka_unit_test(disorderly_sparse_map_is_refused),
        cmocka_unit_test(endless_sparse_map_is_refused),
        cmocka_unit_test(decompression_bomb_is_stopped),
        cmocka_unit_test(stream_that_is_not_gzip_is_damage),
        cmocka_unit_test(gzip_member_must_be_whole_and_alone),
        cmocka_unit_test(device_of_another_size_is_our_own_failure),
        cmocka_unit_test(verify_of_a_sound_bundle_checks_what_keys_allow),
        cmocka_unit_test(verify_finds_every_fault),
        cmocka_unit_test(verify_tells_a_wrong_key_and_goes_on),
        cmocka_unit_test(verify_blames_the_content_when_the_parts_are_sound),
        cmocka_unit_test(verify_checks_the_sum_of_the_sizes),
    };
    return cmocka_run_group_tests(tests, make_sample, drop_sample);
}
