/* SPDX-License-Identifier: Apache-2.0 */
/* The libraries under fsimage, each with the version that is loaded. */
#include "fsimage/host/libraries.h"

#include <guestfs.h>
#include <libnbd.h>

DEFINE_CLEANUP(guestfs_h *, guestfs_close)
DEFINE_CLEANUP(struct nbd_handle *, nbd_close)

void fsimage_libraries(struct string_list *names)
{
    AUTO(guestfs_close) guestfs_h *guestfs = guestfs_create_flags(GUESTFS_CREATE_NO_ENVIRONMENT);
    struct guestfs_version *version = guestfs ? guestfs_version(guestfs) : NULL;
    if (version)
        string_list_take(names, xasprintf("libguestfs %lld.%lld.%lld", (long long)version->major,
                                          (long long)version->minor, (long long)version->release));
    guestfs_free_version(version);
    AUTO(nbd_close) struct nbd_handle *nbd = nbd_create();
    if (nbd)
        string_list_take(names, xasprintf("libnbd %s", nbd_get_version(nbd)));
}
