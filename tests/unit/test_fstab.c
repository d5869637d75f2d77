/* SPDX-License-Identifier: Apache-2.0 */
/* An fstab keeps all that is still true on another disk. */
#include "fsimage/disk/fstab.h"
#include "tests/unit/check.h"

#include <time.h>

static void assert_rewritten(const char *text, const struct fstab_disk *disk, const char *expected)
{
    AUTO_FREE char *found = fstab_rewrite(text, disk);
    assert_string_equal(found, expected);
}

static void the_root_line_gets_device_and_type(void **state)
{
    (void)state;
    struct fstab_disk disk = { .root_spec = "UUID=1234", .root_type = "ext4" };
    assert_rewritten("# a comment\n\n/dev/vda1\t/\text4  errors=remount-ro 0\t1\n"
                     "proc /proc proc nodev 0 0\n",
                     &disk,
                     "# a comment\n\nUUID=1234 / ext4 errors=remount-ro 0 1\n"
                     "proc /proc proc nodev 0 0\n");
    assert_rewritten("/dev/vda1 / xfs inode64,logbufs=8 0 0", &disk,
                     "UUID=1234 / ext4 defaults 0 0");
    assert_rewritten("/dev/vda1 / xfs", &disk, "UUID=1234 / ext4 defaults 0 1");
}

static void a_missing_root_line_is_added(void **state)
{
    (void)state;
    const struct fstab_disk disk = { .root_spec = "LABEL=root", .root_type = "ext3" };
    assert_rewritten("", &disk, "LABEL=root / ext3 defaults 0 1\n");
    assert_rewritten("# UNCONFIGURED FSTAB", &disk,
                     "# UNCONFIGURED FSTAB\nLABEL=root / ext3 defaults 0 1\n");
    assert_rewritten("broken\n", &disk, "broken\nLABEL=root / ext3 defaults 0 1\n");
}

static void what_is_gone_becomes_a_comment(void **state)
{
    (void)state;
    AUTO_STRINGS struct string_list merged = { 0 };
    string_list_add(&merged, "/");
    string_list_add(&merged, "/boot");
    string_list_add(&merged, "/var");
    struct fstab_disk disk = { .root_spec = "/dev/sda1", .root_type = "ext4", .merged = &merged };
    static const char text[] = "/dev/vg/root / ext4 defaults 0 1\n"
                               "UUID=b /boot/ ext2 defaults 0 2\n"
                               "UUID=c /boot/efi vfat umask=0077 0 1\n"
                               "/dev/vg/var /var ext4 defaults 0 2\n"
                               "/dev/vg/swap none swap sw 0 0\n"
                               "/swapfile none swap sw 0 0\n"
                               "nas:/home /home nfs defaults 0 0\n";
    assert_rewritten(text, &disk,
                     "/dev/sda1 / ext4 defaults 0 1\n"
                     "# now a part of the root file system: UUID=b /boot/ ext2 defaults 0 2\n"
                     "# there is no EFI system partition: UUID=c /boot/efi vfat umask=0077 0 1\n"
                     "# now a part of the root file system: /dev/vg/var /var ext4 defaults 0 2\n"
                     "# this swap space was left out: /dev/vg/swap none swap sw 0 0\n"
                     "/swapfile none swap sw 0 0\n"
                     "nas:/home /home nfs defaults 0 0\n");
}

static void an_efi_system_partition_is_mounted(void **state)
{
    (void)state;
    AUTO_STRINGS struct string_list merged = { 0 };
    string_list_add(&merged, "/boot/efi");
    const struct fstab_disk disk = { .root_spec = "UUID=1234",
                                     .root_type = "ext4",
                                     .efi_spec = "UUID=5CA1-AB1E",
                                     .merged = &merged };
    assert_rewritten("UUID=0 / ext4\nUUID=C-C /boot/efi/ vfat umask=0077 0 2\n", &disk,
                     "UUID=1234 / ext4 defaults 0 1\n"
                     "UUID=5CA1-AB1E /boot/efi vfat umask=0077 0 2\n");
    assert_rewritten("UUID=0 / ext4\n/dev/sda1 /efi msdos noatime\nUUID=C-C /boot/efi vfat", &disk,
                     "UUID=1234 / ext4 defaults 0 1\n"
                     "UUID=5CA1-AB1E /efi vfat defaults 0 0\n"
                     "# there is no EFI system partition: UUID=C-C /boot/efi vfat");
    assert_rewritten("UUID=0 / ext4 defaults 0 1", &disk,
                     "UUID=1234 / ext4 defaults 0 1\n"
                     "UUID=5CA1-AB1E /boot/efi vfat umask=0077,nofail 0 0\n");
}

/* As large as a text that is edited may be; a line must not cost a copy of all before it. */
static void many_lines_take_no_time(void **state)
{
    (void)state;
    enum { LINES = (1 << 20) - 20 };
    const struct fstab_disk disk = { .root_spec = "UUID=1234", .root_type = "ext4" };
    AUTO_FREE char *text = xcalloc(LINES + 20, 1);
    strcpy(text + LINES, "/dev/vda1 / ext4");
    memset(text, '\n', LINES);
    clock_t begun = clock();
    AUTO_FREE char *found = fstab_rewrite(text, &disk);
    assert_true(clock() - begun < 5 * CLOCKS_PER_SEC);
    assert_string_equal(found + LINES, "UUID=1234 / ext4 defaults 0 1");
}

static void templates_are_those_of_old(void **state)
{
    (void)state;
    AUTO_FREE char *usual = fstab_template(FSTAB_DEFAULT, "ext3");
    assert_string_equal(usual, "# Default /etc/fstab\n"
                               "# Supplied by: ec2-ami-tools-1.5-3\n"
                               "/dev/sda1 /     ext3    defaults 1 1\n"
                               "/dev/sdb  /mnt  ext3    defaults 0 0\n"
                               "none      /dev/pts devpts  gid=5,mode=620 0 0\n"
                               "none      /proc proc    defaults 0 0\n"
                               "none      /sys  sysfs   defaults 0 0\n");
    AUTO_FREE char *legacy = fstab_template(FSTAB_LEGACY, "ext4");
    assert_string_equal(legacy, "# Legacy /etc/fstab\n"
                                "# Supplied by: ec2-ami-tools-1.5-3\n"
                                "/dev/sda1 /     ext4    defaults 1 1\n"
                                "/dev/sda2 /mnt  ext3    defaults 0 0\n"
                                "/dev/sda3 swap  swap    defaults 0 0\n"
                                "none      /proc proc    defaults 0 0\n"
                                "none      /sys  sysfs   defaults 0 0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_line_gets_device_and_type),
        cmocka_unit_test(a_missing_root_line_is_added),
        cmocka_unit_test(what_is_gone_becomes_a_comment),
        cmocka_unit_test(an_efi_system_partition_is_mounted),
        cmocka_unit_test(many_lines_take_no_time),
        cmocka_unit_test(templates_are_those_of_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
