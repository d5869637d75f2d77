/* SPDX-License-Identifier: Apache-2.0 */
/* Shows an image: format and sizes, then what the appliance finds in it. */
#include "forge/base/json.h"
#include "forge/cli/bundle_request.h"
#include "forge/cli/inspect.h"
#include "forge/cli/report.h"
#include "fsimage/guest/guest_contents.h"

static void report_image(const struct image *image)
{
    report("image", image->path);
    report("format", image_format_name(image->format));
    report_size("virtual size", image->virtual_size);
    report_size("allocated", image->allocated_size);
}

static json_t *image_json(const struct image *image)
{
    return json_pack("{s:s, s:o, s:s, s:I, s:I}", "kind", "image", "path", json_text(image->path),
                     "format", image_format_name(image->format), "virtual_size",
                     (json_int_t)image->virtual_size, "allocated_size",
                     (json_int_t)image->allocated_size);
}

static void report_guest(const struct guest_facts *facts, const struct guest_contents *contents)
{
    report("system", facts->product_name);
    reportf("distribution", "%s %d.%d", facts->distro ? facts->distro : "unknown", facts->major,
            facts->minor);
    report("architecture", facts->arch);
    report("hostname", facts->hostname);
    report("packages", facts->package_management);
    for (size_t i = 0; i < contents->kernels.count; i++)
        report(i ? "" : "kernel", contents->kernels.items[i]);
    for (size_t i = 0; i < contents->filesystem_count; i++) {
        const struct guest_filesystem *item = &contents->filesystems[i];
        AUTO_FREE char *size = format_size(item->size);
        reportf(i ? "" : "file systems", "%s %s %s%s%s%s%s%s%s", item->device, item->type, size,
                item->label ? " LABEL=" : "", item->label ? item->label : "",
                item->uuid ? " UUID=" : "", item->uuid ? item->uuid : "",
                item->mount_point ? " on " : "", item->mount_point ? item->mount_point : "");
    }
}

static json_t *filesystem_json(const struct guest_filesystem *item)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I}", "device", json_text(item->device), "type",
                     json_text(item->type), "label", json_text(item->label), "uuid",
                     json_text(item->uuid), "mount_point", json_text(item->mount_point), "size",
                     (json_int_t)item->size);
}

static json_t *guest_json(const struct guest_facts *facts, const struct guest_contents *contents)
{
    json_t *kernels = json_array(), *filesystems = json_array();
    for (size_t i = 0; i < contents->kernels.count; i++)
        json_array_append_new(kernels, json_text(contents->kernels.items[i]));
    for (size_t i = 0; i < contents->filesystem_count; i++)
        json_array_append_new(filesystems, filesystem_json(&contents->filesystems[i]));
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "root",
        json_text(facts->root), "type", json_text(facts->type), "distro", json_text(facts->distro),
        "product_name", json_text(facts->product_name), "major", facts->major, "minor",
        facts->minor, "arch", json_text(facts->arch), "hostname", json_text(facts->hostname),
        "package_format", json_text(facts->package_format), "package_management",
        json_text(facts->package_management), "kernels", kernels, "file_systems", filesystems);
}

/* Show the guest: as text when JSON is NULL, else as its member "guest". */
static int show_guest(const struct invocation *invocation, const struct image *image, json_t *json,
                      struct error **err)
{
    const struct inspect_values *values = invocation->values;
    const struct guest_options options = guest_options_of(&values->appliance, invocation->common);
    AUTO(guest_close)
    struct guest *guest = guest_open(image, GUEST_READ_ONLY, &options, invocation->progress, err);
    AUTO_CONTENTS struct guest_contents contents = { 0 };
    if (!guest || guest_contents_read(guest, &contents, err))
        return -1;
    if (json)
        json_object_set_new(json, "guest", guest_json(guest_facts(guest), &contents));
    else
        report_guest(guest_facts(guest), &contents);
    return guest_shutdown(guest, err);
}

int inspect_image(const struct invocation *invocation, const char *path, struct error **err)
{
    const struct inspect_values *values = invocation->values;
    const struct keyring none = { 0 };
    const struct input_options options = input_options_of(&values->input, &none);
    AUTO(image_close) struct image *image = image_open(path, &options.image, err);
    if (!image)
        return -1;
    AUTO(json_decref) json_t *json = values->json ? image_json(image) : NULL;
    if (!json)
        report_image(image);
    if (!values->no_guest && show_guest(invocation, image, json, err))
        return -1;
    return json ? json_print(json, stdout, err) : 0;
}
