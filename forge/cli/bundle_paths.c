/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the manifests in a directory. */
#include "forge/cli/bundle_paths.h"

#include <dirent.h>
#include <sys/stat.h>

static int is_manifest_name(const struct dirent *entry)
{
    return ends_with(entry->d_name, ".manifest.xml") && entry->d_name[0] != '.';
}

int bundle_paths_add(struct string_list *paths, const char *path, struct error **err)
{
    struct stat status;
    if (stat(path, &status) || !S_ISDIR(status.st_mode)) {
        string_list_add(paths, path);
        return 0;
    }
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, is_manifest_name, alphasort);
    if (count < 0)
        return error_set_errno_cause(err, ERROR_INVALID, "reading the directory %s", path);
    for (int i = 0; i < count; i++) {
        string_list_take(paths, path_join(path, entries[i]->d_name));
        free(entries[i]);
    }
    free(entries);
    if (!count)
        return error_set(err, ERROR_INVALID, "there is no *.manifest.xml in %s", path);
    return 0;
}
