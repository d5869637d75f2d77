/* SPDX-License-Identifier: Apache-2.0 */
/* The pull side of streams. */
#include "forge/base/source.h"

ssize_t source_read(struct source *source, void *buffer, size_t count, struct error **err)
{
    return source->ops->read(source, buffer, count, err);
}

ssize_t source_read_full(struct source *source, void *buffer, size_t count, struct error **err)
{
    size_t done = 0;
    while (done < count) {
        ssize_t got = source_read(source, (char *)buffer + done, count - done, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

void source_close(struct source *source)
{
    if (source)
        source->ops->close(source);
}
