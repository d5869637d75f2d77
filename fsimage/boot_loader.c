/* SPDX-License-Identifier: Apache-2.0 */
/* One run of grub-mkimage in the guest; its result comes out, nothing stays. */
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

#define BIOS_FILES "/usr/lib/grub/i386-pc"

/* Everything that a menu of grub-mkconfig asks for: the tree may have no modules beside it. */
static const char *const modules[] = {
    "biosdisk", "part_msdos",   "part_gpt",  "ext2",  "normal", "search",     "search_fs_uuid",
    "linux",    "search_label", "serial",    "test",  "echo",   "configfile", "gzio",
    "terminal", "minicmd",      "all_video", "sleep", "boot",
};

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

static int run_mkimage(struct guest *guest, const struct grub_flavour *flavour, const char *config,
                       const char *output, struct error **err)
{
    const char *argv[10 + ARRAY_SIZE(modules) + 1] = {
        flavour->mkimage, "-O", "i386-pc", "-p", flavour->prefix, "-c", config, "-o", output,
    };
    size_t count = 9;
    for (size_t i = 0; i < ARRAY_SIZE(modules); i++)
        argv[count++] = modules[i];
    return guest_run(guest, argv, NULL, err);
}

static int make_core(struct guest *guest, const struct grub_flavour *flavour, const char *dir,
                     const char *uuid, struct boot_loader *out, struct error **err)
{
    AUTO_FREE char *config = path_join(dir, "early.cfg");
    AUTO_FREE char *core = path_join(dir, "core.img");
    AUTO_FREE char *text =
        xasprintf("search.fs_uuid %s root\nset prefix=($root)%s\n", uuid, flavour->prefix);
    if (guest_file_write(guest, config, text, strlen(text), err) ||
        run_mkimage(guest, flavour, config, core, err))
        return -1;
    out->core = guest_file_read(guest, core, &out->images.core_size, err);
    return out->core ? 0 : -1;
}

int boot_loader_make(struct guest *guest, const char *uuid, struct boot_loader *out,
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
    int result = make_core(guest, flavour, dir, uuid, out, err);
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
    *loader = (struct boot_loader){ 0 };
}
