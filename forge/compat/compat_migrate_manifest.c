/* SPDX-License-Identifier: Apache-2.0 */
/* ec2-migrate-manifest: change a manifest for another region or cloud in its place (FORMAT.md 12).
 */
#include "forge/base/file.h"
#include "forge/base/workdir.h"
#include "forge/compat/compat.h"
#include "manifest/rekey.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

struct migrate_values {
    const char *manifest, *certificate, *private_key;
    bool access_key, secret_key; /* were given */
    const char *ec2_certificate, *kernel, *ramdisk, *region, *id_map;
    bool no_mapping;
};

#define FIELD(member) .offset = offsetof(struct migrate_values, member)
static const struct argument_row rows[] = {
    { "manifest", 'm', ARGUMENT_FILE, "PATH", FIELD(manifest), "The path to the manifest file.",
      .mandatory = true },
    { "cert", 'c', ARGUMENT_FILE, "PATH", FIELD(certificate),
      "The path to the user's PEM encoded RSA certificate file.", .mandatory = true },
    { "privatekey", 'k', ARGUMENT_FILE, "PATH", FIELD(private_key),
      "The path to the user's PEM encoded RSA private key file.", .mandatory = true },
    { "access-key", 'a', ARGUMENT_SECRET, "USER", FIELD(access_key), "Accepted and forgotten." },
    { "secret-key", 's', ARGUMENT_SECRET, "PASSWORD", FIELD(secret_key),
      "Accepted and forgotten." },
    { "ec2cert", 0, ARGUMENT_FILE, "PATH", FIELD(ec2_certificate),
      "Certificate of the cloud to wrap the bundle's key for." },
    { "kernel", 0, ARGUMENT_TEXT, "KERNEL_ID", FIELD(kernel), "Kernel id to put into the AMI." },
    { "ramdisk", 0, ARGUMENT_TEXT, "RAMDISK_ID", FIELD(ramdisk),
      "Ramdisk id to put into the AMI." },
    { "no-mapping", 0, ARGUMENT_FLAG, NULL, FIELD(no_mapping),
      "Take only the ids that are given." },
    { "id-map", 0, ARGUMENT_FILE, "FILE", FIELD(id_map),
      "CSV table of kernel and ramdisk ids: a column for each region." },
    { "region", 0, ARGUMENT_TEXT, "REGION", FIELD(region), "The region to migrate to." },
};

/* What the original asks EC2's API for comes from a table here, or not at all. */
static int check_mapping(const struct migrate_values *values, struct compat_run *run,
                         struct error **err)
{
    if (values->id_map && values->no_mapping)
        return error_set(err, ERROR_USAGE, "--id-map and --no-mapping may not both be provided");
    if (values->no_mapping || (values->id_map && values->region))
        return 0;
    if (!values->region)
        return error_set(err, ERROR_USAGE,
                         "If using automatic mapping, --region must be provided. "
                         "(--no-mapping takes only the ids that are given.)");
    run->status = COMPAT_LOOKUP;
    return error_set(
        err, ERROR_USAGE,
        "kernel and ramdisk ids are not looked up over the network: give "
        "--no-mapping, with --kernel and --ramdisk if the image needs them, or a table "
        "with --id-map FILE");
}

static int read_signed(const struct migrate_values *values, struct manifest *manifest,
                       struct error **err)
{
    AUTO(certificate_free)
    struct certificate *certificate = certificate_read(values->certificate, err);
    if (!certificate)
        return -1;
    if (manifest_read(values->manifest, manifest, err) ||
        manifest_check_signature(manifest, certificate, err))
        return error_wrap(err, "Bad manifest '%s'", values->manifest);
    return 0;
}

/* The certificate of the cloud to wrap for: as given, else the region's. Left NULL, with a warning,
 * when a region's is not at hand: the bundle's key stays as it is. */
static int read_cloud(const struct migrate_values *values, struct certificate **certificate,
                      struct error **err)
{
    AUTO_FREE char *path = xstrdup(values->ec2_certificate);
    AUTO(error_free) struct error *missing = NULL;
    if (!path && values->region)
        path = region_certificate_path(values->region, &missing);
    if (missing)
        compat_warn("The bundle's key stays wrapped for the cloud that it was made for: %s",
                    missing->message);
    if (!path)
        return 0;
    *certificate = certificate_read(path, err);
    return *certificate ? 0 : -1;
}

static void warn_of_lost_ids(const struct manifest *manifest, const struct migrate_values *values)
{
    if (values->id_map ||
        ((!manifest->kernel_id || values->kernel) && (!manifest->ramdisk_id || values->ramdisk)))
        return;
    compat_warn("This operation removes the kernel or ramdisk id of the AMI. The AMI may fail to "
                "launch unless a\nsuitable kernel and ramdisk are given when it is launched.");
}

/* An id that is not given: by the table when there is one, else none. */
static const char *id_or_none(const char *given, const struct migrate_values *values)
{
    return given || values->id_map ? given : "";
}

/* The migrated document; owned, NULL on error. */
static char *migrate(const struct manifest *manifest, struct compat_run *run, size_t *length,
                     struct error **err)
{
    const struct migrate_values *values = run->values;
    AUTO(private_key_free)
    struct private_key *key = compat_read_key(values->private_key, run->common, err);
    AUTO(certificate_free) struct certificate *cloud = NULL;
    AUTO(id_map_free) struct id_map *map = NULL;
    if (!key || read_cloud(values, &cloud, err) ||
        (values->id_map && !(map = id_map_read(values->id_map, err))))
        return NULL;
    const struct rekey_options options = {
        .user_key = key,
        .ec2_certificate = cloud,
        .kernel_id = id_or_none(values->kernel, values),
        .ramdisk_id = id_or_none(values->ramdisk, values),
        .id_map = map,
        .region = values->region,
    };
    char *text = rekey_manifest(manifest, &options, length, err);
    if (!text && map && (*err)->cause == ERROR_USAGE)
        run->status = COMPAT_NO_MAPPING;
    return text;
}

/* -- files -- */

static int write_file(const char *path, const char *text, size_t length, mode_t mode,
                      struct error **err)
{
    AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set_errno(err, "making %s", path);
    if (file_write(fd, text, length) || fchmod(fd, mode) || fsync(fd))
        return error_set_errno(err, "writing %s", path);
    return 0;
}

/* A copy of the manifest as it was, under a name that is free. */
static int back_up(const char *path, const char *backup, mode_t mode, struct error **err)
{
    size_t length;
    AUTO_FREE char *old = file_read(path, MANIFEST_MAX_BYTES, &length, err);
    if (!old)
        return -1;
    puts("Backing up manifest...");
    return write_file(backup, old, length, mode, err);
}

/* Keep the old file, then let TEXT take its place by rename: there is a whole manifest under the
 * name at every moment. A symbolic link stays one. */
static int replace(const char *path, const char *backup, const char *text, size_t length,
                   struct error **err)
{
    struct stat status;
    AUTO_FREE char *target = realpath(path, NULL);
    if (!target || stat(target, &status))
        return error_set_errno(err, "looking for %s", path);
    AUTO_FREE char *directory = path_dirname(target);
    AUTO(workdir_close) struct workdir *staging = workdir_create(directory, err);
    if (!staging)
        return -1;
    AUTO_FREE char *file = workdir_file(staging, "manifest.xml");
    mode_t mode = status.st_mode & 0777;
    if (write_file(file, text, length, mode, err) || back_up(target, backup, mode, err))
        return -1;
    return publish_file(file, target, true, err);
}

static int check_backup(const char *backup, struct compat_run *run, struct error **err)
{
    if (faccessat(AT_FDCWD, backup, F_OK, AT_SYMLINK_NOFOLLOW))
        return 0;
    run->status = COMPAT_FILE;
    return error_set(err, ERROR_FAILED,
                     "Backup file '%s' already exists. Please delete or rename it and try again.",
                     backup);
}

static int migrate_manifest(struct compat_run *run, struct error **err)
{
    const struct migrate_values *values = run->values;
    AUTO_MANIFEST struct manifest manifest = { 0 };
    AUTO_FREE char *backup = xasprintf("%s.bak", values->manifest);
    if (values->access_key || values->secret_key)
        compat_warn("--access-key and --secret-key are not needed: nothing is asked over the "
                    "network.");
    if (check_mapping(values, run, err) || read_signed(values, &manifest, err) ||
        check_backup(backup, run, err))
        return -1;
    warn_of_lost_ids(&manifest, values);
    size_t length;
    AUTO_FREE char *text = migrate(&manifest, run, &length, err);
    if (!text || replace(values->manifest, backup, text, length, err))
        return -1;
    printf("Successfully migrated %s\n", values->manifest);
    if (values->region)
        printf("It is now suitable for use in %s.\n", values->region);
    return 0;
}

const struct compat_tool compat_migrate_manifest = {
    .name = "ec2-migrate-manifest",
    .manual =
        "ec2-migrate-manifest changes a manifest for another region: it replaces the kernel and\n"
        "ramdisk ids by the ones that are given or that a table names, wraps the bundle's key\n"
        "for another cloud when that cloud's certificate is given, and signs the result. The\n"
        "parts stay as they are; the old manifest is kept as FILE.bak.\n",
    .rows = rows,
    .row_count = ARRAY_SIZE(rows),
    .values_size = sizeof(struct migrate_values),
    .run = migrate_manifest,
};
