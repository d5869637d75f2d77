/* SPDX-License-Identifier: Apache-2.0 */
/* How a boot is judged: consoles recorded from real machines, and what other systems print. */
#include "forge/base/file.h"
#include "forge/base/strings.h"
#include "forge/join/boot_watch.h"
#include "tests/unit/check.h"

static struct boot_matcher *matcher;

static int set_up(void **state)
{
    (void)state;
    struct error *err = NULL;
    matcher = boot_matcher_new(&err);
    assert_ok(matcher, err);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    boot_matcher_free(matcher);
    return 0;
}

/* -- recorded consoles -- */

/* The first sign that decides, NULL for none; KERNEL: was the kernel heard? */
static const struct {
    const char *file, *sign, *clue;
    bool kernel;
} recorded[] = {
    { "good-debian", "login prompt", NULL, true },
    { "good-login-and-kernel", "login prompt", NULL, true },
    { "bad-no-bootable-disk", "no bootable disk", NULL, false },
    { "bad-uefi-shell", "UEFI finds nothing", NULL, false },
    { "bad-grub-prompt", "GRUB prompt", NULL, false },
    { "bad-grub-no-such-device", "GRUB prompt", "error: no such device: 5ca1ab1e-0000-4000",
      false },
    { "bad-grub-without-kernel", "GRUB has no kernel", "error: file `/nonesuch' not found.",
      false },
    { "bad-grub-repeats", "GRUB disk error", NULL, false },
    { "bad-kernel-panic", "no root file system",
      "VFS: Cannot open root device \"vda9\" or unknown-block(0,0): error -6", true },
    { "bad-root-missing", "root does not exist", "Gave up waiting for root file system device.",
      true },
    { "bad-emergency-target", "emergency target", NULL, true },
    { "bad-fstab", "emergency target", "Timed out waiting for device", true },
    { "open-no-boot-code", NULL, NULL, false },
    { "open-silent-kernel", NULL, NULL, false },
    { "open-poweroff", NULL, NULL, true },
};

static char *read_console(const char *name, size_t *length)
{
    struct error *err = NULL;
    AUTO_FREE char *path = xasprintf("%s/tests/unit/consoles/%s.txt", getenv("FORGE_SOURCE"), name);
    char *text = file_read(path, 1 << 20, length, &err);
    assert_ok(text, err);
    return text;
}

static void assert_judged(const struct boot_watch *watch, size_t i)
{
    const char *sign = watch->sign ? watch->sign->name : NULL;
    if ((sign == NULL) != (recorded[i].sign == NULL) ||
        (sign && strcmp(sign, recorded[i].sign) != 0))
        fail_msg("%s is judged as %s", recorded[i].file, sign ? sign : "nothing");
    assert_int_equal(watch->alive, recorded[i].kernel);
    assert_true(!sign || (watch->verdict == BOOT_SUCCESS) == starts_with(recorded[i].file, "good"));
    if (recorded[i].clue) {
        assert_true(watch->clue_count > 0);
        assert_non_null(strstr(watch->clues[0], recorded[i].clue));
    }
}

static const struct boot_request plain;

static void recorded_consoles_are_judged_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(recorded); i++) {
        size_t length;
        AUTO_FREE char *text = read_console(recorded[i].file, &length);
        AUTO_BOOT_WATCH struct boot_watch watch;
        boot_watch_init(&watch, &plain, matcher);
        boot_watch_feed(&watch, text, length);
        boot_watch_pause(&watch);
        assert_judged(&watch, i);
    }
}

/* A console may pause anywhere: no beginning of a line is taken for a prompt. */
static void a_pause_after_any_byte_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(recorded); i++) {
        size_t length;
        AUTO_FREE char *text = read_console(recorded[i].file, &length);
        AUTO_BOOT_WATCH struct boot_watch watch;
        boot_watch_init(&watch, &plain, matcher);
        for (size_t at = 0; at < length; at++) {
            boot_watch_feed(&watch, text + at, 1);
            boot_watch_pause(&watch);
        }
        assert_judged(&watch, i);
    }
}

/* -- the table -- */

/* At least one line for every row, as the programs print them. */
static const struct {
    const char *sign, *line;
} lines[] = {
    { "login prompt", "debian login: " },
    { "login prompt", "ip-10-0-0-1.ec2.internal login: " },
    { "login prompt", "(none) login: " },
    { "login prompt", "login: " },
    { "login prompt", "web login: [   25.895095] kvm: Nested Virtualization enabled" },
    { "cloud-init finished",
      "[   21.301245] cloud-init[500]: Cloud-init v. 22.4.2 finished at Tue, "
      "14 Nov 2023 22:13:20 +0000. Datasource DataSourceNone.  Up 21.29 "
      "seconds" },
    { "cloud-init finished", "ci-info: Cloud-init v. 0.7.5 finished at Wed, 01 Apr 2015 10:00:00" },
    { "systemd finished", "[   12.970240] systemd[1]: Startup finished in 9.627s (kernel) + 3.385s "
                          "(userspace) = 13.012s." },
    { "systemd target", "[  OK  ] Reached target multi-user.target - Multi-User System." },
    { "systemd target", "[  OK  ] Reached target Graphical Interface." },
    { "emergency target", "[  OK  ] Reached target Emergency Mode." },
    { "emergency target", "[  OK  ] Started rescue.service - Rescue Shell." },
    { "no bootable disk", "No bootable device." },
    { "no bootable disk", "Boot failed: not a bootable disk" },
    { "UEFI finds nothing", "BdsDxe: No bootable option or device was found." },
    { "UEFI finds nothing", "Shell> " },
    { "GRUB rescue", "grub rescue> " },
    { "GRUB rescue", "grub rescue> grub rescue> " },
    { "GRUB prompt", "grub> " },
    { "GRUB has no kernel", "error: ../../grub-core/loader/i386/linux.c:1185:you need to load the "
                            "kernel first." },
    { "GRUB disk error", "GRUB Geom Error" },
    { "GRUB disk error", "GRUB Hard Disk Error" },
    { "GRUB gives up", "Failed to boot both default and fallback entries." },
    { "SYSLINUX has no kernel", "No DEFAULT or UI configuration directive found!" },
    { "no root file system", "[    1.391441] Kernel panic - not syncing: VFS: Unable to mount root "
                             "fs on unknown-block(0,0)" },
    { "no init", "Kernel panic - not syncing: No working init found.  Try passing init= option" },
    { "no init", "Kernel panic - not syncing: Requested init /nonesuch failed (error -2)." },
    { BOOT_SIGN_TIMER,
      "[    0.020000] Kernel panic - not syncing: IO-APIC + timer doesn't work!  Boot" },
    { "kernel panic", "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100" },
    { "root does not exist", "ALERT!  UUID=dead-beef does not exist.  Dropping to a shell!" },
    { "init does not exist", "No init found. Try passing init= bootarg." },
    { "initramfs shell", "(initramfs) " },
    { "dracut shell", "dracut:/# " },
    { "dracut shell", "Entering emergency mode. Exit the shell to continue." },
    { "dracut shell", "[  190.1] dracut-initqueue[287]: Warning: Could not boot." },
    { "emergency mode", "You are in emergency mode. After logging in, type \"journalctl -xb\"" },
    { "emergency mode", "You are in rescue mode. After logging in, type \"journalctl -xb\"" },
    { "locked emergency shell", "Cannot open access to console, the root account is locked." },
    { "maintenance shell", "Give root password for maintenance" },
    { "maintenance shell", "Press Enter for maintenance" },
    { "systemd freezes", "[!!!!!!] Failed to mount API filesystems." },
    { "systemd freezes", "[    3.1] systemd[1]: Freezing execution." },
    { "GRUB error", "error: no such device: 5ca1ab1e." },
    { "GRUB error", "error: unknown filesystem." },
    { "device timeout", "[ TIME ] Timed out waiting for device /dev/disk/by-uuid/1111." },
    { "root device timeout", "Gave up waiting for root device.  Common problems:" },
    { "failed mount", "[FAILED] Failed to mount data.mount - /data." },
    { "failed mount",
      "[FAILED] Failed to start systemd-fsck-root.se…ck on Root Device File System." },
    { "failed dependency", "[DEPEND] Dependency failed for Local File Systems." },
    { "failed check", "/dev/vda1: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY." },
    { "root device", "[    1.3] VFS: Cannot open root device \"vda9\" or unknown-block(0,0)" },
    { "file system error", "[    9.1] EXT4-fs error (device vda1): ext4_lookup:1855: inode #2" },
    { "out of memory", "[   30.000000] Out of memory: Killed process 500 (apt-get) total-vm:1" },
    { "kernel banner", "[    0.000000] Linux version 6.1.0-56-cloud-amd64 (gcc-12)" },
    { "kernel message", "[    0.000000] BIOS-provided physical RAM map:" },
    { "unit started", "[  OK  ] Started dbus.service - D-Bus System Message Bus." },
    /* innocent: nothing may come of them */
    { NULL, "Last login: Mon Nov 25 09:00:00 UTC 2024 on ttyS0" },
    { NULL, "Last login: " },
    { NULL, "Failed login: root" },
    { NULL, "Press enter to boot the selected OS, `e' to edit the commands" },
    { NULL, "         Starting getty@tty1.service - Getty on tty1..." },
    { NULL, "Booting from Hard Disk..." },
    { NULL, "Welcome to GRUB!" },
    { NULL, "error: no suitable video mode found." },
};

static void every_row_knows_its_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        const struct boot_sign *sign = boot_matcher_find(matcher, lines[i].line, true);
        const char *name = sign ? sign->name : NULL;
        if ((name == NULL) != (lines[i].sign == NULL) || (name && strcmp(name, lines[i].sign) != 0))
            fail_msg("\"%s\" is taken for %s", lines[i].line, name ? name : "nothing");
    }
    for (const struct boot_sign *sign = boot_signs; sign->name; sign++) {
        bool shown = false;
        for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
            shown |= lines[i].sign && strcmp(lines[i].sign, sign->name) == 0;
        if (!shown)
            fail_msg("no line shows the row \"%s\"", sign->name);
        assert_int_equal(sign->meaning == BOOT_SIGN_FAILURE, sign->sentence != NULL);
    }
}

static void only_prompts_are_seen_in_unfinished_lines(void **state)
{
    (void)state;
    assert_non_null(boot_matcher_find(matcher, "debian login: ", false));
    assert_non_null(boot_matcher_find(matcher, "grub rescue> ", false));
    assert_null(boot_matcher_find(matcher, "Kernel panic - not syncing: ", false));
}

static void what_is_expected_replaces_success_but_not_failure(void **state)
{
    (void)state;
    static const char *const texts[] = { "^web login: ", "ready in \\d+ s" };
    struct error *err = NULL;
    struct boot_pattern *patterns[] = { boot_pattern_compile(texts[0], &err),
                                        boot_pattern_compile(texts[1], &err) };
    const struct boot_request request = { .expected = patterns,
                                          .expected_texts = texts,
                                          .expected_count = ARRAY_SIZE(texts) };
    static const struct {
        const char *text;
        enum boot_verdict verdict;
        const char *expected;
    } cases[] = {
        { "debian login: ", BOOT_UNDECIDED, NULL },
        { "debian login: \nweb login: ", BOOT_SUCCESS, "^web login: " },
        { "ready in 10 s\n", BOOT_SUCCESS, "ready in \\d+ s" },
        { "grub> ", BOOT_FAILURE, NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO_BOOT_WATCH struct boot_watch watch;
        boot_watch_init(&watch, &request, matcher);
        boot_watch_feed(&watch, cases[i].text, strlen(cases[i].text));
        boot_watch_pause(&watch);
        assert_int_equal(watch.verdict, cases[i].verdict);
        assert_int_equal(watch.expected != NULL, cases[i].expected != NULL);
        if (cases[i].expected)
            assert_string_equal(watch.expected, cases[i].expected);
    }
    boot_pattern_free(patterns[0]);
    boot_pattern_free(patterns[1]);
}

static void a_bad_pattern_is_refused_with_its_position(void **state)
{
    (void)state;
    struct error *err = NULL;
    assert_null(boot_pattern_compile("log(in", &err));
    assert_error(err, ERROR_USAGE, "the pattern \"log(in\", at character 7: missing");
}

/* "(a+)+$" takes forever on a line of a's and one b. */
static void a_pattern_that_explodes_does_not_match(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(boot_pattern_free) struct boot_pattern *pattern = boot_pattern_compile("^(a+)+$", &err);
    assert_ok(pattern, err);
    char line[64];
    memset(line, 'a', sizeof(line));
    memcpy(line + sizeof(line) - 2, "b", 2);
    assert_false(boot_pattern_matches(pattern, line));
    assert_true(boot_pattern_matches(pattern, "aaaa"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_consoles_are_judged_right),
        cmocka_unit_test(a_pause_after_any_byte_changes_nothing),
        cmocka_unit_test(every_row_knows_its_lines),
        cmocka_unit_test(only_prompts_are_seen_in_unfinished_lines),
        cmocka_unit_test(what_is_expected_replaces_success_but_not_failure),
        cmocka_unit_test(a_bad_pattern_is_refused_with_its_position),
        cmocka_unit_test(a_pattern_that_explodes_does_not_match),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
