/* SPDX-License-Identifier: Apache-2.0 */
/* The rest of base: secrets, JSON from hostile bytes, digests, device ranges, processors. */
#include "forge/base/cpu.h"
#include "forge/base/device.h"
#include "forge/base/digest.h"
#include "forge/base/json.h"
#include "forge/base/secret.h"
#include "forge/base/strings.h"
#include "tests/unit/check.h"

#include <sched.h>

static void secrets_come_from_environment_file_and_descriptor(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *dir = make_scratch();
    AUTO_FREE char *path = path_join(dir, "secret");
    FILE *file = fopen(path, "w+");
    fputs("swordfish\n", file);
    rewind(file);
    setenv("FORGE_TEST_SECRET", "swordfish", 1);
    AUTO_FREE char *by_file = xasprintf("file:%s", path);
    AUTO_FREE char *by_fd = xasprintf("fd:%d", fileno(file));
    const char *references[] = { "env:FORGE_TEST_SECRET", by_file, by_fd };
    for (size_t i = 0; i < ARRAY_SIZE(references); i++) {
        AUTO(secret_free) struct secret *secret = secret_read(references[i], &err);
        assert_ok(secret, err);
        assert_string_equal(secret->text, "swordfish");
    }
    fclose(file);
    remove_scratch(dir);
}

static void a_secret_given_by_mistake_is_not_repeated(void **state)
{
    (void)state;
    struct error *err = NULL;
    assert_null(secret_read("swordfish", &err));
    assert_null(strstr(err->message, "swordfish"));
    assert_error(err, ERROR_USAGE, "env:NAME, file:PATH or fd:NUMBER");
    assert_null(secret_read("env:FORGE_TEST_NOT_SET", &err));
    assert_error(err, ERROR_USAGE, "FORGE_TEST_NOT_SET is not set");
}

static void json_replaces_what_is_not_utf8(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "plain", "plain" },
        { "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
        { "a\xff\x62", "a\xef\xbf\xbd\x62" },
        { "\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd" },                 /* overlong */
        { "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* surrogate */
        { "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
        { "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
        { "end\xe2\x82", "end\xef\xbf\xbd\xef\xbf\xbd" }, /* cut short */
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(json_decref) json_t *value = json_text(cases[i][0]);
        assert_string_equal(json_string_value(value), cases[i][1]);
    }
    assert_true(json_is_null(json_text(NULL)));
}

/* FIPS 180-4's and RFC 1321's example "abc". */
static void digests_are_those_of_the_standards(void **state)
{
    (void)state;
    static const struct {
        enum digest_kind kind;
        const char *expected;
    } cases[] = {
        { DIGEST_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
        { DIGEST_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { DIGEST_MD5, "900150983cd24fb0d6963f7d28e17f72" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error *err = NULL;
        AUTO(digest_free) struct digest *digest = digest_new(cases[i].kind, &err);
        assert_ok(digest, err);
        digest_update(digest, "a", 1);
        digest_update(digest, "bc", 2);
        AUTO_FREE char *hex = digest_final_hex(digest);
        assert_string_equal(hex, cases[i].expected);
    }
}

static int never(struct device *device, void *buffer, size_t count, int64_t offset,
                 struct error **err)
{
    (void)device, (void)buffer, (void)count, (void)offset, (void)err;
    fail_msg("a range outside the device reached it");
    return 0;
}

static void ranges_outside_a_device_never_reach_it(void **state)
{
    (void)state;
    static const struct device_ops ops = { .pread = never };
    struct device device = { .ops = &ops, .size = 100 };
    char byte;
    static const struct {
        int64_t offset;
        size_t count;
    } bad[] = { { -1, 1 }, { 100, 1 }, { 99, 2 }, { INT64_MAX, 1 }, { 0, 101 } };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct error *err = NULL;
        assert_int_equal(device_pread(&device, &byte, bad[i].count, bad[i].offset, &err), -1);
        assert_error(err, ERROR_INVALID, "lies outside the image of 100 bytes");
    }
    struct error *err = NULL;
    assert_int_equal(device_pwrite(&device, &byte, 1, 0, &err), -1);
    assert_error(err, ERROR_FAILED, "reading only");
}

static void processors_follow_the_affinity(void **state)
{
    (void)state;
    cpu_set_t before, one;
    assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
    assert_true(cpu_count() >= 1 && cpu_count() <= (unsigned)CPU_COUNT(&before));
    int first = 0;
    while (!CPU_ISSET(first, &before))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    assert_int_equal(cpu_count(), 1);
    sched_setaffinity(0, sizeof(before), &before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_come_from_environment_file_and_descriptor),
        cmocka_unit_test(a_secret_given_by_mistake_is_not_repeated),
        cmocka_unit_test(json_replaces_what_is_not_utf8),
        cmocka_unit_test(digests_are_those_of_the_standards),
        cmocka_unit_test(ranges_outside_a_device_never_reach_it),
        cmocka_unit_test(processors_follow_the_affinity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
