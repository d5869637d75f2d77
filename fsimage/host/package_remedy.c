/* SPDX-License-Identifier: Apache-2.0 */
/* What to install, by the names that each distribution uses. */
#include "fsimage/host/package_remedy.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

enum family { DEBIAN, UBUNTU, FEDORA, FAMILIES };

/* How os-release names a family, and how it installs. */
static const struct {
    const char *id;
    enum family family;
} ids[] = {
    { "ubuntu", UBUNTU }, { "debian", DEBIAN }, { "fedora", FEDORA },
    { "rhel", FEDORA },   { "centos", FEDORA },
};
static const char *const installers[FAMILIES] = {
    [DEBIAN] = "apt-get install", [UBUNTU] = "apt-get install", [FEDORA] = "dnf install"
};

static const struct {
    const char *what;
    const char *package[FAMILIES];
} packages[] = {
    { "kernel", { "linux-image-amd64", "linux-image-generic", "kernel-core" } },
    { "cloud kernel", { "linux-image-cloud-amd64", "linux-image-generic", "kernel-core" } },
    { "supermin", { "supermin", "supermin", "supermin" } },
    { "libguestfs", { "libguestfs0", "libguestfs0", "libguestfs-appliance" } },
    { "qemu", { "qemu-system-x86", "qemu-system-x86", "qemu-kvm-core" } },
    { "qemu-utils", { "qemu-utils", "qemu-utils", "qemu-img" } },
    { "passt", { "passt", "passt", "passt" } },
    { "mtools", { "mtools", "mtools", "mtools" } },
    { "ovmf", { "ovmf", "ovmf", "edk2-ovmf" } },
};

/* The values of ID and ID_LIKE, in that order. */
static void read_ids(struct string_list *list)
{
    static const char *const keys[] = { "ID=", "ID_LIKE=" };
    FILE *file = fopen("/etc/os-release", "re");
    AUTO_FREE char *line = NULL;
    size_t room = 0;
    for (size_t i = 0; file && i < ARRAY_SIZE(keys); i++) {
        rewind(file);
        while (getline(&line, &room, file) > 0) {
            if (!starts_with(line, keys[i]))
                continue;
            char *value = line + strlen(keys[i]);
            value[strcspn(value, "\n")] = '\0';
            value += *value == '"';
            value[strcspn(value, "\"")] = '\0';
            string_list_split(list, value, ' ');
        }
    }
    if (file)
        fclose(file);
}

static enum family this_family(void)
{
    AUTO_STRINGS struct string_list list = { 0 };
    read_ids(&list);
    for (size_t i = 0; i < list.count; i++) {
        for (size_t j = 0; j < ARRAY_SIZE(ids); j++) {
            if (strcmp(list.items[i], ids[j].id) == 0)
                return ids[j].family;
        }
    }
    return DEBIAN;
}

char *package_remedy(const char *what)
{
    enum family family = this_family();
    for (size_t i = 0; i < ARRAY_SIZE(packages); i++) {
        if (strcmp(packages[i].what, what) == 0)
            return xasprintf("install it: %s %s", installers[family], packages[i].package[family]);
    }
    return xasprintf("install %s", what);
}
