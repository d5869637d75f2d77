/* SPDX-License-Identifier: Apache-2.0 */
/* The tar stream against FORMAT.md 2 byte by byte, and against GNU tar for the same files. */
#include "forge/base/process.h"
#include "forge/base/strings.h"
#include "manifest/bundle.h"
#include "manifest/bundle_stats.h"
#include "manifest/source_tar.h"
#include "tests/unit/check.h"
#include "tests/unit/memory_device.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { BLOCK = BUNDLE_SPARSE_BLOCK };

static struct sparse_map map_of(int64_t size, const struct sparse_run *runs, size_t count)
{
    struct sparse_map map = { .size = size, .runs = (struct sparse_run *)runs, .count = count };
    for (size_t i = 0; i < count; i++)
        map.data += runs[i].length;
    return map;
}

static void assert_field(const unsigned char *block, size_t offset, size_t length, const char *text)
{
    AUTO_FREE char *expected = xcalloc(1, length);
    memcpy(expected, text, strlen(text) < length ? strlen(text) : length);
    if (memcmp(block + offset, expected, length))
        fail_msg("offset %zu: \"%.*s\" is not \"%s\"", offset, (int)length,
                 (const char *)block + offset, text);
}

static void assert_bytes(const unsigned char *block, size_t offset, const char *hex)
{
    AUTO_FREE char *found = hex_encode(block + offset, strlen(hex) / 2);
    assert_string_equal(found, hex);
}

static void a_plain_header_has_the_fields_of_the_format(void **state)
{
    (void)state;
    const struct sparse_run all = { 0, 1000 };
    struct sparse_map map = map_of(1000, &all, 1);
    struct tar_member member = { .name = "web", .mtime = 01234567, .map = &map };
    unsigned char block[TAR_BLOCK];
    assert_int_equal(tar_header_blocks(&member), 1);
    tar_header_block(&member, 0, block);
    assert_field(block, 0, 100, "web");
    assert_field(block, 100, 8, "0000644");
    assert_field(block, 108, 8, "0000000");
    assert_field(block, 116, 8, "0000000");
    assert_field(block, 124, 12, "00000001750");
    assert_field(block, 136, 12, "00001234567");
    unsigned sum = 8 * ' ';
    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += i < 148 || i >= 156 ? block[i] : 0;
    AUTO_FREE char *checksum = xasprintf("%06o", sum);
    assert_field(block, 148, 7, checksum);
    assert_int_equal(block[155], ' ');
    assert_int_equal(block[156], '0');
    assert_field(block, 157, 100, "");
    assert_field(block, 257, 8, "ustar  ");
    assert_field(block, 265, 32, "root");
    assert_field(block, 297, 32, "root");
    assert_field(block, 329, 183, "");
    assert_int_equal(tar_stream_size(&member), 10240);
}

static void a_sparse_header_ends_its_map_with_the_size(void **state)
{
    (void)state;
    const struct sparse_run run = { BLOCK, BLOCK };
    struct sparse_map map = map_of(2 * BLOCK, &run, 1);
    struct tar_member member = { .name = "web", .map = &map };
    unsigned char block[TAR_BLOCK];
    tar_header_block(&member, 0, block);
    assert_field(block, 124, 12, "00000200000");
    assert_int_equal(block[156], 'S');
    assert_field(block, 386, 12, "00000200000");
    assert_field(block, 398, 12, "00000200000");
    assert_field(block, 410, 12, "00000400000");
    assert_field(block, 422, 12, "00000000000");
    assert_field(block, 434, 48, "");
    assert_int_equal(block[482], 0);
    assert_field(block, 483, 12, "00000400000");
}

static void the_map_goes_on_in_extension_blocks(void **state)
{
    (void)state;
    const struct {
        size_t runs;
        int64_t blocks;
    } rows[] = { { 3, 1 }, { 4, 2 }, { 24, 2 }, { 25, 3 }, { 45, 3 }, { 46, 4 } };
    for (size_t row = 0; row < ARRAY_SIZE(rows); row++) {
        struct sparse_run runs[64];
        for (size_t i = 0; i < rows[row].runs; i++)
            runs[i] = (struct sparse_run){ (int64_t)(2 * i) * BLOCK, BLOCK };
        struct sparse_map map = map_of((int64_t)(2 * rows[row].runs) * BLOCK, runs, rows[row].runs);
        struct tar_member member = { .name = "web", .map = &map };
        assert_int_equal(tar_header_blocks(&member), rows[row].blocks);
        for (int64_t i = 0; i < rows[row].blocks; i++) {
            unsigned char block[TAR_BLOCK];
            tar_header_block(&member, i, block);
            assert_int_equal(block[i ? 504 : 482], i + 1 < rows[row].blocks);
        }
    }
}

static void large_numbers_are_base_256(void **state)
{
    (void)state;
    const int64_t largest = INT64_C(8589934591);
    unsigned char block[TAR_BLOCK];
    const struct sparse_run runs[] = { { largest + 1, BLOCK } };
    struct sparse_map map = map_of(INT64_C(10) << 30, runs, 1);
    struct tar_member member = { .name = "web", .mtime = -1, .map = &map };
    tar_header_block(&member, 0, block);
    assert_bytes(block, 136, "ffffffffffffffffffffffff");
    assert_bytes(block, 386, "800000000000000200000000");
    assert_bytes(block, 483, "800000000000000280000000");

    const struct sparse_run dense = { 0, largest };
    map = map_of(largest, &dense, 1);
    tar_header_block(&member, 0, block);
    assert_field(block, 124, 12, "77777777777");
    const struct sparse_run more = { 0, largest + 1 };
    map = map_of(largest + 1, &more, 1);
    tar_header_block(&member, 0, block);
    assert_bytes(block, 124, "800000000000000200000000");
}

/* What the source gives, read in pieces of PIECE bytes; owned. */
static unsigned char *read_stream(struct device *image, const struct tar_member *member,
                                  size_t piece, size_t *length)
{
    struct error *err = NULL;
    *length = (size_t)tar_stream_size(member);
    unsigned char *stream = xcalloc(1, *length + 1);
    AUTO(source_close) struct source *source = source_tar_new(image, member);
    size_t at = 0;
    ssize_t got;
    while ((got = source_read(source, stream + at,
                              *length + 1 - at < piece ? *length + 1 - at : piece, &err)) > 0)
        at += (size_t)got;
    assert_ok(got == 0, err);
    assert_int_equal(at, *length);
    return stream;
}

/* Write the image with holes where its map has them, and archive it as AWS's tool does. */
static unsigned char *gnu_tar(const struct memory_device *memory, const struct tar_member *member,
                              size_t *length)
{
    struct error *err = NULL;
    char *directory = make_scratch();
    AUTO_FREE char *path = path_join(directory, member->name);
    AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, member->map->size), 0);
    for (size_t i = 0; i < member->map->count; i++) {
        const struct sparse_run *run = &member->map->runs[i];
        assert_int_equal(pwrite(fd, memory->bytes + run->offset, (size_t)run->length, run->offset),
                         run->length);
    }
    const struct timespec times[2] = { { .tv_sec = member->mtime }, { .tv_sec = member->mtime } };
    assert_int_equal(futimens(fd, times), 0);
    assert_int_equal(fsync(fd), 0);
    AUTO_FREE char *archive = path_join(directory, "archive.tar");
    const char *const argv[] = { "tar",          "-c",          "-h",         "-S",
                                 "--format=gnu", "--mode=0644", "--owner",    "0",
                                 "--group",      "0",           "-f",         archive,
                                 "-C",           directory,     member->name, NULL };
    assert_ok(process_run(argv, ERROR_FAILED, NULL, NULL, &err) == 0, err);
    AUTO_FD int in = open(archive, O_RDONLY | O_CLOEXEC);
    struct stat status;
    assert_int_equal(fstat(in, &status), 0);
    *length = (size_t)status.st_size;
    unsigned char *stream = xcalloc(1, *length + 1);
    assert_int_equal(read(in, stream, *length), *length);
    remove_scratch(directory);
    return stream;
}

/* BLOCKS as in "x.x": data or hole; the last block has TAIL bytes. */
static void compare_with_tar(const char *name, const char *blocks, int64_t tail, int64_t mtime)
{
    struct error *err = NULL;
    int64_t count = (int64_t)strlen(blocks);
    struct memory_device memory = memory_device_new((count - 1) * BLOCK + tail);
    for (int64_t i = 0; i < count; i++) {
        if (blocks[i] == 'x')
            fill_noise(memory.bytes + i * BLOCK, (size_t)(i + 1 < count ? BLOCK : tail),
                       (uint64_t)i);
    }
    AUTO_SPARSE_MAP struct sparse_map map = { 0 };
    assert_ok(sparse_map_scan(&memory.device, 2, NULL, &map, NULL, &(struct bundle_stats){ 0 },
                              &err) == 0,
              err);
    struct tar_member member = { .name = name, .mtime = mtime, .map = &map };
    size_t expected_length, length;
    AUTO_FREE unsigned char *expected = gnu_tar(&memory, &member, &expected_length);
    const size_t pieces[] = { 1 << 20, 700, 513 };
    for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
        AUTO_FREE unsigned char *stream = read_stream(&memory.device, &member, pieces[i], &length);
        assert_int_equal(length, expected_length);
        for (size_t at = 0; at < length; at += TAR_BLOCK) {
            if (memcmp(stream + at, expected + at, TAR_BLOCK))
                fail_msg("%s, %s: GNU tar writes block %zu differently", name, blocks,
                         at / TAR_BLOCK);
        }
    }
    free(memory.bytes);
}

static void the_stream_is_the_one_gnu_tar_writes(void **state)
{
    (void)state;
    /* More runs than a header and two extensions hold. */
    char many[128];
    for (size_t i = 0; i < sizeof(many); i++)
        many[i] = i % 2 ? '.' : 'x';
    many[sizeof(many) - 1] = '\0';
    char name_99[100], name_100[101], name_101[102], name_240[241];
    memset(name_99, 'n', sizeof(name_99));
    memset(name_100, 'n', sizeof(name_100));
    memset(name_101, 'n', sizeof(name_101));
    memset(name_240, 'n', sizeof(name_240));
    name_99[99] = name_100[100] = name_101[101] = name_240[240] = '\0';

    compare_with_tar("web", "x", BLOCK, 1700000000);
    compare_with_tar("web", "xx", 1, 1700000000);
    compare_with_tar("web", "x.", BLOCK, 1700000000);
    compare_with_tar("web", ".x", BLOCK, 1700000000);
    compare_with_tar("web", "..", BLOCK, 1700000000);
    compare_with_tar("web", "x.x.xx", 777, 0);
    compare_with_tar("web", many, BLOCK, 1);
    many[7] = '\0';
    compare_with_tar("web", many, BLOCK, 1);
    compare_with_tar(name_99, "x.", BLOCK, 1);
    compare_with_tar(name_100, "x.", BLOCK, 1);
    compare_with_tar(name_101, "x.", BLOCK, 1);
    compare_with_tar(name_240, "xx", BLOCK, 1);
}

static void a_failing_device_ends_the_stream(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct memory_device memory = memory_device_new(2 * BLOCK);
    const struct sparse_run all = { 0, 2 * BLOCK };
    struct sparse_map map = map_of(2 * BLOCK, &all, 1);
    struct tar_member member = { .name = "web", .map = &map };
    memory.fail_at = BLOCK;
    AUTO_FREE unsigned char *buffer = xcalloc(1, 1 << 20);
    AUTO(source_close) struct source *source = source_tar_new(&memory.device, &member);
    assert_int_equal(source_read_full(source, buffer, 1 << 20, &err), -1);
    assert_error(err, ERROR_FAILED, "bad sector");
    free(memory.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_header_has_the_fields_of_the_format),
        cmocka_unit_test(a_sparse_header_ends_its_map_with_the_size),
        cmocka_unit_test(the_map_goes_on_in_extension_blocks),
        cmocka_unit_test(large_numbers_are_base_256),
        cmocka_unit_test(the_stream_is_the_one_gnu_tar_writes),
        cmocka_unit_test(a_failing_device_ends_the_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
