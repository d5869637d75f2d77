/* SPDX-License-Identifier: Apache-2.0 */
/* Menus keep everything but devices and paths. */
#include "fsimage/disk/boot_menu.h"
#include "tests/unit/check.h"

static void grub_finds_the_new_root(void **state)
{
    (void)state;
    AUTO_STRINGS struct string_list old = { 0 };
    string_list_add(&old, "aaaa-1");
    string_list_add(&old, "bbbb-2");
    struct boot_change change = { .root_spec = "UUID=cccc-3",
                                  .uuid = "cccc-3",
                                  .old_uuids = &old,
                                  .boot_merged = true,
                                  .layout = DISK_MBR };
    static const char text[] = "set timeout=5\n"
                               "search --no-floppy --fs-uuid --set=root bbbb-2\n"
                               "menuentry 'Debian' --class gnu {\n"
                               "\techo\t'Loading /vmlinuz'\n"
                               "\tlinux\t/vmlinuz-6.1 root=/dev/mapper/vg-root ro  quiet\n"
                               "\tinitrd\t/initrd.img-6.1 /extra.img\n"
                               "\tlinux /boot/vmlinuz root=UUID=aaaa-1\n"
                               "}";
    AUTO_FREE char *found = grub_cfg_rewrite(text, &change);
    assert_string_equal(found, "set timeout=5\n"
                               "search --no-floppy --fs-uuid --set=root cccc-3\n"
                               "menuentry 'Debian' --class gnu {\n"
                               "\techo\t'Loading /vmlinuz'\n"
                               "\tlinux\t/boot/vmlinuz-6.1 root=UUID=cccc-3 ro  quiet\n"
                               "\tinitrd\t/boot/initrd.img-6.1 /boot/extra.img\n"
                               "\tlinux /boot/vmlinuz root=UUID=cccc-3\n"
                               "}");
    change.boot_merged = false;
    change.root_spec = "UUID=aaaa-1";
    change.uuid = "aaaa-1";
    old.count = 1;
    AUTO_FREE char *same = grub_cfg_rewrite("linux /vmlinuz root=UUID=aaaa-1 ro\n", &change);
    assert_string_equal(same, "linux /vmlinuz root=UUID=aaaa-1 ro\n");
    old.count = 2;
}

/* FORMAT.md 10, step 10, and PV-GRUB's two places. */
static void pv_grub_finds_its_disk(void **state)
{
    (void)state;
    static const struct string_list none = { 0 };
    struct boot_change change = {
        .root_spec = "/dev/sda1", .uuid = "x", .old_uuids = &none, .layout = DISK_ROOTFS
    };
    static const char text[] = "default 0\ntitle Linux\n  root (hd0,0)\n"
                               "  kernel /boot/vmlinuz root=/dev/xvda1 console=hvc0\n"
                               "  initrd /boot/initrd\n";
    AUTO_FREE char *bare = menu_lst_rewrite(text, &change);
    assert_string_equal(bare, "default 0\ntitle Linux\n  root (hd0)\n"
                              "  kernel /boot/vmlinuz root=/dev/sda1 console=hvc0\n"
                              "  initrd /boot/initrd\n");
    change.layout = DISK_MBR;
    AUTO_FREE char *table = menu_lst_rewrite(bare, &change);
    assert_non_null(strstr(table, "  root (hd0,0)\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grub_finds_the_new_root),
        cmocka_unit_test(pv_grub_finds_its_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
