/* SPDX-License-Identifier: Apache-2.0 */
/* What disk was asked for, as JSON. */
#include "forge/build/layout_json.h"
#include "forge/base/strings.h"

/* Owned; NULL when no size was asked for. */
static char *size_text(const struct layout_request *request)
{
    switch (request->size_kind) {
    case LAYOUT_MIN:
        return xstrdup("min");
    case LAYOUT_EXACT:
        return xasprintf("%lld", (long long)request->size);
    case LAYOUT_FREE:
        return xasprintf("+%lld", (long long)request->size);
    case LAYOUT_AS_SOURCE:
        break;
    }
    return NULL;
}

static json_t *rules_json(const struct layout_request *request)
{
    json_t *array = json_array();
    for (size_t i = 0; i < request->rule_count; i++)
        json_array_append_new(
            array, json_pack("{s:s, s:o}", "rule",
                             request->rules[i].kind == TREE_EXCLUDE ? "exclude" : "include",
                             "pattern", json_text(request->rules[i].pattern)));
    return array;
}

json_t *layout_json(const struct layout_request *request)
{
    static const char *const layouts[] = {
        [DISK_KEEP] = "keep", [DISK_ROOTFS] = "rootfs", [DISK_MBR] = "mbr", [DISK_GPT] = "gpt"
    };
    static const char *const fstabs[] = { [LAYOUT_FSTAB_KEEP] = "keep",
                                          [LAYOUT_FSTAB_DEFAULT] = "default",
                                          [LAYOUT_FSTAB_LEGACY] = "legacy",
                                          [LAYOUT_FSTAB_TEXT] = "file" };
    if (request->layout == DISK_KEEP && request->size_kind == LAYOUT_AS_SOURCE)
        return json_null();
    AUTO_FREE char *size = size_text(request);
    return json_pack("{s:s, s:b, s:o, s:o, s:s, s:o}", "layout", layouts[request->layout], "efi",
                     (int)request->efi, "size", json_text(size), "fs",
                     json_text(request->type ? ext_type_name(request->type) : NULL), "fstab",
                     fstabs[request->fstab], "rules", rules_json(request));
}
