/* SPDX-License-Identifier: Apache-2.0 */
/* Names of a bundle's files, and publishing them so that a manifest never lacks its parts. */
#include "manifest/bundle_files.h"
#include "forge/base/strings.h"
#include "forge/base/workdir.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define PART_INFIX      ".part."
#define MANIFEST_SUFFIX ".manifest.xml"

char *bundle_part_name(const char *name, size_t index, size_t count)
{
    int digits = snprintf(NULL, 0, "%zu", count);
    return xasprintf("%s" PART_INFIX "%0*zu", name, digits, index);
}

char *bundle_manifest_name(const char *name)
{
    return xasprintf("%s" MANIFEST_SUFFIX, name);
}

/* Is FILE the manifest, or a part by any index, of the bundle called NAME? */
static bool is_of_bundle(const char *file, const char *name)
{
    if (!starts_with(file, name))
        return false;
    const char *rest = file + strlen(name);
    if (strcmp(rest, MANIFEST_SUFFIX) == 0)
        return true;
    if (!starts_with(rest, PART_INFIX))
        return false;
    rest += strlen(PART_INFIX);
    return *rest && rest[strspn(rest, "0123456789")] == '\0';
}

/* The bundle's files that lie in DIRECTORY, by their paths. */
static int list_files(const char *directory, const char *name, struct string_list *out,
                      struct error **err)
{
    DIR *dir = opendir(directory);
    if (!dir)
        return error_set_errno(err, "opening %s", directory);
    errno = 0;
    for (struct dirent *entry; (entry = readdir(dir)); errno = 0) {
        if (is_of_bundle(entry->d_name, name))
            string_list_take(out, path_join(directory, entry->d_name));
    }
    int failed = errno ? error_set_errno(err, "reading %s", directory) : 0;
    closedir(dir);
    return failed;
}

/* The companion in DIRECTORY, if one is there, joins FOUND. */
static void find_companion(const char *directory, const char *companion, struct string_list *found)
{
    AUTO_FREE char *path = companion ? path_join(directory, companion) : NULL;
    if (path && faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        string_list_take(found, STEAL(path));
}

int bundle_files_check(const char *directory, const char *name, const char *companion,
                       struct error **err)
{
    AUTO_STRINGS struct string_list found = { 0 };
    if (list_files(directory, name, &found, err))
        return -1;
    if (found.count)
        return error_set(err, ERROR_FAILED, "%s exists already", found.items[0]);
    find_companion(directory, companion, &found);
    if (found.count)
        return error_set(err, ERROR_FAILED, "%s exists already, of another bundle", found.items[0]);
    return 0;
}

/* The manifest goes first: what is left of a run that ends here does not look like a bundle. */
static int remove_files(const char *directory, const char *name, const char *companion,
                        struct error **err)
{
    AUTO_STRINGS struct string_list found = { 0 };
    if (list_files(directory, name, &found, err))
        return -1;
    find_companion(directory, companion, &found);
    for (int parts = 0; parts <= 1; parts++) {
        for (size_t i = 0; i < found.count; i++) {
            const char *path = found.items[i];
            if (ends_with(path, MANIFEST_SUFFIX) != parts && unlink(path) && errno != ENOENT)
                return error_set_errno(err, "removing %s", path);
        }
    }
    return 0;
}

static int publish(const char *from, const char *directory, const char *file,
                   struct string_list *published, struct error **err)
{
    AUTO_FREE char *to = path_join(directory, file);
    if (publish_file(from, to, false, err))
        return -1;
    string_list_take(published, STEAL(to));
    return 0;
}

static int publish_all(const char *directory, const char *name, const struct bundle_files *files,
                       struct string_list *published, struct error **err)
{
    const struct written_parts *parts = files->parts;
    for (size_t i = 0; i < parts->count; i++) {
        AUTO_FREE char *file = bundle_part_name(name, i, parts->count);
        if (publish(parts->items[i].path, directory, file, published, err))
            return -1;
    }
    if (files->companion &&
        publish(files->companion, directory, path_basename(files->companion), published, err))
        return -1;
    AUTO_FREE char *file = bundle_manifest_name(name);
    return publish(files->manifest, directory, file, published, err);
}

/* All bytes must be on disk before an older bundle goes: a full disk may show as late as here. */
static int sync_parts(const struct written_parts *parts, struct error **err)
{
    for (size_t i = 0; i < parts->count; i++) {
        AUTO_FD int fd = open(parts->items[i].path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || fsync(fd))
            return error_set_errno(err, "syncing part %zu", i);
    }
    return 0;
}

/* The names themselves must survive a crash; a file system that cannot sync a directory has
 * nothing better to offer. */
static int sync_directory(const char *directory, struct error **err)
{
    AUTO_FD int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || (fsync(fd) && errno != EINVAL && errno != ENOTSUP))
        return error_set_errno(err, "syncing %s", directory);
    return 0;
}

int bundle_files_publish(const char *directory, const char *name, const struct bundle_files *files,
                         bool replace, struct error **err)
{
    const char *companion = files->companion ? path_basename(files->companion) : NULL;
    if (sync_parts(files->parts, err) || (replace && remove_files(directory, name, companion, err)))
        return -1;
    AUTO_STRINGS struct string_list published = { 0 };
    if (publish_all(directory, name, files, &published, err) == 0 &&
        sync_directory(directory, err) == 0)
        return 0;
    for (size_t i = published.count; i-- > 0;)
        unlink(published.items[i]);
    return -1;
}
