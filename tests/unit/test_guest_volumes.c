/* SPDX-License-Identifier: Apache-2.0 */
/* Logical volumes are found on the disk by what dmsetup says, or not at all. */
#include "fsimage/guest/guest_volumes.h"
#include "tests/unit/check.h"

/* dmsetup(8), "table": as LVM2's own tools make it. */
static const char tables[] = "part 8:0 0\n"
                             "part 8:1 2048\n"
                             "part 8:2 526336\n"
                             "part 259:0 8390000\n"
                             "a--group-root: 0 2097152 linear 8:2 2048\n"
                             "a--group-root: 2097152 6291456 linear 259:0 0\n"
                             "a--group-var: 0 1048576 linear 8:2 2099200\n"
                             "a--group-gap: 0 8 linear 8:2 2048\n"
                             "a--group-gap: 16 8 linear 8:2 2056\n"
                             "a--group-snapshot: 0 8 snapshot 253:5 253:6 P 8\n"
                             "a--group-striped: 0 8 striped 2 128 8:2 2048 8:2 4096\n"
                             "a--group-luks: 0 8 crypt aes-xts-plain64 :64:logon:x 0 8:2 4096\n"
                             "a--group-other: 0 8 linear 8:33 2048\n"
                             "a--group-nested: 0 8 linear 253:0 2048\n"
                             "a--group-huge: 0 99999999999999999999 linear 8:2 2048\n"
                             "a--group-negative: 0 8 linear 8:2 -2048\n"
                             "a--group-far: 0 8 linear 8:2 18014398509481983\n";

static void linear_volumes_are_found(void **state)
{
    (void)state;
    static const char *const names[] = { "/dev/a-group/root", "/dev/mapper/a--group-root" };
    size_t count;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        AUTO_FREE struct device_piece *pieces = volume_pieces(tables, names[i], &count);
        assert_int_equal(count, 2);
        assert_int_equal(pieces[0].offset, (526336L + 2048) * 512);
        assert_int_equal(pieces[0].length, 2097152L * 512);
        assert_int_equal(pieces[1].offset, 8390000L * 512);
        assert_int_equal(pieces[1].length, 6291456L * 512);
    }
    AUTO_FREE struct device_piece *var = volume_pieces(tables, "/dev/a-group/var", &count);
    assert_int_equal(count, 1);
    assert_int_equal(var[0].offset, (526336L + 2099200) * 512);
}

static void all_else_is_not(void **state)
{
    (void)state;
    static const char *const names[] = {
        "/dev/a-group/gap",
        "/dev/a-group/snapshot",
        "/dev/a-group/striped",
        "/dev/a-group/luks",
        "/dev/a-group/other",
        "/dev/a-group/nested",
        "/dev/a-group/huge",
        "/dev/a-group/negative",
        "/dev/a-group/far",
        "/dev/a-group/not-here",
        "/dev/md0",
        "/dev/a/group-root",
        "/dev/mapper/part 8",
        "part",
        "",
    };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        size_t count = 1;
        assert_null(volume_pieces(tables, names[i], &count));
        assert_int_equal(count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_volumes_are_found),
        cmocka_unit_test(all_else_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
