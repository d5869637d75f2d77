/* SPDX-License-Identifier: Apache-2.0 */
/* Tables that sfdisk made are read, and a partition changes its size as sfdisk and e2fsck would
 * have it, with nothing else touched. */
#include "fsimage/partition_table.h"
#include "tests/unit/images.h"
#include "tests/unit/memory_device.h"
#include "tests/unit/scratch.h"

#include <unistd.h>

enum { MEBI = 1 << 20, SECTOR = 512 };

static char *path;

static int begin(void **state)
{
    int result = set_up(state);
    path = path_join(dir, "disk");
    return result;
}

static int end(void **state)
{
    free(path);
    return tear_down(state);
}

/* A disk of SIZE bytes that sfdisk partitions as SCRIPT says, boot code before its table. */
static struct device *make_disk(int64_t size, const char *script)
{
    struct error *err = NULL;
    unsigned char noise[440];
    unlink(path);
    struct device *device = device_create_raw(path, size, &err);
    assert_ok(device, err);
    AUTO_FREE char *command =
        xasprintf("printf '%s' | sfdisk -q --no-reread --no-tell-kernel '%s'", script, path);
    assert_int_equal(system(command), 0);
    fill_noise(noise, sizeof(noise), 7);
    assert_ok(device_pwrite(device, noise, sizeof(noise), 0, &err) == 0, err);
    return device;
}

static char *output_of(const char *program, const char *option)
{
    struct error *err = NULL;
    char *output = NULL;
    const char *const argv[] = { program, option, path, NULL };
    assert_ok(process_run(argv, ERROR_FAILED, &output, NULL, &err) == 0, err);
    return output;
}

static void assert_dump(const char *text)
{
    AUTO_FREE char *output = output_of("sfdisk", "-d");
    if (!strstr(output, text))
        fail_msg("sfdisk -d does not say \"%s\":\n%s", text, output);
}

/* libfdisk finds both copies of the table in order. */
static void assert_intact(void)
{
    AUTO_FREE char *output = output_of("sfdisk", "-V");
    if (!strstr(output, "No errors detected"))
        fail_msg("sfdisk -V: %s", output);
}

static void assert_boot_code(struct device *disk)
{
    struct error *err = NULL;
    unsigned char noise[440], found[440];
    fill_noise(noise, sizeof(noise), 7);
    assert_ok(device_pread(disk, found, sizeof(found), 0, &err) == 0, err);
    assert_memory_equal(noise, found, sizeof(noise));
}

#define GPT                                                                                        \
    "label: gpt\\nfirst-lba: 2048\\n"                                                              \
    "start=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649, name=\"boot here\"\\n"      \
    "start=4096, size=8192, type=L, uuid=5CA1AB1E-0000-4000-8000-000000000001, "                   \
    "name=\"root\", attrs=\"LegacyBIOSBootable\"\\n"
#define MBR                                                                                        \
    "label: dos\\nlabel-id: 0x5ca1ab1e\\n"                                                         \
    "start=2048, size=4096, type=82\\nstart=6144, size=8192, type=83, bootable\\n"

static void what_a_disk_holds_is_read(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(device_close) struct device *disk = make_disk(16 * MEBI, GPT);
    AUTO_PARTITIONS struct partition_table table = { 0 };
    assert_ok(partition_table_read(disk, &table, &err) == 0, err);
    assert_int_equal(table.scheme, PARTITIONS_GPT);
    assert_int_equal(table.count, 2);
    assert_int_equal(table.items[1].number, 2);
    assert_int_equal(table.items[1].area.offset, 2 * MEBI);
    assert_int_equal(table.items[1].area.size, 4 * MEBI);
    assert_ptr_equal(partition_table_last(&table), &table.items[1]);
}

static void logical_partitions_are_found_in_theirs(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(device_close)
    struct device *disk =
        make_disk(16 * MEBI, "label: dos\\nstart=2048, size=4096, type=83\\n"
                             "start=8192, size=16384, type=5\\n"
                             "start=10240, size=2048, type=83\\nstart=14336, size=2048, type=83\\n"
                             "start=18432, size=2048, type=82\\n");
    AUTO_PARTITIONS struct partition_table table = { 0 };
    assert_ok(partition_table_read(disk, &table, &err) == 0, err);
    assert_int_equal(table.scheme, PARTITIONS_MBR);
    assert_int_equal(table.count, 5);
    static const unsigned numbers[] = { 1, 2, 5, 6, 7 };
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        assert_int_equal(table.items[i].number, numbers[i]);
        assert_int_equal(table.items[i].extended, numbers[i] == 2);
        assert_int_equal(table.items[i].logical, numbers[i] >= 5);
    }
    assert_int_equal(partition_table_last(&table)->number, 2);
}

static void a_disk_without_a_table_has_none(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct memory_device memory = memory_device_new(4 * MEBI);
    AUTO_PARTITIONS struct partition_table table = { 0 };
    assert_ok(partition_table_read(&memory.device, &table, &err) == 0, err);
    assert_int_equal(table.scheme, PARTITIONS_NONE);
    assert_null(partition_table_last(&table));
    free(memory.bytes);
}

static void an_mbr_partition_grows_and_shrinks(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(device_close) struct device *disk = make_disk(8 * MEBI, MBR);
    assert_int_equal(truncate(path, 32 * MEBI), 0);
    disk->size = 32 * MEBI;
    assert_ok(partition_table_resize(disk, 32 * MEBI, 2, 29 * MEBI, &err) == 0, err);
    assert_dump("1 : start=        2048, size=        4096, type=82");
    assert_dump("2 : start=        6144, size=       59392, type=83, bootable");
    assert_dump("label-id: 0x5ca1ab1e");
    assert_boot_code(disk);
    assert_ok(partition_table_resize(disk, 5 * MEBI, 2, 2 * MEBI, &err) == 0, err);
    assert_int_equal(truncate(path, 5 * MEBI), 0);
    assert_dump("2 : start=        6144, size=        4096, type=83, bootable");
    assert_intact();
}

/* Its copy goes to the new end; names, ids and attributes stay, and a mark for picky BIOSes. */
static void a_gpt_partition_grows_and_shrinks(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(device_close) struct device *disk = make_disk(8 * MEBI, GPT);
    unsigned char active = 0x80;
    assert_ok(device_pwrite(disk, &active, 1, 446, &err) == 0, err);
    assert_int_equal(truncate(path, 32 * MEBI), 0);
    disk->size = 32 * MEBI;
    assert_ok(partition_table_resize(disk, 32 * MEBI, 2, 29 * MEBI, &err) == 0, err);
    assert_dump("1 : start=        2048, size=        2048, "
                "type=21686148-6449-6E6F-744E-656564454649");
    assert_dump("2 : start=        4096, size=       59392, "
                "type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, "
                "uuid=5CA1AB1E-0000-4000-8000-000000000001, name=\"root\", "
                "attrs=\"LegacyBIOSBootable\"");
    assert_dump("name=\"boot here\"");
    assert_dump("last-lba: 65502");
    assert_intact();
    assert_boot_code(disk);
    assert_ok(partition_table_resize(disk, 6 * MEBI, 2, 3 * MEBI, &err) == 0, err);
    assert_int_equal(truncate(path, 6 * MEBI), 0);
    assert_dump("2 : start=        4096, size=        6144, ");
    assert_intact();
    assert_boot_code(disk);
    unsigned char mark = 0;
    assert_ok(device_pread(disk, &mark, 1, 446, &err) == 0, err);
    assert_int_equal(mark, active);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(device_close) struct device *disk = make_disk(8 * MEBI, MBR);
    assert_int_equal(partition_table_resize(disk, 8 * MEBI, 2, 6 * MEBI, &err), -1);
    assert_error(err, ERROR_INVALID, "giving partition 2");
    assert_int_equal(partition_table_resize(disk, 8 * MEBI, 1, 4 * MEBI, &err), -1);
    assert_error(err, ERROR_INVALID, "giving partition 1");
    assert_int_equal(partition_table_resize(disk, 8 * MEBI, 3, MEBI, &err), -1);
    assert_error(err, ERROR_INVALID, "finding the partition");
    assert_dump("1 : start=        2048, size=        4096, type=82");
    assert_dump("2 : start=        6144, size=        8192, type=83, bootable");
}

/* Places behind the end, chains that lead there or in a circle. */
static void damaged_tables_are_refused(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(device_close) struct device *disk = make_disk(16 * MEBI, GPT);
    AUTO_PARTITIONS struct partition_table table = { 0 };
    static const char zeros[2 * SECTOR];
    struct memory_device none = memory_device_new(0);
    assert_ok(device_pwrite(disk, zeros, SECTOR, SECTOR, &err) == 0, err);
    assert_ok(device_pwrite(disk, zeros, SECTOR, disk->size - SECTOR, &err) == 0, err);
    assert_int_equal(partition_table_read(disk, &table, &err), -1);
    assert_error(err, ERROR_INVALID, "its GPT is damaged");
    assert_int_equal(partition_table_read(&none.device, &table, &err), -1);
    assert_error(err, ERROR_INVALID, "no sector");
    free(none.bytes);

    AUTO(device_close)
    struct device *chain = make_disk(16 * MEBI, "label: dos\\nstart=8192, size=16384, type=5\\n"
                                                "start=10240, size=2048, type=83\\n");
    unsigned char circle[] = { 0, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0 };
    assert_ok(device_pwrite(chain, circle, 16, 8192 * SECTOR + 462, &err) == 0, err);
    assert_ok(device_pwrite(chain, circle, 16, 8193 * SECTOR + 462, &err) == 0, err);
    assert_int_equal(partition_table_read(chain, &table, &err), -1);
    assert_error(err, ERROR_INVALID, "extended partition has no end");
    memset(circle + 8, 0xff, 8);
    assert_ok(device_pwrite(chain, circle, 16, 8192 * SECTOR + 462, &err) == 0, err);
    assert_int_equal(partition_table_read(chain, &table, &err), -1);
    assert_error(err, ERROR_INVALID, "leads outside the disk");
}

int main(void)
{
    if (!process_exists("sfdisk")) {
        print_message("skipped: sfdisk is not installed\n");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_disk_holds_is_read),
        cmocka_unit_test(logical_partitions_are_found_in_theirs),
        cmocka_unit_test(a_disk_without_a_table_has_none),
        cmocka_unit_test(an_mbr_partition_grows_and_shrinks),
        cmocka_unit_test(a_gpt_partition_grows_and_shrinks),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(damaged_tables_are_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
