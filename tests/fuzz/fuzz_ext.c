/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: ext2, ext3 and ext4 file systems of 256 KiB, given as {u16 index, 256 bytes}...
 *
 * What is not given is zero, so that an input is small; tests/fuzz/ext-corpus makes such inputs. */
#include "forge/base/device.h"
#include "forge/base/memory.h"
#include "fsimage/ext/ext_free.h"
#include "fsimage/ext/ext_writer.h"
#include "fsimage/tree/tree.h"

#include <archive_entry.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { IMAGE = 256 << 10, PIECE = 256 };

struct fuzz_device {
    struct device device;
    unsigned char bytes[IMAGE];
};

static int fuzz_pread(struct device *device, void *buffer, size_t count, int64_t offset,
                      struct error **err)
{
    (void)err;
    memcpy(buffer, container_of(device, struct fuzz_device, device)->bytes + offset, count);
    return 0;
}

static unsigned read_all(struct device *device)
{
    AUTO(error_free) struct error *err = NULL;
    AUTO(tree_close) struct tree *tree = tree_open_ext(device, 0, &err);
    struct archive_entry *entry;
    const unsigned char *bytes;
    size_t count;
    int64_t offset, total = 0;
    unsigned sum = 0;
    int more = tree ? 1 : -1;
    while (more > 0 && (more = tree_next(tree, &entry, &err)) > 0) {
        int64_t position = 0;
        while ((more = tree_read(tree, (const void **)&bytes, &count, &offset, &err)) > 0) {
            if (!count || offset < position || offset + (int64_t)count > archive_entry_size(entry))
                abort();
            position = offset + (int64_t)count;
            total += (int64_t)count;
            sum += bytes[count - 1];
        }
        more = more < 0 ? -1 : 1;
    }
    /* Inodes may hold some data as well. */
    if ((more < 0) != (err != NULL) || total > 2 * IMAGE)
        abort();
    return sum;
}

/* Whatever can be read can be measured, or is refused. */
static void measure(struct device *device)
{
    AUTO(error_free) struct error *err = NULL;
    struct ext_options options = { .type = EXT_4, .uuid = "fuzz", .now = 1 }, fitted;
    AUTO(tree_close) struct tree *tree = tree_open_ext(device, 0, NULL);
    if (tree && (ext_measure(tree, &options, &fitted, &err) != 0) != (err != NULL))
        abort();
}

/* What is free lies within the file system, in order. */
static void find_free(struct device *device)
{
    AUTO(error_free) struct error *err = NULL;
    AUTO_AREAS struct area_list areas = { 0 };
    const struct disk_area whole = { 0, IMAGE };
    int64_t end = 0;
    if ((ext_free_find(device, &whole, &areas, &err) != 0) != (err != NULL))
        abort();
    for (size_t i = 0; i < areas.count; i++) {
        const struct disk_area *area = &areas.items[i];
        if (area->offset < end || area->size <= 0 || area->size > IMAGE - area->offset)
            abort();
        end = area->offset + area->size;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct device_ops ops = { .pread = fuzz_pread };
    static struct fuzz_device image;
    memset(&image, 0, sizeof(image));
    image.device = (struct device){ .ops = &ops, .size = IMAGE };
    for (; size >= 2 + PIECE; data += 2 + PIECE, size -= 2 + PIECE) {
        size_t index = (data[0] | (size_t)data[1] << 8) % (IMAGE / PIECE);
        memcpy(image.bytes + index * PIECE, data + 2, PIECE);
    }
    unsigned sum = read_all(&image.device); /* all of it can be read */
    measure(&image.device);
    find_free(&image.device);
    return sum == 1 ? -1 : 0;
}
