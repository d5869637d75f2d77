/* SPDX-License-Identifier: Apache-2.0 */
/* One disk with two systems, an unclean and a damaged file system and a hibernated swap space: what
 * is refused, what is mended, and how a root file system changes its size. */
#include "forge/build/in_place.h"
#include "fsimage/guest_check.h"
#include "fsimage/guest_private.h"
#include "fsimage/guest_resize.h"
#include "tests/guest/session.h"
#include "tests/unit/images.h"

/* 1: a Debian whose journal was not replayed; 2: an ext4 that lacks an inode; 3: swap space with a
 * saved system; 4: an Ubuntu, with room behind its file system of 31 MiB. */
static const char make_disk[] =
    "set -e; exec >/dev/null 2>&1; cd \"$1\"; truncate -s 128M disk\n"
    "printf 'label: dos\\nstart=2048, size=63488, type=83\\nsize=8192, type=83\\n"
    "size=4096, type=82\\nsize=126976, type=83\\n' | sfdisk -q --no-reread --no-tell-kernel disk\n"
    "dd if=\"$2/debian.raw\" of=1 bs=1M skip=1\n"
    "block=$(debugfs -R 'ffb 1 5000' 1 | sed -n 's/.*: *\\([0-9]*\\).*/\\1/p')\n"
    "yes journalled | head -c 4096 >data; echo $block >block\n"
    "printf 'jo\\njw -b %s data\\njc\\n' $block >script; debugfs -w -f script 1\n"
    "dumpe2fs -h 1 | grep needs_recovery\n"
    "truncate -s 4M 2; mke2fs -qt ext4 2; debugfs -w -R 'clri /lost+found' 2\n"
    "truncate -s 2M 3; mkswap 3; printf S1SUSPEND | dd of=3 bs=1 seek=4086 conv=notrunc\n"
    "dd if=\"$2/ubuntu.raw\" of=4 bs=1M skip=1\n"
    "tune2fs -U 5ca1ab1e-0000-4000-8000-0000000000f4 4\n"
    "echo 'UUID=5ca1ab1e-0000-4000-8000-0000000000f4 / ext4 defaults 0 1' >fstab\n"
    "debugfs -w -R 'rm /etc/fstab' 4; debugfs -w -R 'write fstab /etc/fstab' 4; e2fsck -fy 4 || "
    "true\n"
    "dd if=1 of=disk bs=1M seek=1 conv=notrunc; dd if=2 of=disk bs=1M seek=32 conv=notrunc\n"
    "dd if=3 of=disk bs=1M seek=36 conv=notrunc; dd if=4 of=disk bs=1M seek=38 conv=notrunc\n";

/* The appliance is up; what guest_open() does then is tested piece by piece. */
static int open_session(void **state)
{
    (void)state;
    struct error *err = NULL;
    dir = make_scratch();
    run("bash", "-c", make_disk, "bash", dir, getenv("FORGE_FIXTURES"));
    AUTO_FREE char *disk = path_join(dir, "disk");
    guest = NEW(struct guest);
    guest->name = xstrdup("the disk");
    guest->mode = GUEST_READ_WRITE;
    if (open_overlay(disk, dir, &err))
        return no_session(err);
    guest->launch = launch_start(overlay_image(overlay), guest->mode, &guest->options, &err);
    if (!guest->launch)
        return no_session(err);
    guest->handle = launch_handle(guest->launch);
    return 0;
}

static void what_is_on_the_disk_is_listed(void **state)
{
    (void)state;
    struct error *err = NULL;
    static const struct guest_device wanted[] = {
        { (char *)"/dev/sda", (char *)"" },      { (char *)"/dev/sda1", (char *)"ext4" },
        { (char *)"/dev/sda2", (char *)"ext4" }, { (char *)"/dev/sda3", (char *)"swsuspend" },
        { (char *)"/dev/sda4", (char *)"ext4" },
    };
    AUTO_GUEST_DEVICES struct guest_devices devices = { 0 };
    assert_ok(guest_devices_read(guest, &devices, &err) == 0, err);
    assert_int_equal(devices.count, ARRAY_SIZE(wanted));
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
        assert_string_equal(devices.items[i].name, wanted[i].name);
        assert_string_equal(devices.items[i].type, wanted[i].type);
    }
}

static void a_journal_is_replayed(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *path = path_join(dir, "block");
    FILE *file = fopen(path, "r");
    long block = 0;
    assert_int_equal(fscanf(file, "%ld", &block), 1);
    fclose(file);
    assert_ok(guest_check_ext(guest, "/dev/sda1", &err) == 0, err);
    size_t size = 0;
    AUTO_FREE char *bytes =
        guestfs_pread_device(guest->handle, "/dev/sda1", 11, block * 4096, &size);
    assert_memory_equal(bytes, "journalled\n", 11);
}

static void errors_are_refused_in_the_words_of_e2fsck(void **state)
{
    (void)state;
    struct error *err = NULL;
    assert_int_equal(guest_check_disk(guest, &err), -1);
    assert_non_null(strstr(err->message, "the disk: the file system on /dev/sda2 has errors"));
    assert_non_null(strstr(err->message, "--repair"));
    assert_error(err, ERROR_INVALID, "lost+found");
}

static void errors_are_repaired_when_asked(void **state)
{
    (void)state;
    struct error *err = NULL;
    guest->options.repair = true;
    assert_ok(guest_check_ext(guest, "/dev/sda2", &err) == 0, err);
    guest->options.repair = false;
    assert_ok(guest_check_ext(guest, "/dev/sda2", &err) == 0, err);
}

static void a_hibernated_system_is_refused(void **state)
{
    (void)state;
    struct error *err = NULL;
    assert_int_equal(guest_check_disk(guest, &err), -1);
    assert_error(err, ERROR_INVALID, "hibernated, its memory saved in /dev/sda3");
}

static void one_of_two_systems_is_chosen(void **state)
{
    (void)state;
    struct error *err = NULL;
    assert_int_equal(guest_inspect(guest, &err), -1);
    assert_non_null(strstr(err->message, "/dev/sda1 (12.5)"));
    assert_non_null(strstr(err->message, "/dev/sda4 (Ubuntu 24.04"));
    assert_error(err, ERROR_INVALID, "choose one with --root DEVICE");
    guest->options.root = "/dev/sda4";
    assert_ok(guest_inspect(guest, &err) == 0, err);
    assert_string_equal(guest_facts(guest)->hostname, "phony-ubuntu");
}

static void a_root_that_is_not_last_keeps_its_size(void **state)
{
    (void)state;
    struct error *err = NULL;
    const struct layout_request request = { .size_kind = LAYOUT_MIN };
    struct in_place in_place = { .number = 1, .area = { MIB, 31 * MIB } };
    assert_int_equal(in_place_resize(&in_place, &request, guest, &err), -1);
    assert_error(err, ERROR_INVALID,
                 "root file system (/dev/sda4) is not on the disk's last partition (1)");
}

/* Bytes that are free in the root file system. */
static int64_t free_bytes(void)
{
    int64_t blocks = -1;
    char **pairs = guestfs_tune2fs_l(guest->handle, "/dev/sda4");
    for (char **pair = pairs; pair[0]; pair += 2) {
        if (strcmp(pair[0], "Free blocks") == 0)
            assert_true(parse_integer(pair[1], 0, 1 << 20, &blocks));
        free(pair[0]);
        free(pair[1]);
    }
    free(pairs);
    return blocks * 4096;
}

static void the_root_file_system_changes_its_size(void **state)
{
    (void)state;
    struct error *err = NULL;
    int64_t size, min;
    assert_int_equal(guest_resize_root(guest, GUEST_SIZE_EXACT, 2 * MIB, &size, &err), -1);
    assert_error(err, ERROR_USAGE, "needs");
    assert_ok(guest_resize_root(guest, GUEST_SIZE_MIN, 0, &min, &err) == 0, err);
    assert_true(size > 2 * MIB); /* how much it needs */
    assert_in_range(min, 2 * MIB, 24 * MIB);
    assert_ok(guest_resize_root(guest, GUEST_SIZE_FREE, 20 * MIB, &size, &err) == 0, err);
    assert_in_range(free_bytes(), 20 * MIB, 21 * MIB);
    assert_true(size > min + 18 * MIB);
    assert_ok(guest_resize_root(guest, GUEST_SIZE_FREE, 4 * MIB, &size, &err) == 0, err);
    assert_in_range(free_bytes(), 4 * MIB, 5 * MIB);
    assert_ok(guest_resize_root(guest, GUEST_SIZE_EXACT, 62 * MIB, &size, &err) == 0, err);
    assert_int_equal(size, 62 * MIB);
    assert_int_equal(guest_resize_root(guest, GUEST_SIZE_EXACT, 70 * MIB, &size, &err), -1);
    assert_error(err, ERROR_GUEST, "giving the file system on /dev/sda4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_on_the_disk_is_listed),
        cmocka_unit_test(a_journal_is_replayed),
        cmocka_unit_test(errors_are_refused_in_the_words_of_e2fsck),
        cmocka_unit_test(errors_are_repaired_when_asked),
        cmocka_unit_test(a_hibernated_system_is_refused),
        cmocka_unit_test(one_of_two_systems_is_chosen),
        cmocka_unit_test(a_root_that_is_not_last_keeps_its_size),
        cmocka_unit_test(the_root_file_system_changes_its_size),
    };
    return cmocka_run_group_tests(tests, open_session, close_session);
}
