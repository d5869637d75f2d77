/* SPDX-License-Identifier: Apache-2.0 */
/* The few numbers in GRUB's boot.img and core.img that say where core.img lies. */
#include "fsimage/disk/grub_embed.h"
#include "forge/base/memory.h"

#include <endian.h>
#include <string.h>

/* GRUB's include/grub/i386/pc/boot.h: positions in boot.img. */
enum {
    SECTOR = 512,
    CODE_SIZE = 0x1b8, /* behind it are the disk's id and the table of an MBR */
    BPB_START = 0x3,   /* a BIOS may write a floppy's parameters here */
    BPB_END = 0x5a,
    KERNEL_SECTOR = 0x5c, /* 64 bits: where core.img's first sector lies */
    DRIVE_CHECK = 0x66,   /* a jump that distrusts the BIOS's drive number; two NOPs trust it */
    NOP = 0x90,
};

/* GRUB's diskboot.img, core.img's first sector, ends in a block list: where the rest lies. */
enum {
    LIST_START = 0x1f4,   /* 64 bits: first sector */
    LIST_COUNT = 0x1fc,   /* 16 bits: how many */
    LIST_SEGMENT = 0x1fe, /* 16 bits: where in memory it goes */
    SEGMENT = 0x820,
    CORE_SECTORS_MAX = 0xffff,
};

static void put_le16(unsigned char *to, size_t value)
{
    uint16_t number = htole16((uint16_t)value);
    memcpy(to, &number, sizeof(number));
}

static void put_le64(unsigned char *to, uint64_t value)
{
    uint64_t number = htole64(value);
    memcpy(to, &number, sizeof(number));
}

static int check_images(const struct grub_images *images, const struct disk_plan *plan,
                        struct error **err)
{
    static const unsigned char signature[] = { 0x55, 0xaa };
    if (images->boot_size != SECTOR || memcmp(images->boot + SECTOR - 2, signature, 2) != 0)
        return error_set(err, ERROR_INVALID, "GRUB's boot.img is no boot sector");
    size_t sectors = (images->core_size + SECTOR - 1) / SECTOR;
    if (sectors < 2 || sectors > CORE_SECTORS_MAX)
        return error_set(err, ERROR_INVALID, "GRUB's core.img has an impossible size: %zu bytes",
                         images->core_size);
    if ((int64_t)images->core_size > plan->core.size)
        return error_set(err, ERROR_INVALID,
                         "GRUB's core.img has %zu bytes, and there is room for %lld",
                         images->core_size, (long long)plan->core.size);
    return 0;
}

static int write_core(struct device *disk, const struct disk_plan *plan,
                      const struct grub_images *images, struct error **err)
{
    size_t sectors = (images->core_size + SECTOR - 1) / SECTOR;
    AUTO_FREE unsigned char *core = xcalloc(sectors, SECTOR);
    memcpy(core, images->core, images->core_size);
    put_le64(core + LIST_START, (uint64_t)plan->core.offset / SECTOR + 1);
    put_le16(core + LIST_COUNT, sectors - 1);
    put_le16(core + LIST_SEGMENT, SEGMENT);
    return device_pwrite(disk, core, sectors * SECTOR, plan->core.offset, err);
}

static int write_boot(struct device *disk, const struct disk_plan *plan,
                      const struct grub_images *images, struct error **err)
{
    unsigned char sector[SECTOR], bpb[BPB_END - BPB_START];
    if (device_pread(disk, sector, SECTOR, 0, err))
        return -1;
    memcpy(bpb, sector + BPB_START, sizeof(bpb));
    memcpy(sector, images->boot, CODE_SIZE);
    memcpy(sector + BPB_START, bpb, sizeof(bpb));
    put_le64(sector + KERNEL_SECTOR, (uint64_t)plan->core.offset / SECTOR);
    memset(sector + DRIVE_CHECK, NOP, 2);
    memcpy(sector + SECTOR - 2, images->boot + SECTOR - 2, 2);
    return device_pwrite(disk, sector, SECTOR, 0, err);
}

int grub_embed(struct device *disk, const struct disk_plan *plan, const struct grub_images *images,
               struct error **err)
{
    if (check_images(images, plan, err) || write_core(disk, plan, images, err) ||
        write_boot(disk, plan, images, err))
        return error_wrap(err, "installing GRUB");
    return 0;
}
