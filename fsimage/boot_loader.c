/* SPDX-License-Identifier: Apache-2.0 */
/* One run of grub-mkimage, in the guest or on this host, and the menu that its result looks for. */
#include "fsimage/boot_loader.h"
#include "forge/base/file.h"
#include "forge/base/log.h"
#include "forge/base/process.h"
#include "fsimage/boot_menu_new.h"
#include "fsimage/ops/guest_file.h"

#include <string.h>
#include <unistd.h>

/* As distributions name them, a row each. */
static const char *const mkimages[] = { "/usr/bin/grub-mkimage", "/usr/bin/grub2-mkimage" };
static const char *const menus[] = { "/boot/grub/grub.cfg", "/boot/grub2/grub.cfg" };

static const char *const old_menus[] = { "/boot/grub/menu.lst", "/boot/grub/grub.conf" };

#define BIOS_FILES "/usr/lib/grub/i386-pc"
enum { GRUB_FILE_MAX = 16 << 20 };

/* Everything that a menu of grub-mkconfig asks for, as the tree may have no modules beside it; and
 * last what reads a menu.lst, which loads kernels by linux16. */
static const char *const modules[] = {
    "biosdisk", "part_msdos",   "part_gpt",  "ext2",  "normal", "search",     "search_fs_uuid",
    "linux",    "search_label", "serial",    "test",  "echo",   "configfile", "gzio",
    "terminal", "minicmd",      "all_video", "sleep", "boot",   "linux16",    "legacycfg",
};

enum { NONE = 99 };

/* The index of the first of PATHS that the guest has, or NONE; -1 on error. */
static int find_first(struct guest *guest, const char *const paths[], int count, struct error **err)
{
    for (int i = 0; i < count; i++) {
        int present = guest_file_exists(guest, paths[i], err);
        if (present)
            return present < 0 ? -1 : i;
    }
    return NONE;
}

/* -- the menu -- */

static char *menu_of_kernels(struct guest *guest, const char *root_spec, struct error **err)
{
    AUTO(guest_strings_free) char **files = guestfs_ls(guest_handle(guest), "/boot");
    if (!files) {
        guest_error(guest, err, "looking for kernels in /boot");
        return NULL;
    }
    AUTO_STRINGS struct string_list names = { 0 };
    for (char **file = files; *file; file++)
        string_list_add(&names, *file);
    char *menu = boot_menu_new(&names, root_spec);
    if (!menu)
        error_set(err, ERROR_GUEST,
                  "the guest has neither a GRUB menu nor a kernel /boot/vmlinuz-VERSION: install "
                  "one, or choose the layout rootfs");
    return menu;
}

/* out->menu, when there is none at out->menu_path. *LEGACY: it reads a menu.lst. */
static int make_menu(struct guest *guest, const char *uuid, struct boot_loader *out, bool *legacy,
                     struct error **err)
{
    *legacy = false;
    int own = find_first(guest, &out->menu_path, 1, err);
    if (own != NONE)
        return own < 0 ? -1 : 0;
    int old = find_first(guest, old_menus, ARRAY_SIZE(old_menus), err);
    if (old < 0)
        return -1;
    AUTO_FREE char *root_spec = xasprintf("UUID=%s", uuid);
    *legacy = old != NONE;
    out->menu = *legacy ? boot_menu_legacy(old_menus[old]) : menu_of_kernels(guest, root_spec, err);
    return out->menu ? 0 : -1;
}

/* -- the images -- */

/* Its arguments; the prefix is early_config's. */
struct mkimage_argv {
    const char *items[9 + ARRAY_SIZE(modules) + 1];
};

static struct mkimage_argv mkimage_argv(const char *mkimage, bool legacy, const char *config,
                                        const char *output)
{
    struct mkimage_argv argv = { { mkimage, "-O", "i386-pc", "-p", "/boot/grub", "-c", config, "-o",
                                   output } };
    for (size_t i = 0; i < ARRAY_SIZE(modules) - (legacy ? 0 : 2); i++)
        argv.items[9 + i] = modules[i];
    return argv;
}

static char *early_config(const char *menu_path, const char *uuid)
{
    AUTO_FREE char *prefix = path_dirname(menu_path);
    return xasprintf("search.fs_uuid %s root\nset prefix=($root)%s\n", uuid, prefix);
}

static int core_in_guest(struct guest *guest, const char *mkimage, bool legacy, const char *dir,
                         const char *uuid, struct boot_loader *out, struct error **err)
{
    AUTO_FREE char *config = path_join(dir, "early.cfg");
    AUTO_FREE char *core = path_join(dir, "core.img");
    AUTO_FREE char *text = early_config(out->menu_path, uuid);
    struct mkimage_argv argv = mkimage_argv(mkimage, legacy, config, core);
    if (guest_file_write(guest, config, text, strlen(text), err) ||
        guest_run(guest, argv.items, NULL, err))
        return -1;
    out->core = guest_file_read(guest, core, &out->images.core_size, err);
    return out->core ? 0 : -1;
}

static int images_in_guest(struct guest *guest, const char *mkimage, bool legacy, const char *uuid,
                           struct boot_loader *out, struct error **err)
{
    AUTO_FREE char *dir = guest_file_temporary(guest, err);
    if (!dir) /* most likely a file system that was made as small as can be */
        return error_wrap(err, "grub-mkimage needs a few MiB in the guest");
    int result = core_in_guest(guest, mkimage, legacy, dir, uuid, out, err);
    if (guest_file_remove_temporary(guest, dir, err) || result)
        return -1;
    out->boot = guest_file_read(guest, BIOS_FILES "/boot.img", &out->images.boot_size, err);
    return out->boot ? 0 : -1;
}

static int images_on_host(const char *mkimage, bool legacy, const char *uuid, const char *scratch,
                          struct boot_loader *out, struct error **err)
{
    AUTO_FREE char *config = path_join(scratch, "early.cfg");
    AUTO_FREE char *core = path_join(scratch, "core.img");
    AUTO_FREE char *text = early_config(out->menu_path, uuid);
    struct mkimage_argv argv = mkimage_argv(mkimage, legacy, config, core);
    log_info("the guest has no grub-mkimage: its boot loader is this host's GRUB");
    if (file_write(config, text, strlen(text), err) ||
        process_run(argv.items, ERROR_HOST, NULL, NULL, err))
        return -1;
    out->core = file_read(core, GRUB_FILE_MAX, &out->images.core_size, err);
    out->boot = file_read(BIOS_FILES "/boot.img", GRUB_FILE_MAX, &out->images.boot_size, err);
    return out->core && out->boot ? 0 : -1;
}

/* -- whose GRUB -- */

/* The name of this host's grub-mkimage; NULL when it has none for BIOS. */
static const char *host_mkimage(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(mkimages); i++)
        if (access(BIOS_FILES "/boot.img", R_OK) == 0 && process_exists(path_basename(mkimages[i])))
            return path_basename(mkimages[i]);
    return NULL;
}

int boot_loader_make(struct guest *guest, const char *uuid, const char *scratch,
                     struct boot_loader *out, struct error **err)
{
    /* It goes into GRUB's own script. */
    if (!*uuid || uuid[strspn(uuid, "0123456789abcdefABCDEF-")])
        return error_set(err, ERROR_INVALID, "the UUID of the root file system is none");
    int own = find_first(guest, mkimages, ARRAY_SIZE(mkimages), err);
    int menu = own < 0 ? -1 : find_first(guest, menus, ARRAY_SIZE(menus), err);
    if (menu < 0)
        return -1;
    const char *on_host = own == NONE ? host_mkimage() : NULL;
    if (own == NONE && !on_host)
        return error_set(err, ERROR_GUEST,
                         "neither the guest nor this host has grub-mkimage and GRUB's files for "
                         "BIOS: install grub-pc-bin (grub2-pc-modules) in one of them, or choose "
                         "the layout rootfs");
    /* A GRUB looks for its own distribution's menu. */
    out->menu_path = own != NONE ? menus[own] : menu != NONE ? menus[menu] : menus[0];
    bool legacy;
    if (make_menu(guest, uuid, out, &legacy, err) ||
        (on_host ? images_on_host(on_host, legacy, uuid, scratch, out, err)
                 : images_in_guest(guest, mkimages[own], legacy, uuid, out, err)))
        return -1;
    out->images.boot = (const unsigned char *)out->boot;
    out->images.core = (const unsigned char *)out->core;
    return 0;
}

void boot_loader_clear(struct boot_loader *loader)
{
    free(loader->boot);
    free(loader->core);
    free(loader->menu);
    *loader = (struct boot_loader){ 0 };
}
