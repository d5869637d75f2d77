/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's arguments in the files of boot loaders: added once, removed by name, the rest kept.
 */
#include "fsimage/ops/kernel_words.h"
#include "tests/unit/check.h"

static void assert_changes(enum kernel_file kind, const char *text, const char *changes,
                           const char *expected, size_t count)
{
    AUTO_STRINGS struct string_list list = { 0 };
    size_t found;
    string_list_split(&list, changes, ' ');
    AUTO_FREE char *changed = kernel_words_change(text, kind, &list, &found);
    assert_string_equal(changed, expected);
    assert_int_equal(found, count);
    AUTO_FREE char *again = kernel_words_change(changed, kind, &list, &found);
    assert_string_equal(again, expected);
}

static void every_kernel_of_a_grub_cfg_is_changed(void **state)
{
    (void)state;
    assert_changes(KERNEL_FILE_GRUB_CFG,
                   "# linux x\nmenuentry 'linux' {\n"
                   "\tlinux\t/vmlinuz root=UUID=1  ro quiet\n\tinitrd /i\n"
                   "  linuxefi /vmlinuz root=/dev/x console=tty0 console=ttyS0\n  linux16 /m\n}",
                   "console=ttyS0 -quiet mitigations=off",
                   "# linux x\nmenuentry 'linux' {\n"
                   "\tlinux\t/vmlinuz root=UUID=1 ro console=ttyS0 mitigations=off\n\tinitrd /i\n"
                   "  linuxefi /vmlinuz root=/dev/x console=tty0 console=ttyS0 mitigations=off\n"
                   "  linux16 /m console=ttyS0 mitigations=off\n}",
                   3);
}

static void removing_means_a_name_or_one_value(void **state)
{
    (void)state;
    assert_changes(KERNEL_FILE_ENTRY,
                   "title x\noptions root=1 console=tty0 console=ttyS0 consoles\n", "-console",
                   "title x\noptions root=1 consoles\n", 1);
    assert_changes(KERNEL_FILE_ENTRY, "options root=1 console=tty0 console=ttyS0\n",
                   "-console=tty0", "options root=1 console=ttyS0\n", 1);
}

static void a_menu_lst_has_kernels_and_what_they_are_made_from(void **state)
{
    (void)state;
    assert_changes(
        KERNEL_FILE_MENU_LST,
        "# kopt=root=/dev/sda1 ro\ntitle kernel\nkernel /vmlinuz root=/dev/sda1\n", "a=b",
        "# kopt=root=/dev/sda1 ro a=b\ntitle kernel\nkernel /vmlinuz root=/dev/sda1 a=b\n", 2);
}

static void settings_keep_their_quotes_and_get_them(void **state)
{
    (void)state;
    assert_changes(KERNEL_FILE_DEFAULT,
                   "GRUB_TIMEOUT=1\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet splash\"\n"
                   "GRUB_CMDLINE_LINUX='' # none\n",
                   "-quiet a b=c",
                   "GRUB_TIMEOUT=1\nGRUB_CMDLINE_LINUX_DEFAULT=\"splash\"\n"
                   "GRUB_CMDLINE_LINUX='a b=c' # none\n",
                   2);
    assert_changes(KERNEL_FILE_DEFAULT, "GRUB_CMDLINE_LINUX=\n", "a b",
                   "GRUB_CMDLINE_LINUX=\"a b\"\n", 1);
    assert_changes(KERNEL_FILE_DEFAULT, "GRUB_CMDLINE_LINUX=x", "y", "GRUB_CMDLINE_LINUX=\"x y\"",
                   1);
    assert_changes(KERNEL_FILE_PLAIN, "root=1 ro\n", "x", "root=1 ro x\n", 1);
}

static void a_list_that_entries_refer_to_is_the_one_to_add_to(void **state)
{
    (void)state;
    assert_changes(KERNEL_FILE_ENTRY, "options $kernelopts quiet\n", "a -quiet",
                   "options $kernelopts a\n", 1);
    assert_changes(KERNEL_FILE_ENTRY_OF_LIST, "options $kernelopts quiet\noptions ro\n", "a -quiet",
                   "options $kernelopts\noptions ro a\n", 2);
    assert_changes(KERNEL_FILE_LIST,
                   "set kernelopts=\"ro quiet\"\n\tset default_kernelopts=\"\" # x\nset x=\"y\"\n",
                   "a -quiet",
                   "set kernelopts=\"ro a\"\n\tset default_kernelopts=\"a\" # x\nset x=\"y\"\n", 2);
}

/* TEXT filled up to LENGTH bytes, as grub-editenv(1) does; owned. */
static char *env_block(const char *text, size_t length)
{
    char *block = xcalloc(length + 1, 1);
    memset(block, '#', length);
    memcpy(block, text, strlen(text));
    return block;
}

#define ENV_TITLE "# GRUB Environment Block\n"

static void grubenv_keeps_its_size(void **state)
{
    (void)state;
    struct error *err = NULL;
    size_t found;
    AUTO_STRINGS struct string_list changes = { 0 };
    string_list_split(&changes, "-quiet console=ttyS0", ' ');
    AUTO_FREE char *block = env_block(ENV_TITLE "x=1\nkernelopts=ro quiet\ny=#\n", 1024);
    AUTO_FREE char *wanted = env_block(ENV_TITLE "x=1\nkernelopts=ro console=ttyS0\ny=#\n", 1024);
    AUTO_FREE char *changed = kernel_env_change(block, 1024, &changes, &found, &err);
    assert_string_equal(changed, wanted);
    assert_int_equal(found, 1);
    AUTO_FREE char *again = kernel_env_change(changed, 1024, &changes, &found, &err);
    assert_string_equal(again, wanted);

    AUTO_FREE char *without = env_block(ENV_TITLE "x=1\n", 1024);
    AUTO_FREE char *same = kernel_env_change(without, 1024, &changes, &found, &err);
    assert_string_equal(same, without);
    assert_int_equal(found, 0);

    AUTO_FREE char *full = env_block(ENV_TITLE "kernelopts=ro\n", 45);
    assert_null(kernel_env_change(full, 45, &changes, &found, &err));
    assert_error(err, ERROR_GUEST, "too long for its 45 bytes");
    assert_null(kernel_env_change("\nkernelopts=ro\n", 15, &changes, &found, &err));
    assert_error(err, ERROR_GUEST, "not as GRUB keeps");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kernel_of_a_grub_cfg_is_changed),
        cmocka_unit_test(removing_means_a_name_or_one_value),
        cmocka_unit_test(a_menu_lst_has_kernels_and_what_they_are_made_from),
        cmocka_unit_test(settings_keep_their_quotes_and_get_them),
        cmocka_unit_test(a_list_that_entries_refer_to_is_the_one_to_add_to),
        cmocka_unit_test(grubenv_keeps_its_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
