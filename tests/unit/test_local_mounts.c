/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted here, and what file systems say of themselves. */
#include "forge/base/strings.h"
#include "fsimage/disk/local_mounts.h"
#include "tests/unit/check.h"

static void the_last_mount_is_seen(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *directory = make_scratch();
    AUTO_FREE char *path = path_join(directory, "mounts");
    FILE *file = fopen(path, "w");
    fputs("/dev/vda1 / ext4 rw 0 0\n"
          "auto /net/my\\040share autofs rw 0 0\n"
          "nas:/x /net/my\\040share nfs rw 0 0\n"
          "\n"
          "proc /proc proc rw 0 0\n",
          file);
    fclose(file);
    AUTO_LOCAL_MOUNTS struct local_mounts mounts = { 0 };
    assert_ok(local_mounts_read(path, &mounts, &err) == 0, err);
    assert_int_equal(mounts.count, 4);
    assert_string_equal(local_mounts_find(&mounts, "/net/my share")->type, "nfs");
    assert_string_equal(local_mounts_find(&mounts, "/")->device, "/dev/vda1");
    assert_null(local_mounts_find(&mounts, "/net"));

    struct local_mounts none = { 0 };
    unlink(path);
    assert_int_equal(local_mounts_read(path, &none, &err), -1);
    assert_error(err, ERROR_FAILED, "reading the mount table");
    remove_scratch(directory);
}

static void facts_are_those_that_mke2fs_was_given(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *directory = make_scratch();
    AUTO_FREE char *path = path_join(directory, "disk");
    AUTO_FREE char *command = xasprintf("mke2fs -q -F -t ext3 -L 'my root' -U "
                                        "5ca1ab1e-0000-4000-8000-000000000001 '%s' 4M",
                                        path);
    assert_int_equal(system(command), 0);
    AUTO_LOCAL_FACTS struct local_facts facts = { 0 };
    assert_ok(local_facts_read(path, &facts, &err) == 0, err);
    assert_string_equal(facts.type, "ext3");
    assert_string_equal(facts.label, "my root");
    assert_string_equal(facts.uuid, "5ca1ab1e-0000-4000-8000-000000000001");
    assert_int_equal(facts.table, DISK_ROOTFS);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(truncate(path, 4 << 20), 0);
    local_facts_clear(&facts);
    assert_ok(local_facts_read(path, &facts, &err) == 0, err);
    assert_null(facts.type);
    unlink(path);
    assert_int_equal(local_facts_read(path, &facts, &err), -1);
    assert_error(err, ERROR_USAGE, "No such file");
    remove_scratch(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_mount_is_seen),
        cmocka_unit_test(facts_are_those_that_mke2fs_was_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
