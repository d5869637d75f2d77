/* SPDX-License-Identifier: Apache-2.0 */
/* The names of stages and threads. */
#include "manifest/bundle_stats.h"

const struct bundle_stage_row bundle_stage_rows[STAGE_COUNT] = {
    [STAGE_SCAN_READ] = { "scan-read", "Read the image's data", THREAD_SCAN_READER },
    [STAGE_SCAN] = { "scan", "Find blocks of zeros", THREAD_SCANNERS },
    [STAGE_CONTENT] = { "content", "SHA-256 of the content, if wanted", THREAD_SCAN_COLLECTOR },
    [STAGE_READ] = { "read", "Read the image's data again, as an archive", THREAD_READER },
    [STAGE_SHA1] = { "sha1", "SHA-1 of the archive", THREAD_READER },
    [STAGE_DEFLATE] = { "deflate", "Compress and stitch", THREAD_PACKERS },
    [STAGE_CHECK] = { "check", "Decompress and compare", THREAD_PACKERS },
    [STAGE_CRC] = { "crc", "CRC-32 of the archive", THREAD_PACKERS },
    [STAGE_ENCRYPT] = { "encrypt", "AES-128-CBC", THREAD_ENCRYPTOR },
    [STAGE_PART_SHA1] = { "part-sha1", "SHA-1 of the parts", THREAD_PART_WRITER },
    [STAGE_PART_WRITE] = { "part-write", "Write the parts", THREAD_PART_WRITER },
};

const char *const bundle_thread_names[THREAD_COUNT] = {
    [THREAD_SCAN_READER] = "scan-reader",
    [THREAD_SCANNERS] = "scanners",
    [THREAD_SCAN_COLLECTOR] = "scan-collector",
    [THREAD_READER] = "reader",
    [THREAD_PACKERS] = "packers",
    [THREAD_ENCRYPTOR] = "encryptor",
    [THREAD_PART_WRITER] = "part-writer",
};
