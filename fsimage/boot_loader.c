/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of grub-mkimage in the guest; their results come out, nothing stays. */
#include "fsimage/boot_loader.h"
#include "fsimage/ops/guest_file.h"

#include <string.h>

/* As distributions name it. */
struct grub_flavour {
    const char *mkimage, *prefix;
};

static const struct grub_flavour flavours[] = {
    { "/usr/bin/grub-mkimage", "/boot/grub" },
    { "/usr/bin/grub2-mkimage", "/boot/grub2" },
};

/* A firmware that GRUB is made for. */
struct grub_platform {
    const char *format; /* as grub-mkimage -O calls it */
    const char *files;  /* where GRUB's own are */
    const char *module; /* that only this one has */
    const char *remedy; /* when they are missing */
};

#define BIOS_FILES "/usr/lib/grub/i386-pc"
#define EFI_FILES  "/usr/lib/grub/x86_64-efi"

static const struct grub_platform bios = {
    "i386-pc", BIOS_FILES, "biosdisk",
    "install its GRUB 2 for BIOS (grub-pc-bin, grub2-pc-modules), or choose the layout rootfs"
};
static const struct grub_platform efi = {
    "x86_64-efi", EFI_FILES, "efifwsetup",
    "install its GRUB 2 for UEFI (grub-efi-amd64-bin, grub2-efi-x64-modules), or leave out --efi"
};

/* Everything that a menu of grub-mkconfig asks for: the tree may have no modules beside it. */
static const char *const modules[] = {
    "part_msdos", "part_gpt",     "ext2",    "normal",    "search", "search_fs_uuid",
    "linux",      "search_label", "serial",  "test",      "echo",   "configfile",
    "gzio",       "terminal",     "minicmd", "all_video", "sleep",  "boot",
};

/* Fedora's menus are made of one file for each entry, which only its own GRUB can read. */
#define FEDORA_MODULE "blscfg"

static const struct grub_flavour *find_flavour(struct guest *guest, struct error **err)
{
    for (size_t i = 0; i < ARRAY_SIZE(flavours); i++) {
        int present = guest_file_exists(guest, flavours[i].mkimage, err);
        if (present < 0)
            return NULL;
        if (present)
            return &flavours[i];
    }
    error_set(err, ERROR_GUEST,
              "the guest has no grub-mkimage: install its GRUB 2 for BIOS (grub-pc-bin, "
              "grub2-pc), or choose the layout rootfs");
    return NULL;
}

static int run_mkimage(struct guest *guest, const struct grub_flavour *flavour,
                       const struct grub_platform *platform, const char *config, const char *output,
                       struct error **err)
{
    const char *argv[9 + ARRAY_SIZE(modules) + 3] = {
        flavour->mkimage, "-O", platform->format, "-p", flavour->prefix, "-c", config, "-o", output,
    };
    size_t count = 9;
    for (size_t i = 0; i < ARRAY_SIZE(modules); i++)
        argv[count++] = modules[i];
    argv[count++] = platform->module;
    AUTO_FREE char *fedora = xasprintf("%s/%s.mod", platform->files, FEDORA_MODULE);
    int present = guest_file_exists(guest, fedora, err);
    if (present > 0)
        argv[count++] = FEDORA_MODULE;
    return present < 0 ? -1 : guest_run(guest, argv, NULL, err);
}

/* One image for PLATFORM, made in DIR with the script CONFIG; owned. */
static char *make_image(struct guest *guest, const struct grub_flavour *flavour,
                        const struct grub_platform *platform, const char *dir, const char *config,
                        size_t *size, struct error **err)
{
    AUTO_FREE char *image = path_join(dir, platform->format);
    int present = guest_file_exists(guest, platform->files, err);
    if (present < 0)
        return NULL;
    if (!present) {
        error_set(err, ERROR_GUEST, "the guest has no %s: %s", platform->files, platform->remedy);
        return NULL;
    }
    if (run_mkimage(guest, flavour, platform, config, image, err))
        return NULL;
    return guest_file_read(guest, image, size, err);
}

static int make_images(struct guest *guest, const struct grub_flavour *flavour, const char *dir,
                       const char *uuid, bool with_efi, struct boot_loader *out, struct error **err)
{
    AUTO_FREE char *config = path_join(dir, "early.cfg");
    AUTO_FREE char *text =
        xasprintf("search.fs_uuid %s root\nset prefix=($root)%s\n", uuid, flavour->prefix);
    if (guest_file_write(guest, config, text, strlen(text), err))
        return -1;
    out->core = make_image(guest, flavour, &bios, dir, config, &out->images.core_size, err);
    if (out->core && with_efi)
        out->efi = make_image(guest, flavour, &efi, dir, config, &out->efi_size, err);
    return out->core && (out->efi || !with_efi) ? 0 : -1;
}

int boot_loader_make(struct guest *guest, const char *uuid, bool with_efi, struct boot_loader *out,
                     struct error **err)
{
    /* It goes into GRUB's own script. */
    if (!*uuid || uuid[strspn(uuid, "0123456789abcdefABCDEF-")])
        return error_set(err, ERROR_INVALID, "the UUID of the root file system is none");
    const struct grub_flavour *flavour = find_flavour(guest, err);
    if (!flavour)
        return -1;
    AUTO_FREE char *dir = guest_file_temporary(guest, err);
    if (!dir) /* most likely a file system that was made as small as can be */
        return error_wrap(err, "grub-mkimage needs a few MiB in the guest");
    int result = make_images(guest, flavour, dir, uuid, with_efi, out, err);
    if (guest_file_remove_temporary(guest, dir, err) || result)
        return -1;
    out->boot = guest_file_read(guest, BIOS_FILES "/boot.img", &out->images.boot_size, err);
    if (!out->boot)
        return -1;
    out->images.boot = (const unsigned char *)out->boot;
    out->images.core = (const unsigned char *)out->core;
    return 0;
}

void boot_loader_clear(struct boot_loader *loader)
{
    free(loader->boot);
    free(loader->core);
    free(loader->efi);
    *loader = (struct boot_loader){ 0 };
}
