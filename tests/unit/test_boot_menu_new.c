/* SPDX-License-Identifier: Apache-2.0 */
/* Menus for systems that have none. */
#include "fsimage/disk/boot_menu_new.h"
#include "tests/unit/check.h"

static void the_newest_kernel_comes_first(void **state)
{
    (void)state;
    AUTO_STRINGS struct string_list names = { 0 };
    string_list_split(&names,
                      "config-6.1.0-9,initrd.img-6.1.0-9,vmlinuz-6.1.0-9,vmlinuz-6.1.0-10,"
                      "initrd.img-6.1.0-10,vmlinuz-5.4.0+local,vmlinuz-6'; reboot,"
                      "initramfs-5.4.0+local.img",
                      ',');
    AUTO_FREE char *menu = boot_menu_new(&names, "UUID=aa-1");
    const char *entries = strstr(menu, "menuentry");
    assert_string_equal(entries, "menuentry 'Linux 6.1.0-10' {\n"
                                 "  linux /boot/vmlinuz-6.1.0-10 root=UUID=aa-1 ro console=tty0 "
                                 "console=ttyS0,115200\n"
                                 "  initrd /boot/initrd.img-6.1.0-10\n"
                                 "}\n"
                                 "menuentry 'Linux 6.1.0-9' {\n"
                                 "  linux /boot/vmlinuz-6.1.0-9 root=UUID=aa-1 ro console=tty0 "
                                 "console=ttyS0,115200\n"
                                 "  initrd /boot/initrd.img-6.1.0-9\n"
                                 "}\n"
                                 "menuentry 'Linux 5.4.0+local' {\n"
                                 "  linux /boot/vmlinuz-5.4.0+local root=UUID=aa-1 ro console=tty0 "
                                 "console=ttyS0,115200\n"
                                 "  initrd /boot/initramfs-5.4.0+local.img\n"
                                 "}\n");
}

static void no_kernel_no_menu(void **state)
{
    (void)state;
    AUTO_STRINGS struct string_list names = { 0 };
    string_list_split(&names, "grub,vmlinuz,vmlinuz-$(id)", ',');
    assert_null(boot_menu_new(&names, "UUID=aa-1"));
}

static void an_old_menu_is_read(void **state)
{
    (void)state;
    AUTO_FREE char *menu = boot_menu_legacy("/boot/grub/menu.lst");
    assert_non_null(strstr(menu, "\nlegacy_configfile /boot/grub/menu.lst\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_kernel_comes_first),
        cmocka_unit_test(no_kernel_no_menu),
        cmocka_unit_test(an_old_menu_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
