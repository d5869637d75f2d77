/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a plan: target, objects in order, what is there already, what comes afterwards. */
#include "forge/join/plan.h"
#include "forge/join/have_list.h"
#include "forge/join/plan_digest.h"
#include "forge/join/plan_target.h"
#include "manifest/manifest.h"

#include <limits.h>
#include <string.h>

enum { KEY_MAX = 1024 }; /* bytes: S3's limit */

static char *absolute_path(const char *path, struct error **err)
{
    char *absolute = realpath(path, NULL);
    if (!absolute)
        error_set_errno_cause(err, ERROR_INVALID, "opening %s", path);
    return absolute;
}

static int find_directories(const struct plan_request *request, struct plan *plan,
                            struct error **err)
{
    AUTO_FREE char *beside = path_dirname(request->manifest);
    plan->manifest_directory = absolute_path(beside, err);
    if (!plan->manifest_directory)
        return -1;
    plan->part_directory = request->source ? absolute_path(request->source, err)
                                           : xstrdup(plan->manifest_directory);
    return plan->part_directory ? 0 : -1;
}

/* -- objects -- */

static struct plan_object new_object(const struct plan *plan, const char *name, bool is_manifest)
{
    return (struct plan_object){ .key = plan_key(plan, name),
                                 .name = xstrdup(name),
                                 .is_manifest = is_manifest };
}

static void list_objects(struct plan *plan, const struct manifest *manifest,
                         const char *manifest_name)
{
    bool first = plan->direction == PLAN_REMOVAL;
    plan->objects = xcalloc(manifest->part_count + 1, sizeof(*plan->objects));
    if (first)
        plan->objects[plan->count++] = new_object(plan, manifest_name, true);
    for (size_t i = 0; i < manifest->part_count; i++)
        plan->objects[plan->count++] = new_object(plan, manifest->parts[i].filename, false);
    if (!first)
        plan->objects[plan->count++] = new_object(plan, manifest_name, true);
}

static int compare_keys(const void *a, const void *b)
{
    const struct plan_object *const *left = a, *const *right = b;
    return strcmp((*left)->key, (*right)->key);
}

/* Two parts of one name, or a part named like the manifest, would overwrite each other. */
static int check_keys(const struct plan *plan, struct error **err)
{
    AUTO_FREE const struct plan_object **sorted = xcalloc(plan->count, sizeof(*sorted));
    for (size_t i = 0; i < plan->count; i++) {
        sorted[i] = &plan->objects[i];
        if (strlen(sorted[i]->key) > KEY_MAX)
            return error_set(err, ERROR_USAGE, "a key has more than %d bytes: %s", KEY_MAX,
                             sorted[i]->key);
    }
    qsort(sorted, plan->count, sizeof(*sorted), compare_keys);
    for (size_t i = 1; i < plan->count; i++)
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
            return error_set(err, ERROR_INVALID, "two of the bundle's files are named \"%s\"",
                             sorted[i]->name);
    return 0;
}

static void object_clear(struct plan_object *object)
{
    free(object->key);
    free(object->name);
    free(object->md5);
    free(object->content_md5);
    free(object->sha1);
    free(object->sha256);
}

static int leave_out(struct plan *plan, const char *path, struct error **err)
{
    AUTO(have_list_free) struct have_list *list = have_list_read(path, plan->bucket, err);
    if (!list)
        return -1;
    size_t kept = 0;
    for (size_t i = 0; i < plan->count; i++) {
        struct plan_object *object = &plan->objects[i];
        if (have_list_has(list, object)) {
            string_list_add(&plan->left_out, object->key);
            object_clear(object);
        } else {
            plan->objects[kept++] = *object;
        }
    }
    plan->count = kept;
    return 0;
}

/* -- what comes afterwards -- */

/* RegisterImage takes 3 to 128 characters of these (EC2 API reference, RegisterImage, Name). */
static char *registrable_name(const char *name)
{
    enum { SHORTEST = 3, LONGEST = 128 };
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "()[] ./-'@_";
    char *fit = strlen(name) < SHORTEST ? xasprintf("%s-image", name) : xstrndup(name, LONGEST);
    for (char *at = fit; *at; at++)
        if (!strchr(allowed, *at))
            *at = '-';
    return fit;
}

/* A kernel of its own means that a paravirtual loader starts the image; otherwise it boots from its
 * disk as a whole machine does. */
static const char *virtualization_of(const struct manifest *manifest)
{
    if (manifest->type && strcmp(manifest->type, "machine") != 0)
        return NULL;
    return manifest->kernel_id && *manifest->kernel_id ? "paravirtual" : "hvm";
}

static void describe_image(struct plan *plan, const struct manifest *manifest, const char *name)
{
    AUTO_FREE char *key = plan_key(plan, name);
    plan->location = xasprintf("%s/%s", plan->bucket, key);
    plan->image_name = registrable_name(manifest->name);
    plan->virtualization = virtualization_of(manifest);
    plan->architecture = xstrdup(manifest->architecture);
    plan->kernel_id = xstrdup(manifest->kernel_id);
    plan->ramdisk_id = xstrdup(manifest->ramdisk_id);
}

/* -- */

static int make(const struct plan_request *request, struct progress *progress, struct plan *plan,
                struct error **err)
{
    AUTO_MANIFEST struct manifest manifest = { 0 };
    if (plan_set_target(plan, request, err) || manifest_read(request->manifest, &manifest, err) ||
        find_directories(request, plan, err))
        return -1;
    const char *name = path_basename(request->manifest);
    list_objects(plan, &manifest, name);
    describe_image(plan, &manifest, name);
    if (check_keys(plan, err))
        return -1;
    if (plan->direction == PLAN_REMOVAL)
        return 0;
    if (plan_digest(plan, &manifest, progress, err))
        return -1;
    return request->have ? leave_out(plan, request->have, err) : 0;
}

int plan_make(const struct plan_request *request, struct progress *progress, struct plan *out,
              struct error **err)
{
    *out = (struct plan){ .direction = request->direction,
                          .acl = request->acl,
                          .region = xstrdup(request->region),
                          .create_bucket = request->create_bucket };
    if (make(request, progress, out, err)) {
        plan_clear(out);
        return error_wrap(err, "planning %s", request->manifest);
    }
    return 0;
}

int64_t plan_bytes(const struct plan *plan)
{
    int64_t bytes = 0; /* at most MANIFEST_MAX_PARTS * MANIFEST_MAX_PART_SIZE: 2^50 */
    for (size_t i = 0; i < plan->count; i++)
        bytes += plan->objects[i].size;
    return bytes;
}

void plan_clear(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        object_clear(&plan->objects[i]);
    free(plan->objects);
    free(plan->bucket);
    free(plan->prefix);
    free(plan->region);
    free(plan->part_directory);
    free(plan->manifest_directory);
    string_list_clear(&plan->left_out);
    string_list_clear(&plan->warnings);
    free(plan->location);
    free(plan->image_name);
    free(plan->architecture);
    free(plan->kernel_id);
    free(plan->ramdisk_id);
    *plan = (struct plan){ 0 };
}
