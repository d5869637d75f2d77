/* SPDX-License-Identifier: Apache-2.0 */
/* The push side of streams. */
#include "forge/base/sink.h"

int sink_write(struct sink *sink, const void *buffer, size_t count, struct error **err)
{
    return count ? sink->ops->write(sink, buffer, count, err) : 0;
}

int sink_finish(struct sink *sink, struct error **err)
{
    return sink->ops->finish(sink, err);
}

void sink_close(struct sink *sink)
{
    if (sink)
        sink->ops->close(sink);
}
