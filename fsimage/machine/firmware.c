/* SPDX-License-Identifier: Apache-2.0 */
/* Where distributions keep OVMF, each code with the variables that fit it. */
#include "fsimage/machine/firmware.h"
#include "fsimage/host/package_remedy.h"

static const struct firmware places[] = {
    /* Debian, Ubuntu; what older releases have, and Fedora by a link */
    { "/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd" },
    { "/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd" },
    /* Fedora and its relatives */
    { "/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd" },
    /* Arch Linux, new and old */
    { "/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd" },
    { "/usr/share/edk2-ovmf/x64/OVMF_CODE.fd", "/usr/share/edk2-ovmf/x64/OVMF_VARS.fd" },
    /* openSUSE */
    { "/usr/share/qemu/ovmf-x86_64-code.bin", "/usr/share/qemu/ovmf-x86_64-vars.bin" },
    /* what QEMU's own sources install */
    { "/usr/share/qemu/edk2-x86_64-code.fd", "/usr/share/qemu/edk2-i386-vars.fd" },
};

int firmware_find(struct firmware *firmware, struct error **err)
{
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        if (access(places[i].code, R_OK) == 0 && access(places[i].variables, R_OK) == 0) {
            *firmware = places[i];
            return 0;
        }
    }
    AUTO_FREE char *remedy = package_remedy("ovmf");
    return error_set(err, ERROR_HOST, "there is no UEFI firmware for virtual machines here: %s",
                     remedy);
}
