/* SPDX-License-Identifier: Apache-2.0 */
/* Partition tables by libfdisk, on a plain file: no device, no privilege. */
#include "fsimage/disk/disk_table.h"
#include "forge/base/device.h"
#include "forge/base/memory.h"

#include <libfdisk.h>
#include <stdio.h>
#include <string.h>

enum {
    SECTOR = 512,
    MEBI = 1 << 20,
    GPT_TAIL = MEBI, /* the backup table wants 33 sectors */
    ROOT_NUMBER = 1,
    BIOS_BOOT_NUMBER = 14,
    EFI_NUMBER = 15,
};

static int64_t round_up(int64_t bytes)
{
    return (bytes + MEBI - 1) / MEBI * MEBI;
}

/* AREA of SIZE bytes from *END on, which moves behind it. */
static struct disk_area place(int64_t *end, int64_t size)
{
    struct disk_area area = { *end, round_up(size) };
    *end += area.size;
    return area;
}

int disk_plan_make(enum disk_layout layout, int64_t root_size, int64_t efi_size,
                   struct disk_plan *plan, struct error **err)
{
    const int64_t mbr_max = (INT64_C(1) << 32) * SECTOR, any_max = INT64_C(1) << 50;
    int64_t max = layout == DISK_MBR ? mbr_max : any_max;
    if (root_size <= 0 || root_size > max - 4 * MEBI || efi_size < 0 || efi_size > max / 2)
        return error_set(err, ERROR_INVALID, "a root file system of %lld bytes has no place on %s",
                         (long long)root_size, layout == DISK_MBR ? "an MBR disk" : "a disk");
    *plan = (struct disk_plan){ 0 };
    int64_t end = 0;
    if (layout == DISK_ROOTFS || layout == DISK_KEEP) {
        plan->root.size = plan->size = root_size;
        return 0;
    }
    end = MEBI;
    if (layout == DISK_MBR)
        plan->core = (struct disk_area){ SECTOR, MEBI - SECTOR };
    else
        plan->core = place(&end, MEBI);
    if (layout == DISK_GPT && efi_size)
        plan->efi = place(&end, efi_size);
    plan->root = place(&end, root_size);
    plan->size = end + (layout == DISK_GPT ? GPT_TAIL : 0);
    return 0;
}

/* -- the table -- */

DEFINE_CLEANUP(struct fdisk_context *, fdisk_unref_context)
DEFINE_CLEANUP(struct fdisk_partition *, fdisk_unref_partition)
DEFINE_CLEANUP(struct fdisk_parttype *, fdisk_unref_parttype)

/* libfdisk returns negative error numbers. */
static int failed(int status, const char *what, struct error **err)
{
    errno = -status;
    return error_set_errno(err, "%s", what);
}

static char *uuid_text(const unsigned char uuid[16])
{
    char *text = xcalloc(1, 37);
    char *to = text;
    for (int i = 0; i < 16; i++)
        to += sprintf(to, "%s%02X", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", uuid[i]);
    return text;
}

struct row {
    size_t number;
    const struct disk_area *area;
    const char *gpt_type;
    const unsigned char *uuid;
};

static int add_partition(struct fdisk_context *context, const struct row *row, bool gpt,
                         struct error **err)
{
    enum { MBR_LINUX = 0x83 };
    const struct fdisk_label *label = fdisk_get_label(context, NULL);
    AUTO(fdisk_unref_parttype)
    struct fdisk_parttype *type = gpt ? fdisk_label_get_parttype_from_string(label, row->gpt_type)
                                      : fdisk_label_get_parttype_from_code(label, MBR_LINUX);
    AUTO(fdisk_unref_partition) struct fdisk_partition *partition = fdisk_new_partition();
    AUTO_FREE char *uuid = uuid_text(row->uuid);
    if (!type || !partition)
        return error_set(err, ERROR_HOST, "libfdisk knows no partition type for a root");
    int status = fdisk_partition_set_partno(partition, row->number - 1);
    if (!status)
        status = fdisk_partition_set_start(partition, (uint64_t)row->area->offset / SECTOR);
    if (!status)
        status = fdisk_partition_set_size(partition, (uint64_t)row->area->size / SECTOR);
    if (!status)
        status = fdisk_partition_set_type(partition, type);
    if (!status && gpt)
        status = fdisk_partition_set_uuid(partition, uuid);
    if (!status)
        status = fdisk_add_partition(context, partition, NULL);
    return status ? failed(status, "adding a partition", err) : 0;
}

/* An MBR's root is marked active: some BIOSes boot nothing else. */
static int add_partitions(struct fdisk_context *context, bool gpt, const struct disk_plan *plan,
                          const struct disk_ids *ids, struct error **err)
{
    enum { ACTIVE = DOS_FLAG_ACTIVE };
    const struct row rows[] = {
        { ROOT_NUMBER, &plan->root, "0FC63DAF-8483-4772-8E79-3D69D8477DE4", ids->root },
        { BIOS_BOOT_NUMBER, &plan->core, "21686148-6449-6E6F-744E-656564454649", ids->bios_boot },
        { EFI_NUMBER, &plan->efi, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", ids->efi },
    };
    for (size_t i = 0; i < (gpt ? ARRAY_SIZE(rows) : 1); i++)
        if (rows[i].area->size && add_partition(context, &rows[i], gpt, err))
            return -1;
    int status = gpt ? 0 : fdisk_toggle_partition_flag(context, ROOT_NUMBER - 1, ACTIVE);
    return status ? failed(status, "marking the root partition active", err) : 0;
}

static int write_table(struct fdisk_context *context, enum disk_layout layout,
                       const struct disk_plan *plan, const struct disk_ids *ids, struct error **err)
{
    bool gpt = layout == DISK_GPT;
    AUTO_FREE char *id = gpt ? uuid_text(ids->disk) : xasprintf("0x%08x", ids->mbr_id);
    int status = fdisk_save_user_sector_size(context, SECTOR, SECTOR);
    if (!status)
        status = fdisk_create_disklabel(context, gpt ? "gpt" : "dos");
    if (!status)
        status = fdisk_set_disklabel_id_from_string(context, id);
    if (status)
        return failed(status, "making a partition table", err);
    if (add_partitions(context, gpt, plan, ids, err))
        return -1;
    status = fdisk_write_disklabel(context);
    return status ? failed(status, "writing the partition table", err) : 0;
}

int disk_table_write(const char *path, enum disk_layout layout, const struct disk_plan *plan,
                     const struct disk_ids *ids, struct error **err)
{
    AUTO(fdisk_unref_context) struct fdisk_context *context = fdisk_new_context();
    if (!context)
        return error_set(err, ERROR_FAILED, "no memory for a partition table");
    fdisk_disable_dialogs(context, 1);
    int status = fdisk_assign_device(context, path, 0);
    if (status)
        return failed(status, path, err);
    int result = write_table(context, layout, plan, ids, err);
    status = fdisk_deassign_device(context, 1);
    if (!result && status)
        result = failed(status, "closing the disk", err);
    return result ? error_wrap(err, "partitioning %s", path) : 0;
}

/* -- the table that is there -- */

/* A boot sector of a file system ends in the same two bytes as a table: a table's entries say
 * whether they are active and nothing else, and one of them is used. */
static bool is_mbr(const unsigned char *sector)
{
    enum { ENTRIES = 446, ENTRY = 16, TYPE = 4, ACTIVE = 0x80 };
    bool used = false;
    for (const unsigned char *entry = sector + ENTRIES; entry < sector + SECTOR - 2;
         entry += ENTRY) {
        if (entry[0] & ~ACTIVE)
            return false;
        used |= entry[TYPE] != 0;
    }
    return used && sector[SECTOR - 2] == 0x55 && sector[SECTOR - 1] == 0xaa;
}

int disk_table_find(struct device *device, enum disk_layout *layout, struct error **err)
{
    static const char magic[] = "EFI PART";
    unsigned char sectors[2 * SECTOR];
    *layout = DISK_ROOTFS;
    if (device->size < (int64_t)sizeof(sectors))
        return 0;
    if (device_pread(device, sectors, sizeof(sectors), 0, err))
        return -1;
    if (memcmp(sectors + SECTOR, magic, strlen(magic)) == 0)
        *layout = DISK_GPT;
    else if (is_mbr(sectors))
        *layout = DISK_MBR;
    return 0;
}
