/* SPDX-License-Identifier: Apache-2.0 */
/* Fresh disks: util-linux reads the tables as they were planned, GRUB's images know where they lie.
 */
#include "forge/base/strings.h"
#include "fsimage/disk/disk_table.h"
#include "fsimage/disk/grub_embed.h"
#include "fsimage/image/image.h"
#include "tests/unit/check.h"
#include "tests/unit/memory_device.h"

#include <fcntl.h>

enum { MEBI = 1 << 20, SECTOR = 512 };

static const struct disk_ids ids = {
    .mbr_id = 0x5ca1ab1e,
    .disk = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 1, 2, 3, 4, 5, 6, 7, 8 },
    .root = { 0xaa },
    .bios_boot = { 0xbb },
    .efi = { 0xee },
};

/* A disk of PLAN with its table, at PATH. */
static void make_disk(const char *path, enum disk_layout layout, const struct disk_plan *plan)
{
    struct error *err = NULL;
    unlink(path);
    AUTO(device_close) struct device *device = device_create_raw(path, plan->size, &err);
    assert_ok(device, err);
    assert_ok(disk_table_write(path, layout, plan, &ids, &err) == 0, err);
}

/* What sfdisk(8) says of the disk at PATH, one line; owned. */
static char *dump(const char *path)
{
    AUTO_FREE char *command =
        xasprintf("sfdisk -d '%s' 2>&1 && sfdisk --verify '%s' 2>&1", path, path);
    FILE *pipe = popen(command, "r");
    char *text = xcalloc(1, 8192);
    assert_true(fread(text, 1, 8191, pipe) > 0);
    pclose(pipe);
    return text;
}

static void assert_says(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("sfdisk does not say \"%s\": %s", words, text);
}

static void an_mbr_has_one_active_root(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct disk_plan plan;
    char *directory = make_scratch();
    AUTO_FREE char *path = path_join(directory, "disk");
    assert_ok(disk_plan_make(DISK_MBR, 5 * MEBI + 1, 0, &plan, &err) == 0, err);
    assert_int_equal(plan.root.offset, MEBI);
    assert_int_equal(plan.root.size, 6 * MEBI);
    assert_int_equal(plan.size, 7 * MEBI);
    assert_int_equal(plan.core.offset, SECTOR);
    make_disk(path, DISK_MBR, &plan);
    AUTO_FREE char *text = dump(path);
    assert_says(text, "label: dos");
    assert_says(text, "label-id: 0x5ca1ab1e");
    assert_says(text, "start=        2048, size=       12288, type=83, bootable");
    assert_says(text, "No errors detected");
    remove_scratch(directory);
}

static void a_gpt_has_places_for_both_firmwares(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct disk_plan plan;
    char *directory = make_scratch();
    AUTO_FREE char *path = path_join(directory, "disk");
    assert_ok(disk_plan_make(DISK_GPT, 5 * MEBI, 3 * MEBI, &plan, &err) == 0, err);
    make_disk(path, DISK_GPT, &plan);
    AUTO_FREE char *text = dump(path);
    assert_says(text, "label: gpt");
    assert_says(text, "label-id: 01234567-89AB-CDEF-0102-030405060708");
    assert_says(text, "disk1 : start=       10240, size=       10240, "
                      "type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, "
                      "uuid=AA000000-0000-0000-0000-000000000000");
    assert_says(text, "disk14 : start=        2048, size=        2048, "
                      "type=21686148-6449-6E6F-744E-656564454649");
    assert_says(text, "disk15 : start=        4096, size=        6144, "
                      "type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B");
    assert_says(text, "No errors detected");

    assert_ok(disk_plan_make(DISK_GPT, 5 * MEBI, 0, &plan, &err) == 0, err);
    make_disk(path, DISK_GPT, &plan);
    AUTO_FREE char *without = dump(path);
    assert_null(strstr(without, "disk15"));
    assert_says(without, "No errors detected");
    remove_scratch(directory);
}

static void one_plan_makes_one_disk(void **state)
{
    (void)state;
    static const enum disk_layout layouts[] = { DISK_MBR, DISK_GPT };
    char *directory = make_scratch();
    AUTO_FREE char *first = path_join(directory, "a");
    AUTO_FREE char *second = path_join(directory, "b");
    AUTO_FREE char *compare = xasprintf("cmp '%s' '%s'", first, second);
    for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
        struct error *err = NULL;
        struct disk_plan plan;
        assert_ok(disk_plan_make(layouts[i], 9 * MEBI, 0, &plan, &err) == 0, err);
        make_disk(first, layouts[i], &plan);
        make_disk(second, layouts[i], &plan);
        assert_int_equal(system(compare), 0);
    }
    remove_scratch(directory);
}

static void impossible_sizes_are_refused(void **state)
{
    (void)state;
    static const int64_t sizes[] = { 0, -1, INT64_MAX, INT64_C(3) << 40 };
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        struct error *err = NULL;
        struct disk_plan plan;
        assert_int_equal(disk_plan_make(DISK_MBR, sizes[i], 0, &plan, &err), -1);
        assert_error(err, ERROR_INVALID, "has no place on");
    }
}

static enum disk_layout layout_of(const char *path)
{
    struct error *err = NULL;
    enum disk_layout layout = DISK_KEEP;
    AUTO(image_close) struct image *image = image_open(path, NULL, &err);
    assert_ok(image, err);
    AUTO(device_close) struct device *device = image_device(image, &err);
    assert_ok(device && disk_table_find(device, &layout, &err) == 0, err);
    return layout;
}

static void a_table_is_known_from_a_file_system(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct disk_plan plan;
    char *directory = make_scratch();
    AUTO_FREE char *path = path_join(directory, "disk");
    assert_ok(disk_plan_make(DISK_GPT, 5 * MEBI, 0, &plan, &err) == 0, err);
    make_disk(path, DISK_MBR, &plan);
    assert_int_equal(layout_of(path), DISK_MBR);
    make_disk(path, DISK_GPT, &plan);
    assert_int_equal(layout_of(path), DISK_GPT);

    /* A file system's boot sector has a table's signature, and code where its entries would be. */
    AUTO_FREE char *ext = xasprintf("mke2fs -q -F '%s' 4M && printf 'code%%060d\\125\\252' 0 | "
                                    "dd of='%s' bs=1 seek=446 conv=notrunc status=none",
                                    path, path);
    assert_int_equal(system(ext), 0);
    assert_int_equal(layout_of(path), DISK_ROOTFS);
    remove_scratch(directory);
}

/* A device in memory that can be written to. */
static int poke(struct device *device, const void *buffer, size_t count, int64_t offset,
                struct error **err)
{
    (void)err;
    memcpy(container_of(device, struct memory_device, device)->bytes + offset, buffer, count);
    return 0;
}

/* GRUB 2's boot.h and diskboot.img, as other people's tools leave them: LBA as 64 bits at 0x5c, 90
 * 90 at 0x66; at 0x1f4 of core.img {LBA + 1, sectors - 1, segment 0x820}. */
static void grub_finds_its_way(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct disk_plan plan;
    assert_ok(disk_plan_make(DISK_GPT, MEBI, 0, &plan, &err) == 0, err);
    struct memory_device memory = memory_device_new(plan.size);
    static const struct device_ops ops = { .pread = memory_pread, .pwrite = poke };
    memory.device.ops = &ops;
    unsigned char boot[SECTOR], core[5 * SECTOR + 100];
    fill_noise(boot, sizeof(boot), 1);
    fill_noise(core, sizeof(core), 2);
    boot[510] = 0x55;
    boot[511] = 0xaa;
    fill_noise(memory.bytes, SECTOR, 3);
    unsigned char before[SECTOR];
    memcpy(before, memory.bytes, SECTOR);
    struct grub_images images = { boot, core, sizeof(boot), sizeof(core) };
    assert_ok(grub_embed(&memory.device, &plan, &images, &err) == 0, err);

    const unsigned char *sector = memory.bytes, *placed = memory.bytes + MEBI;
    assert_memory_equal(sector, boot, 3);
    assert_memory_equal(sector + 3, before + 3, 0x5a - 3);         /* the BIOS's parameters */
    assert_memory_equal(sector + 0x5c, "\x00\x08\0\0\0\0\0\0", 8); /* 2048 */
    assert_memory_equal(sector + 0x66, "\x90\x90", 2);
    assert_memory_equal(sector + 0x1b8, before + 0x1b8, 510 - 0x1b8); /* the table stays */
    assert_memory_equal(placed, core, 0x1f4);
    assert_memory_equal(placed + 0x1f4, "\x01\x08\0\0\0\0\0\0\x05\x00\x20\x08", 12);
    assert_memory_equal(placed + SECTOR, core + SECTOR, sizeof(core) - SECTOR);

    images.core_size = 2 * MEBI;
    assert_int_equal(grub_embed(&memory.device, &plan, &images, &err), -1);
    assert_error(err, ERROR_INVALID, "there is room for 1048576");
    images.core_size = sizeof(core);
    boot[511] = 0;
    assert_int_equal(grub_embed(&memory.device, &plan, &images, &err), -1);
    assert_error(err, ERROR_INVALID, "no boot sector");
    free(memory.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_mbr_has_one_active_root),
        cmocka_unit_test(a_gpt_has_places_for_both_firmwares),
        cmocka_unit_test(one_plan_makes_one_disk),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(a_table_is_known_from_a_file_system),
        cmocka_unit_test(grub_finds_its_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
