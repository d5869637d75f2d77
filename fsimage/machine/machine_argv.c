/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's command line: everything is named, nothing is probed or taken from a default. */
#include "fsimage/machine/firmware.h"
#include "fsimage/machine/machine.h"

#include <string.h>

/* A value inside one of QEMU's option strings: commas separate there, and doubled mean one. */
static char *option_value(const char *text)
{
    char *value = xcalloc(2 * strlen(text) + 1, 1), *to = value;
    for (; *text; text++) {
        *to++ = *text;
        if (*text == ',')
            *to++ = ',';
    }
    return value;
}

static void add(struct string_list *argv, const char *option, const char *value)
{
    string_list_add(argv, option);
    string_list_add(argv, value);
}

static void add_formatted(struct string_list *argv, const char *option, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void add_formatted(struct string_list *argv, const char *option, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    string_list_add(argv, option);
    string_list_take(argv, xvasprintf(format, args));
    va_end(args);
}

/* "graphics=off" makes SeaBIOS speak on the serial port. */
static void add_board(const struct machine_options *options, struct string_list *argv)
{
    bool kvm = options->accel == ACCEL_KVM, uefi = options->firmware == MACHINE_UEFI;
    add_formatted(argv, "-machine", "pc,graphics=off,accel=%s%s", kvm ? "kvm" : "tcg",
                  uefi ? ",pflash0=code,pflash1=variables" : "");
    add(argv, "-cpu", kvm ? "host" : "max");
    add_formatted(argv, "-smp", "%d", options->cpus);
    add_formatted(argv, "-m", "%d", options->memory);
}

static void add_firmware(const struct firmware *firmware, const char *variables,
                         struct string_list *argv)
{
    AUTO_FREE char *code = option_value(firmware->code);
    AUTO_FREE char *copy = option_value(variables);
    add_formatted(argv, "-blockdev", "driver=file,node-name=code,read-only=on,filename=%s", code);
    add_formatted(argv, "-blockdev", "driver=file,node-name=variables,filename=%s", copy);
}

/* The overlay is thrown away, whatever a crash leaves of it: no flushes. */
static void add_disk(const struct image *disk, struct string_list *argv)
{
    AUTO_FREE char *path = option_value(disk->path);
    add_formatted(argv, "-blockdev",
                  "driver=%s,node-name=disk,cache.no-flush=on,file.driver=file,file.filename=%s",
                  image_format_name(disk->format), path);
    add(argv, "-device", "virtio-blk-pci,drive=disk,bootindex=0");
}

static void add_network(bool network, struct string_list *argv)
{
    if (!network) {
        add(argv, "-nic", "none");
        return;
    }
    add(argv, "-netdev", "user,id=network");
    add(argv, "-device", "virtio-net-pci,netdev=network,romfile="); /* no booting from there */
}

void machine_argv(const struct machine_options *options, const char *program,
                  const struct firmware *firmware, const char *variables, struct string_list *argv)
{
    string_list_add(argv, program);
    string_list_add(argv, "-nodefaults");
    string_list_add(argv, "-no-user-config");
    add(argv, "-display", "none");
    add(argv, "-vga", "none");
    if (!options->no_sandbox)
        add(argv, "-sandbox",
            "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
    add_board(options, argv);
    if (options->firmware == MACHINE_UEFI)
        add_firmware(firmware, variables, argv);
    add_disk(options->disk, argv);
    add_network(options->network, argv);
    add(argv, "-device", "virtio-rng-pci"); /* a fresh machine has nothing else to be random from */
    add(argv, "-chardev", "socket,id=console,fd=3");
    add(argv, "-serial", "chardev:console");
    add(argv, "-chardev", "socket,id=monitor,fd=4");
    add(argv, "-mon", "chardev=monitor,mode=control");
}
