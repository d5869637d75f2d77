/* SPDX-License-Identifier: Apache-2.0 */
/* The bundle's directory, made on demand. */
#include "forge/build/destination.h"
#include "forge/base/memory.h"

#include <sys/stat.h>

struct destination {
    char *remove; /* the path, when it is to be removed at close */
};

struct destination *destination_make(const char *path, struct error **err)
{
    struct stat status;
    AUTO(destination_close) struct destination *destination = NEW(struct destination);
    if (mkdir(path, 0777) == 0) {
        destination->remove = xstrdup(path);
    } else if (errno != EEXIST) {
        error_set_errno(err, "making the destination %s", path);
        return NULL;
    } else if (stat(path, &status) || !S_ISDIR(status.st_mode)) {
        error_set(err, ERROR_FAILED, "the destination %s is not a directory", path);
        return NULL;
    }
    return STEAL(destination);
}

void destination_keep(struct destination *destination)
{
    free(STEAL(destination->remove));
}

void destination_close(struct destination *destination)
{
    if (!destination)
        return;
    if (destination->remove)
        rmdir(destination->remove);
    free(destination->remove);
    free(destination);
}
