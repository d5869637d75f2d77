/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at the bytes of the first sector before the disk's signature and partition table. */
#include "fsimage/disk/boot_sector.h"

enum { CODE_SIZE = 440 };

int boot_sector_has_code(const struct image *image, bool *found, struct error **err)
{
    char code[CODE_SIZE] = { 0 };
    AUTO(device_close) struct device *device = image_device(image, err);
    if (!device)
        return -1;
    size_t count = device->size < CODE_SIZE ? (size_t)device->size : CODE_SIZE;
    if (device_pread(device, code, count, 0, err))
        return error_wrap(err, "reading the boot sector");
    *found = false;
    for (size_t i = 0; i < sizeof(code); i++)
        *found |= code[i] != 0;
    return 0;
}
