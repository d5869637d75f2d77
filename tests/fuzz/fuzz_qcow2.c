/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: the header and the cluster tables of a qcow2 file. */
#include "fsimage/image/qcow2.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_FD int fd = memfd_create("qcow2", MFD_CLOEXEC);
    AUTO(error_free) struct error *err = NULL;
    AUTO_QCOW2 struct qcow2 header = { 0 };
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        return 0;
    int result = qcow2_read(fd, "input", &header, &err);
    if (result == 0)
        result = qcow2_check_complete(fd, "input", &header, &err);
    if ((result == 0) != (err == NULL))
        abort(); /* failure and error come together */
    return 0;
}
