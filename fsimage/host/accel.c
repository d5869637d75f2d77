/* SPDX-License-Identifier: Apache-2.0 */
/* The choice of acceleration, and the file that remembers what the probe said. */
#include "fsimage/host/accel.h"
#include "forge/base/log.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static const char *const state_texts[] = {
    [KVM_WORKS] = "KVM works",
    [KVM_ABSENT] = "there is no /dev/kvm",
    [KVM_INACCESSIBLE] = "/dev/kvm may not be opened by this user",
    [KVM_BROKEN] = "KVM is present but does not work here",
};

const char *accel_kvm_text(enum kvm_state state)
{
    return state_texts[state];
}

/* What the verdict holds for: this boot, this user, this device node. NULL: cannot be told. */
static char *verdict_key(void)
{
    char boot[37] = "";
    struct stat device;
    AUTO_FD int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, boot, sizeof(boot) - 1) != sizeof(boot) - 1 || stat("/dev/kvm", &device))
        return NULL;
    return xasprintf("%s %u %u:%u %llu %llu", boot, (unsigned)geteuid(), major(device.st_rdev),
                     minor(device.st_rdev), (unsigned long long)device.st_ino,
                     (unsigned long long)device.st_mode);
}

static char *verdict_path(void)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (runtime && *runtime == '/')
        return path_join(runtime, "forge-kvm");
    return xasprintf("/tmp/.forge-kvm-%u", (unsigned)geteuid());
}

/* In /tmp anyone may have made a file of that name: only ours counts. */
static bool recall(const char *path, const char *key, enum kvm_state *state)
{
    char text[256] = "";
    struct stat status;
    AUTO_FD int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_uid != geteuid() ||
        (status.st_mode & 077) || read(fd, text, sizeof(text) - 1) <= 0)
        return false;
    size_t length = strlen(key);
    if (strncmp(text, key, length) != 0 || text[length] != ' ')
        return false;
    int value = text[length + 1] - '0';
    if (value != KVM_WORKS && value != KVM_BROKEN)
        return false;
    *state = (enum kvm_state)value;
    return true;
}

/* Best effort: without the file the next run probes again. */
static void remember(const char *path, const char *key, enum kvm_state state)
{
    AUTO_FREE char *temporary = xasprintf("%s.XXXXXX", path);
    AUTO_FD int fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
    if (fd < 0)
        return;
    if (dprintf(fd, "%s %d\n", key, (int)state) < 0 || rename(temporary, path))
        unlink(temporary);
}

enum kvm_state accel_kvm_state(void)
{
    enum kvm_state state;
    AUTO_FREE char *key = verdict_key();
    AUTO_FREE char *path = verdict_path();
    /* Who may open the device can change at any time; only the probe's own verdict is kept. */
    if (key && access("/dev/kvm", R_OK | W_OK) == 0 && recall(path, key, &state))
        return state;
    state = kvm_probe();
    if (key && (state == KVM_WORKS || state == KVM_BROKEN))
        remember(path, key, state);
    return state;
}

bool accel_environment_forces_tcg(void)
{
    const char *settings = getenv("LIBGUESTFS_BACKEND_SETTINGS");
    AUTO_STRINGS struct string_list list = { 0 };
    string_list_split(&list, settings ? settings : "", ':');
    return string_list_contains(&list, "force_tcg") || string_list_contains(&list, "force_tcg=1");
}

int accel_check_kvm(struct error **err)
{
    AUTO_FD int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    return fd < 0 ? error_set_errno_cause(err, ERROR_HOST, "KVM was asked for: opening /dev/kvm")
                  : 0;
}

enum accel accel_choose(enum accel wanted)
{
    if (wanted != ACCEL_AUTO)
        return wanted;
    if (accel_environment_forces_tcg())
        return ACCEL_TCG;
    enum kvm_state state = accel_kvm_state();
    if (state == KVM_WORKS)
        return ACCEL_KVM;
    log_info("%s: using software emulation, which is slower", accel_kvm_text(state));
    return ACCEL_TCG;
}
