/* SPDX-License-Identifier: Apache-2.0 */
/* From a request to a running machine, with KVM and QEMU's sandbox where they work. */
#include "forge/join/boot_machine.h"
#include "forge/base/cpu.h"
#include "forge/base/file.h"
#include "forge/base/log.h"
#include "fsimage/host/accel.h"

#include <string.h>

int boot_machine_prepare(struct boot_machine *boot, const struct boot_request *request,
                         struct error **err)
{
    if (request->accel == ACCEL_KVM && accel_check_kvm(err))
        return -1;
    boot->workdir = workdir_create(temporary_parent(request->tmpdir), err);
    if (!boot->workdir)
        return -1;
    boot->options = (struct machine_options){
        .dir = workdir_path(boot->workdir),
        .accel = accel_choose(request->accel),
        .firmware = request->firmware,
        .cpus = request->cpus ? request->cpus : (int)cpu_count(),
        .memory = request->memory ? request->memory : BOOT_MEMORY,
        .restarts = request->restarts,
        .network = request->network,
    };
    return 0;
}

int boot_machine_start(struct boot_machine *boot, const struct boot_request *request,
                       struct error **err)
{
    machine_stop(STEAL(boot->machine));
    overlay_close(STEAL(boot->overlay));
    boot->overlay = overlay_create(request->image, workdir_path(boot->workdir), err);
    if (!boot->overlay)
        return -1;
    boot->options.disk = overlay_image(boot->overlay);
    boot->machine = machine_start(&boot->options, err);
    return boot->machine ? 0 : -1;
}

bool boot_machine_may_emulate(const struct boot_machine *boot, const struct boot_request *request)
{
    return boot->options.accel == ACCEL_KVM && request->accel == ACCEL_AUTO;
}

bool boot_machine_weaken(struct boot_machine *boot, const struct boot_request *request)
{
    AUTO_FREE char *complaint = machine_complaint(boot->machine);
    if (!boot->options.no_sandbox &&
        (strstr(complaint, "seccomp") || strstr(complaint, "andbox"))) {
        log_debug("QEMU's sandbox does not work here: %s", complaint);
        boot->options.no_sandbox = true;
        return true;
    }
    if (boot_machine_may_emulate(boot, request)) {
        log_info("the machine makes no progress with KVM: using software emulation, which is "
                 "slower");
        boot->options.accel = ACCEL_TCG;
        return true;
    }
    return false;
}

int boot_log(const struct boot_request *request, const char *bytes, size_t count,
             struct error **err)
{
    if (request->log_fd >= 0 && file_write(request->log_fd, bytes, count))
        return error_set_errno(err, "writing the console's log");
    return 0;
}

void boot_machine_clear(struct boot_machine *boot)
{
    machine_stop(boot->machine);
    overlay_close(boot->overlay);
    workdir_close(boot->workdir);
}
