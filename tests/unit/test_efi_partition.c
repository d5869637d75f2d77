/* SPDX-License-Identifier: Apache-2.0 */
/* An EFI system partition is what other people's FAT tools take for one, and the same twice. */
#include "forge/base/strings.h"
#include "fsimage/disk/efi_partition.h"
#include "fsimage/image/image.h"
#include "tests/unit/check.h"

#include <sys/stat.h>
#include <unistd.h>

enum { MEBI = 1 << 20 };

static const struct disk_area area = { 3 * MEBI, EFI_PARTITION_SIZE };
static const char loader[] = "MZ, a program";

/* A disk at PATH, whose directory is as awkward as a user's may be, with a partition of AREA. */
static void make(const char *path, int64_t now)
{
    struct error *err = NULL;
    unlink(path);
    AUTO(device_close)
    struct device *device = device_create_raw(path, area.offset + area.size + MEBI, &err);
    assert_ok(device, err);
    assert_ok(efi_partition_write(path, &area, 0x5ca1ab1e, now, loader, sizeof(loader) - 1, &err) ==
                  0,
              err);
}

/* A shell's exit status for COMMAND about the two files. */
static int shell(const char *command, const char *first, const char *second)
{
    AUTO_FREE char *script =
        xasprintf("exec >/dev/null 2>&1; a='%s' b='%s'; %s", first, second, command);
    return system(script);
}

static void mtools_and_dosfstools_read_it(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    AUTO_FREE char *directory = path_join(scratch, "c: @@ d");
    AUTO_FREE char *first = path_join(directory, "disk.raw");
    AUTO_FREE char *second = path_join(scratch, "fat");
    assert_int_equal(mkdir(directory, 0700), 0);
    make(first, 1700000000);
    assert_int_equal(shell("dd bs=1M skip=3 count=64 if=\"$a\" of=\"$b\"", first, second), 0);
    assert_int_equal(shell("fsck.fat -n \"$b\"", first, second), 0);
    assert_int_equal(shell("test \"$(blkid -p -o value -s UUID -s VERSION \"$b\" | xargs)\" = "
                           "'5CA1-AB1E FAT32'",
                           first, second),
                     0);
    assert_int_equal(shell("test \"$(mtype -i \"$b\" ::/EFI/BOOT/BOOTX64.EFI)\" = 'MZ, a program'",
                           first, second),
                     0);
    assert_int_equal(shell("test \"$(ls \"${a%/*}\")\" = disk.raw", first, second), 0);
    AUTO_FREE char *uuid = efi_partition_uuid(0x5ca1ab1e);
    assert_string_equal(uuid, "5CA1-AB1E");
    unlink(first);
    rmdir(directory);
    remove_scratch(scratch);
}

static void time_and_place_of_the_making_change_nothing(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    AUTO_FREE char *first = path_join(scratch, "a");
    AUTO_FREE char *second = path_join(scratch, "b");
    static const int64_t times[] = { INT64_C(1700000000), 1, INT64_C(253402300799) };
    for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
        make(first, times[i]);
        setenv("TZ", "Asia/Tokyo", 1);
        setenv("SOURCE_DATE_EPOCH", "1000000000", 1);
        make(second, times[i]);
        unsetenv("TZ");
        unsetenv("SOURCE_DATE_EPOCH");
        assert_int_equal(shell("cmp \"$a\" \"$b\"", first, second), 0);
    }
    remove_scratch(scratch);
}

static void mtools_that_are_missing_are_named(void **state)
{
    (void)state;
    AUTO_FREE char *path = xstrdup(getenv("PATH"));
    struct error *err = NULL;
    setenv("PATH", "/nonexistent", 1);
    assert_int_equal(efi_partition_check(&err), -1);
    setenv("PATH", path, 1);
    assert_error(err, ERROR_HOST, "install it: ");
    assert_ok(efi_partition_check(&err) == 0, err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mtools_and_dosfstools_read_it),
        cmocka_unit_test(time_and_place_of_the_making_change_nothing),
        cmocka_unit_test(mtools_that_are_missing_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
