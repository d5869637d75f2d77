/* SPDX-License-Identifier: Apache-2.0 */
/* Manifest fields completed from an older bundle, the guest, or the host. */
#include "forge/build/complete.h"
#include "forge/base/log.h"

#include <string.h>
#include <sys/utsname.h>

static void complete_text(char **field, const char *value)
{
    if (!*field)
        *field = xstrdup(value);
}

static void complete_list(struct string_list *field, const struct string_list *value)
{
    if (!field->count)
        string_list_copy(field, value);
}

static bool has_mapping(const struct manifest *fields, const char *virtual_name)
{
    for (size_t i = 0; i < fields->mapping_count; i++)
        if (strcmp(fields->mappings[i].virtual_name, virtual_name) == 0)
            return true;
    return false;
}

void complete_from_origin(struct manifest *fields, const struct manifest *origin)
{
    if (!origin)
        return;
    complete_text(&fields->architecture, origin->architecture);
    complete_text(&fields->kernel_id, origin->kernel_id);
    complete_text(&fields->ramdisk_id, origin->ramdisk_id);
    complete_list(&fields->product_codes, &origin->product_codes);
    complete_list(&fields->ancestry, &origin->ancestry);
    for (size_t i = 0; i < origin->mapping_count; i++) {
        const struct mapping *mapping = &origin->mappings[i];
        if (!has_mapping(fields, mapping->virtual_name))
            manifest_add_mapping(fields, mapping->virtual_name, mapping->device);
    }
}

void complete_from_guest(struct manifest *fields, const struct guest_facts *facts)
{
    if (facts->arch && strcmp(facts->arch, "unknown") != 0)
        complete_text(&fields->architecture, facts->arch);
}

void complete_from_host(struct manifest *fields)
{
    struct utsname host;
    if (fields->architecture || uname(&host))
        return;
    bool x86_32 = strlen(host.machine) == 4 && host.machine[0] == 'i' &&
                  strcmp(host.machine + 2, "86") == 0;
    fields->architecture = xstrdup(x86_32 ? "i386" : host.machine);
    log_info("the architecture is taken from this host: %s (--arch says otherwise)",
             fields->architecture);
}
