/* SPDX-License-Identifier: Apache-2.0 */
/* Finds out what a fresh disk is made from; all of a layout that needs the appliance. */
#include "forge/build/layout_source.h"
#include "forge/base/log.h"
#include "fsimage/guest/guest_tree.h"
#include "fsimage/tree/tree_mount.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* tar(5), and the magic numbers of what compresses it. */
static bool is_archive(const char *path)
{
    enum { USTAR_AT = 257 };
    static const char *const magics[] = { "\x1f\x8b", "\3757zXZ", "\x28\xb5\x2f\xfd", "BZh" };
    char head[512] = { 0 };
    AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || read(fd, head, sizeof(head) - 1) < USTAR_AT + 5)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(magics); i++)
        if (starts_with(head, magics[i]))
            return true;
    return starts_with(head + USTAR_AT, "ustar");
}

bool layout_takes_files(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && (S_ISDIR(status.st_mode) || is_archive(path));
}

void layout_source_of_files(const char *path, struct layout_source *source)
{
    struct stat status;
    bool directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    *(directory ? &source->directory : &source->archive) = xstrdup(path);
}

static bool is_ext(const char *type)
{
    return type &&
           (strcmp(type, "ext2") == 0 || strcmp(type, "ext3") == 0 || strcmp(type, "ext4") == 0);
}

/* The EFI system partition is no part of the tree. */
static bool is_in_tree(const struct guest_mount *mount)
{
    return strcmp(mount->point, "/boot/efi") != 0 && strcmp(mount->point, "/efi") != 0;
}

/* Can all file systems of the tree be read without the appliance? */
static bool reads_directly(const struct guest_mounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++) {
        const struct guest_mount *mount = &mounts->items[i];
        if (!is_in_tree(mount) || (is_ext(mount->type) && mount->pieces))
            continue;
        log_debug("%s cannot be read directly: %s", mount->point,
                  mount->pieces ? "it is not ext2, ext3 or ext4"
                                : "where its volume lies is not known");
        return false;
    }
    return true;
}

int layout_source_ask(const struct layout_request *request, struct guest *guest,
                      const char *workdir, struct progress *progress, struct layout_source *source,
                      struct error **err)
{
    if (guest_mounts_read(guest, &source->mounts, err))
        return -1;
    const char *uuid = request->uuid ? request->uuid : source->mounts.items[0].uuid;
    bool with_loader = layout_boots(request->layout);
    if (with_loader && !uuid)
        return error_set(err, ERROR_USAGE,
                         "the root file system has no UUID that GRUB could find it by: give one "
                         "with --uuid");
    if (with_loader && boot_loader_make(guest, uuid, request->efi, workdir, &source->loader, err))
        return -1;
    if (reads_directly(&source->mounts))
        return 0;
    source->archive = path_join(workdir, "tree.tar");
    progress_begin(progress, "copying the guest's files", 0);
    int result = guest_tree_archive(guest, source->archive, err);
    progress_end(progress);
    return result;
}

int layout_source_open(const struct image *image, struct layout_source *source, struct error **err)
{
    const struct guest_mounts *mounts = &source->mounts;
    if (source->archive)
        return 0;
    source->device = image_device(image, err);
    if (!source->device)
        return -1;
    source->parts = xcalloc(mounts->count, sizeof(struct device *));
    for (size_t i = 0; i < mounts->count; i++) {
        const struct guest_mount *mount = &mounts->items[i];
        if (is_in_tree(mount) && !(source->parts[i] = device_pieces_new(
                                       source->device, mount->pieces, mount->piece_count, err)))
            return error_wrap(err, "%s", mount->device);
    }
    return 0;
}

int64_t layout_source_size(const struct layout_source *source)
{
    int64_t total = 0;
    for (size_t i = 0; i < source->mounts.count; i++) {
        const struct guest_mount *mount = &source->mounts.items[i];
        if (is_in_tree(mount) &&
            (mount->size < 0 || __builtin_add_overflow(total, mount->size, &total)))
            return 0; /* a subvolume has no size of its own */
    }
    return total;
}

/* The file systems one in the other; their mount points are in an order that allows it. */
static struct tree *mounted_tree(const struct layout_source *source, struct error **err)
{
    AUTO(tree_close) struct tree *tree = tree_open_ext(source->parts[0], 0, err);
    for (size_t i = 1; tree && i < source->mounts.count; i++) {
        const struct guest_mount *mount = &source->mounts.items[i];
        if (!source->parts[i])
            continue;
        struct tree *inner = tree_open_ext(source->parts[i], 0, err);
        if (!inner) {
            error_wrap(err, "%s", mount->point);
            return NULL;
        }
        tree = tree_mount_new(STEAL(tree), mount->point + 1, inner);
    }
    return STEAL(tree);
}

struct tree *layout_source_tree(const struct layout_source *source, struct error **err)
{
    if (source->directory)
        return tree_open_directory(source->directory, err);
    if (source->archive)
        return tree_open_archive(source->archive, err);
    return mounted_tree(source, err);
}

void layout_source_clear(struct layout_source *source)
{
    boot_loader_clear(&source->loader);
    for (size_t i = 0; source->parts && i < source->mounts.count; i++)
        device_close(source->parts[i]);
    free(source->parts);
    guest_mounts_clear(&source->mounts);
    device_close(source->device);
    free(source->archive);
    free(source->directory);
    *source = (struct layout_source){ 0 };
}
