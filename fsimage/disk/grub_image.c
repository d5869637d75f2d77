/* SPDX-License-Identifier: Apache-2.0 */
/* One run of grub-mkimage: script and modules go in, a program comes out. */
#include "fsimage/disk/grub_image.h"
#include "forge/base/file.h"
#include "forge/base/process.h"
#include "fsimage/guest/guest_file.h"

#include <string.h>
#include <unistd.h>

enum { GRUB_FILE_MAX = 16 << 20 };

#define GRUB_FILES "/usr/lib/grub/"
#define BOOT_IMG   GRUB_FILES "i386-pc/boot.img"

static const struct {
    const char *format; /* as grub-mkimage -O calls it, and the directory of GRUB's files */
    const char *module; /* that only this one has */
    const char *remedy; /* when they are missing */
} firmwares[] = {
    [GRUB_BIOS] = { "i386-pc", "biosdisk",
                    "install grub-pc-bin (grub2-pc-modules) there, or choose the layout rootfs" },
    [GRUB_UEFI] = { "x86_64-efi", "efifwsetup",
                    "install grub-efi-amd64-bin (grub2-efi-x64-modules) there, or leave out "
                    "--efi" },
};

static const char *const modules[] = {
    "part_msdos", "part_gpt",     "ext2",    "normal",    "search", "search_fs_uuid",
    "linux",      "search_label", "serial",  "test",      "echo",   "configfile",
    "gzio",       "terminal",     "minicmd", "all_video", "sleep",  "boot",
};

/* What reads a menu.lst loads kernels by linux16. */
static const char *const legacy_modules[] = { "linux16", "legacycfg" };

/* Fedora's menus are made of one file for each entry, which only its own GRUB can read. */
#define FEDORA_MODULE "blscfg"

/* -- here or there -- */

static int exists(const struct grub_workshop *workshop, const char *path, struct error **err)
{
    return workshop->guest ? guest_file_exists(workshop->guest, path, err)
                           : access(path, R_OK) == 0;
}

static char *read_file(const struct grub_workshop *workshop, const char *path, size_t *size,
                       struct error **err)
{
    return workshop->guest ? guest_file_read(workshop->guest, path, size, err)
                           : file_read(path, GRUB_FILE_MAX, size, err);
}

static int run(const struct grub_workshop *workshop, const char *config, const char *script,
               const char *const argv[], struct error **err)
{
    if (workshop->guest)
        return guest_file_write(workshop->guest, config, script, strlen(script), err) ||
                       guest_run(workshop->guest, argv, NULL, err)
                   ? -1
                   : 0;
    return file_create(config, script, strlen(script), err) ||
                   process_run(argv, ERROR_HOST, NULL, NULL, err)
               ? -1
               : 0;
}

/* -- the program -- */

static int check_files(const struct grub_workshop *workshop, enum grub_firmware firmware,
                       struct error **err)
{
    AUTO_FREE char *files = path_join(GRUB_FILES, firmwares[firmware].format);
    int present = exists(workshop, files, err);
    if (present)
        return present < 0 ? -1 : 0;
    return error_set(err, workshop->guest ? ERROR_GUEST : ERROR_HOST, "%s has no %s: %s",
                     workshop->guest ? "the guest" : "this host", files,
                     firmwares[firmware].remedy);
}

char *grub_image_make(const struct grub_workshop *workshop, enum grub_firmware firmware,
                      const char *script, bool legacy, size_t *size, struct error **err)
{
    const char *format = firmwares[firmware].format;
    AUTO_FREE char *name = xasprintf("%s.cfg", format);
    AUTO_FREE char *config = path_join(workshop->dir, name);
    AUTO_FREE char *image = path_join(workshop->dir, format);
    AUTO_FREE char *fedora = xasprintf(GRUB_FILES "%s/" FEDORA_MODULE ".mod", format);
    /* The script sets another prefix. */
    const char *argv[9 + ARRAY_SIZE(modules) + ARRAY_SIZE(legacy_modules) + 3] = {
        workshop->mkimage, "-O", format, "-p", "/boot/grub", "-c", config, "-o", image
    };
    size_t count = 9;
    for (size_t i = 0; i < ARRAY_SIZE(modules); i++)
        argv[count++] = modules[i];
    for (size_t i = 0; legacy && i < ARRAY_SIZE(legacy_modules); i++)
        argv[count++] = legacy_modules[i];
    argv[count++] = firmwares[firmware].module;
    int present = check_files(workshop, firmware, err) ? -1 : exists(workshop, fedora, err);
    if (present > 0)
        argv[count++] = FEDORA_MODULE;
    if (present < 0 || run(workshop, config, script, argv, err))
        return NULL;
    return read_file(workshop, image, size, err);
}

char *grub_image_boot_sector(const struct grub_workshop *workshop, size_t *size, struct error **err)
{
    return read_file(workshop, BOOT_IMG, size, err);
}

const char *grub_image_on_host(void)
{
    static const char *const names[] = { "grub-mkimage", "grub2-mkimage" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (access(BOOT_IMG, R_OK) == 0 && process_exists(names[i]))
            return names[i];
    return NULL;
}
