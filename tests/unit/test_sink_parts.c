/* SPDX-License-Identifier: Apache-2.0 */
/* Parts are cut at the exact size, never empty, with the digest of what lies on disk. */
#include "forge/base/digest.h"
#include "manifest/sink_parts.h"
#include "tests/unit/check.h"
#include "tests/unit/memory_device.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { PART = 1000 };

static int write_stream(const char *directory, size_t count, size_t piece,
                        struct written_parts *parts, struct error **err)
{
    AUTO_FREE unsigned char *bytes = xcalloc(1, count + 1);
    fill_noise(bytes, count, 3);
    AUTO(sink_close)
    struct sink *sink = sink_parts_new(directory, PART, parts, &(struct bundle_stats){ 0 }, err);
    assert_non_null(sink);
    for (size_t done = 0; done < count; done += piece) {
        if (sink_write(sink, bytes + done, count - done < piece ? count - done : piece, err))
            return -1;
    }
    return sink_finish(sink, err);
}

static void parts_are_cut_at_the_exact_size(void **state)
{
    (void)state;
    const struct {
        size_t bytes, parts, last;
    } rows[] = {
        { 1, 1, 1 },
        { PART - 1, 1, PART - 1 },
        { PART, 1, PART },
        { PART + 1, 2, 1 },
        { 3 * PART, 3, PART },
        { 3 * PART + 1, 4, 1 },
        { 10 * PART, 10, PART },
        { 0, 0, 0 },
    };
    const size_t pieces[] = { 7, PART, 64 * PART };
    for (size_t i = 0; i < ARRAY_SIZE(rows) * ARRAY_SIZE(pieces); i++) {
        size_t row = i / ARRAY_SIZE(pieces);
        struct error *err = NULL;
        char *directory = make_scratch();
        AUTO_PARTS struct written_parts parts = { 0 };
        int result =
            write_stream(directory, rows[row].bytes, pieces[i % ARRAY_SIZE(pieces)], &parts, &err);
        assert_ok(result == 0, err);
        assert_int_equal(parts.count, rows[row].parts);
        assert_int_equal(parts.bytes, rows[row].bytes);
        for (size_t j = 0; j < parts.count; j++) {
            struct stat status;
            assert_int_equal(stat(parts.items[j].path, &status), 0);
            assert_int_equal(status.st_size, j + 1 < parts.count ? PART : (int)rows[row].last);
            assert_int_equal(status.st_mode & 07777, 0644);
            AUTO_FREE char *digest = digest_file(DIGEST_SHA1, parts.items[j].path, &err);
            assert_ok(digest, err);
            assert_string_equal(digest, parts.items[j].digest);
        }
        remove_scratch(directory);
    }
}

static void the_mode_does_not_depend_on_the_umask(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *directory = make_scratch();
    AUTO_PARTS struct written_parts parts = { 0 };
    mode_t before = umask(0077);
    assert_ok(write_stream(directory, 5, 5, &parts, &err) == 0, err);
    umask(before);
    struct stat status;
    assert_int_equal(stat(parts.items[0].path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0644);
    remove_scratch(directory);
}

static void a_disk_without_room_is_said_so(void **state)
{
    (void)state;
    AUTO_PARTS struct written_parts parts = { 0 };
    struct error *err = NULL;
    AUTO(sink_close)
    struct sink *sink =
        sink_parts_new("/proc/self", PART, &parts, &(struct bundle_stats){ 0 }, &err);
    assert_ok(sink, err);
    assert_int_equal(sink_write(sink, "x", 1, &err), -1);
    assert_error(err, ERROR_FAILED, "making part 0: ");
    assert_null(sink_parts_new("/tmp", 0, &parts, &(struct bundle_stats){ 0 }, &err));
    assert_error(err, ERROR_USAGE, "a part size of 0 bytes is impossible");
}

/* The limit on a file's size stands for a full disk: both fail in write(2). */
static void a_failing_write_names_the_part(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *directory = make_scratch();
    AUTO_PARTS struct written_parts parts = { 0 };
    struct rlimit before, small;
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = PART / 2;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    int result = write_stream(directory, PART, PART, &parts, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(result, -1);
    assert_error(err, ERROR_FAILED, "writing part 0: File too large");
    remove_scratch(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_cut_at_the_exact_size),
        cmocka_unit_test(the_mode_does_not_depend_on_the_umask),
        cmocka_unit_test(a_disk_without_room_is_said_so),
        cmocka_unit_test(a_failing_write_names_the_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
