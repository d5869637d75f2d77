/* SPDX-License-Identifier: Apache-2.0 */
/* What can be refused before a bundle is begun. */
#include "manifest/bundle.h"
#include "manifest/bundle_account.h"
#include "manifest/bundle_files.h"
#include "manifest/derive.h"
#include "manifest/packer.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

/* NAME becomes file names, a tar member and XML text. */
static int check_name(const char *name, struct error **err)
{
    enum { LONGEST_SUFFIX = sizeof(".part.") - 1 + 10 };
    if (!name || !*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return error_set(err, ERROR_USAGE, "the bundle needs a name");
    if (strchr(name, '/'))
        return error_set(err, ERROR_USAGE, "the name \"%s\" must not contain a slash", name);
    if (strlen(name) > NAME_MAX - LONGEST_SUFFIX)
        return error_set(err, ERROR_USAGE, "the name \"%s\" is longer than %d bytes", name,
                         NAME_MAX - LONGEST_SUFFIX);
    if (isspace((unsigned char)*name) || isspace((unsigned char)name[strlen(name) - 1]))
        return error_set(err, ERROR_USAGE,
                         "the name \"%s\" has a blank at an end, which readers of manifests drop",
                         name);
    for (const char *at = name; *at; at++) {
        if (iscntrl((unsigned char)*at))
            return error_set(err, ERROR_USAGE,
                             "the name of a bundle must not contain control "
                             "characters");
    }
    return 0;
}

const char *const bundle_type_names[] = { "machine", "kernel", "ramdisk", NULL };

/* Kernels, and only they, have the name of a kernel (FORMAT.md 5). */
static int check_type(const struct manifest *fields, struct error **err)
{
    const char *type = fields->type ? fields->type : bundle_type_names[0];
    bool named = fields->kernel_name && *fields->kernel_name;
    const char *const *known = bundle_type_names;
    while (*known && strcmp(*known, type) != 0)
        known++;
    if (!*known)
        return error_set(err, ERROR_USAGE, "there is no image type \"%s\"", type);
    if (strcmp(type, "kernel") == 0 && !named)
        return error_set(err, ERROR_USAGE, "an image of type kernel needs a kernel name");
    if (strcmp(type, "kernel") != 0 && fields->kernel_name)
        return error_set(err, ERROR_USAGE, "only an image of type kernel has a kernel name");
    return 0;
}

static int check_fields(const struct manifest *fields, struct error **err)
{
    if (check_name(fields->name, err) || check_type(fields, err))
        return -1;
    AUTO_FREE char *account = fields->user ? bundle_account(fields->user) : NULL;
    if (!account)
        return error_set(err, ERROR_USAGE, "the account \"%s\" is not a number of 12 digits",
                         fields->user ? fields->user : "");
    return 0;
}

static int check_keys(const struct bundle_keys *keys, struct error **err)
{
    if (!keys->ec2_certificate)
        return error_set(err, ERROR_USAGE, "the cloud's certificate is missing");
    if (keys->user_key && keys->user_certificate &&
        !private_key_matches(keys->user_key, keys->user_certificate))
        return error_set(err, ERROR_INVALID, "the private key does not belong to the certificate");
    return 0;
}

/* Derived keys without a secret would be no keys. */
static int check_secret(const struct bundle_options *options, struct error **err)
{
    if (options->seed && !options->reproducible)
        return error_set(err, ERROR_USAGE, "a seed has no use but in a reproducible bundle");
    if (options->reproducible && !options->seed && !options->keys.user_key)
        return error_set(err, ERROR_USAGE,
                         "a reproducible bundle needs a secret: the private key or a seed");
    if (options->seed && options->seed->length < DERIVE_SEED_MIN)
        return error_set(err, ERROR_INVALID, "the seed has %zu bytes, fewer than %d",
                         options->seed->length, DERIVE_SEED_MIN);
    return 0;
}

const struct packer_kind *bundle_packer(const struct bundle_options *options, int *level)
{
    *level = options->level ? options->level : PACKER_LEVEL_DEFAULT;
    return packer_find(options->packer, *level);
}

static int check_packing(const struct bundle_options *options, struct error **err)
{
    if (options->part_size < 0 || options->part_size > MANIFEST_MAX_PART_SIZE)
        return error_set(err, ERROR_USAGE, "a part size of %lld bytes is impossible",
                         (long long)options->part_size);
    int level;
    if (options->level != PACKER_LEVEL_FAST &&
        (options->level < 0 || options->level > PACKER_LEVEL_MAX))
        return error_set(err, ERROR_USAGE, "there is no compression level %d", options->level);
    if (!bundle_packer(options, &level))
        return error_set(err, ERROR_USAGE, "this build cannot compress by %s", options->packer);
    return 0;
}

int bundle_check_options(const struct bundle_options *options, struct error **err)
{
    if (check_fields(options->fields, err) || check_keys(&options->keys, err) ||
        check_secret(options, err) || check_packing(options, err))
        return -1;
    if (access(options->directory, W_OK | X_OK))
        return error_set_errno(err, "the bundle cannot be written to %s", options->directory);
    return options->replace ? 0
                            : bundle_files_check(options->directory, options->fields->name,
                                                 options->companion, err);
}

int bundle_check_size(int64_t size, const struct bundle_options *options, struct error **err)
{
    if (size <= 0)
        return error_set(err, ERROR_INVALID, "the image is empty");
    if (size <= BUNDLE_IMAGE_MAX || options->no_size_checks)
        return 0;
    return error_set(err, ERROR_INVALID,
                     "the image has %lld bytes, more than the %lld that EC2 takes", (long long)size,
                     (long long)BUNDLE_IMAGE_MAX);
}
