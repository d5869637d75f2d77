/* SPDX-License-Identifier: Apache-2.0 */
/* A tar stream into the guest's root directory, written while the appliance unpacks it. */
#ifndef FORGE_FSIMAGE_OPS_TAR_STREAM_H
#define FORGE_FSIMAGE_OPS_TAR_STREAM_H

#include "fsimage/guest/guest.h"

struct archive;
struct archive_entry;

/* Writes entries to ARCHIVE, in a thread of its own: the guest is busy. */
typedef int tar_stream_writer(void *opaque, struct archive *archive, struct error **err);

/* Unpack what WRITE writes below the guest's root. The appliance's tar works outside the guest's
 * root directory and follows its links: entries' paths must be real ones. EXTRAS: with extended
 * attributes and ACLs. */
MUST_CHECK int tar_stream_run(struct guest *guest, bool extras, tar_stream_writer *write,
                              void *opaque, struct error **err);

/* Write HEADER to ARCHIVE; PATH is for messages. */
MUST_CHECK int tar_stream_header(struct archive *archive, struct archive_entry *header,
                                 const char *path, struct error **err);

/* Write COUNT bytes of the last header's data. */
MUST_CHECK int tar_stream_data(struct archive *archive, const void *bytes, size_t count,
                               const char *path, struct error **err);

#endif
