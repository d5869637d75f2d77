/* SPDX-License-Identifier: Apache-2.0 */
/* mformat, mmd and mcopy on a place within a file. */
#include "fsimage/disk/efi_partition.h"
#include "forge/base/file.h"
#include "forge/base/process.h"
#include "forge/base/strings.h"
#include "fsimage/host/package_remedy.h"

#include <unistd.h>

enum { SECTOR = 512 };

/* FAT counts years from 1980 in seven bits. */
static const int64_t first_time = INT64_C(315532800), last_time = INT64_C(4354819198);

int efi_partition_check(struct error **err)
{
    if (process_exists("mformat"))
        return 0;
    AUTO_FREE char *remedy = package_remedy("mtools");
    return error_set(err, ERROR_HOST, "an EFI system partition is made by mtools, not in PATH: %s",
                     remedy);
}

char *efi_partition_uuid(uint32_t id)
{
    return xasprintf("%04X-%04X", id >> 16, id & 0xffff);
}

/* Run COMMAND, words with blanks between them, in DIRECTORY: paths on a command line of mtools must
 * not have a colon or "@@" in them, those of users may. What the environment sets for mtools would
 * count. */
static int run(const char *directory, int64_t now, const char *command, struct error **err)
{
    int64_t time = now < first_time ? first_time : now > last_time ? last_time : now;
    const char *path = getenv("PATH");
    AUTO_STRINGS struct string_list argv = { 0 };
    static const char *const fixed[] = { "LC_ALL=C", "TZ=UTC0", "MTOOLSRC=/dev/null" };
    string_list_split(&argv, "env -i -C", ' ');
    string_list_add(&argv, directory);
    for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
        string_list_add(&argv, fixed[i]);
    string_list_take(&argv, xasprintf("PATH=%s", path ? path : "/usr/bin:/bin"));
    string_list_take(&argv, xasprintf("SOURCE_DATE_EPOCH=%lld", (long long)time));
    string_list_split(&argv, command, ' ');
    return process_run((const char *const *)argv.items, ERROR_HOST, NULL, NULL, err);
}

/* NAME and FILE are in DIRECTORY, and ours: without a blank, a colon or "@@". */
static int make(const char *directory, const char *name, const char *file,
                const struct disk_area *area, uint32_t id, int64_t now, struct error **err)
{
    AUTO_FREE char *place = xasprintf("%s@@%lld", name, (long long)area->offset);
    const char *const commands[] = {
        /* one sector a cluster; heads and sectors as a BIOS would translate them */
        xasprintf("mformat -i %s -F -c 1 -T %lld -h 255 -s 63 -H %lld -N %08x -v EFI ::", place,
                  (long long)area->size / SECTOR, (long long)area->offset / SECTOR, id),
        xasprintf("mmd -i %s ::/EFI ::/EFI/BOOT", place),
        xasprintf("mcopy -i %s %s ::/EFI/BOOT/BOOTX64.EFI", place, file),
    };
    int result = 0;
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
        if (!result)
            result = run(directory, now, commands[i], err);
        free((char *)commands[i]);
    }
    return result;
}

int efi_partition_write(const char *path, const struct disk_area *area, uint32_t id, int64_t now,
                        const char *loader, size_t size, struct error **err)
{
    AUTO_FREE char *directory = path_dirname(path);
    AUTO_FREE char *file = xasprintf("%s.efi", path);
    int result = file_create(file, loader, size, err);
    if (!result)
        result = make(directory, path_basename(path), path_basename(file), area, id, now, err);
    unlink(file);
    return result ? error_wrap(err, "making the EFI system partition") : 0;
}
