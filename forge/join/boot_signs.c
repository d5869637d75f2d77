/* SPDX-License-Identifier: Apache-2.0 */
/* What firmware, boot loaders, kernels and first programs say when a boot ends, well or badly.
 *
 * A prompt is a line without an end: its pattern has a $, and must not match the beginning of an
 * innocent line, which may come in pieces. A line that only hints at the reason is a clue: it is
 * told along with the failure, which tends to follow. */
#include "forge/join/boot_signs.h"

#define KERNEL_PANIC "Kernel panic - not syncing: "
#define SEE_FSTAB                                                                                  \
    "the system stopped in emergency mode: a mount or a unit that it needs failed, see /etc/fstab"

const struct boot_sign boot_signs[] = {
    /* Before systemd's success: it says of an emergency, too, that the startup is finished. */
    { "emergency target",
      "\\b(?:Started|Reached target) .*\\b(?:Emergency|Rescue) (?:Shell|Mode)\\b",
      BOOT_SIGN_FAILURE, SEE_FSTAB },

    /* The kernel's own messages may follow a prompt at once. */
    { "login prompt", "^(?!Last |Failed )(?:\\S+ )?login: ?(?:$|\\[ *\\d+\\.\\d)",
      BOOT_SIGN_SUCCESS, NULL },
    { "cloud-init finished", "\\bCloud-init v\\. ?\\S+ finished at ", BOOT_SIGN_SUCCESS, NULL },
    { "systemd finished", "\\bsystemd\\[1\\]: Startup finished in ", BOOT_SIGN_SUCCESS, NULL },
    { "systemd target", "^\\[ *OK *\\] Reached target .*(?:Multi-User System|Graphical Interface)",
      BOOT_SIGN_SUCCESS, NULL },

    /* -- the firmware -- */
    { "no bootable disk", "^(?:No bootable device|Boot failed: not a bootable disk)",
      BOOT_SIGN_FAILURE,
      "the BIOS finds no boot loader on the disk: install one (grub-install), or give --firmware "
      "uefi if the image is made for it" },
    { "UEFI finds nothing",
      "^BdsDxe: (?:No bootable option or device was found|starting Boot\\w+ \"EFI Internal "
      "Shell\")|"
      "^UEFI Interactive Shell v|^Shell> ?$",
      BOOT_SIGN_FAILURE,
      "the UEFI firmware finds no boot loader on the disk: it needs an EFI system partition with "
      "/EFI/BOOT/BOOTX64.EFI; an image for a BIOS boots without --firmware uefi" },

    /* -- boot loaders; two terminals of GRUB on one line say everything twice -- */
    { "GRUB rescue", "(?:^|[\\s>])grub rescue> ?$", BOOT_SIGN_FAILURE,
      "GRUB stopped at its rescue prompt, as it does not find the file system with /boot/grub: "
      "install it again for this disk (grub-install)" },
    { "GRUB prompt", "(?:^|[\\s>])grub> ?$", BOOT_SIGN_FAILURE,
      "GRUB stopped at its prompt, as it finds no configuration: make one (update-grub, "
      "grub2-mkconfig)" },
    { "GRUB has no kernel", "error: .*\\byou need to load the kernel first", BOOT_SIGN_FAILURE,
      "GRUB could not load the kernel that its configuration names: see the files in /boot, and "
      "make "
      "the configuration again (update-grub, grub2-mkconfig)" },
    { "GRUB disk error", "\\bGRUB (?:Geom|Hard Disk|Read) Error|(?:GRUB ){4,}$", BOOT_SIGN_FAILURE,
      "GRUB's first sector cannot read the rest of GRUB: install it again (grub-install)" },
    { "GRUB gives up", "Failed to boot both default and fallback entries", BOOT_SIGN_FAILURE,
      "GRUB could boot none of its entries: see /boot/grub/grub.cfg" },
    { "SYSLINUX has no kernel",
      "^(?:No DEFAULT or UI configuration directive found!|Could not find kernel image: )",
      BOOT_SIGN_FAILURE, "SYSLINUX finds no kernel: see its configuration" },

    /* -- the kernel -- */
    { "no root file system", KERNEL_PANIC "VFS: Unable to mount root fs", BOOT_SIGN_FAILURE,
      "the kernel cannot mount the root file system: see root= on its command line, and whether "
      "its "
      "initrd is there and has the driver of a virtio disk" },
    { "no init", KERNEL_PANIC "(?:No working init found|Requested init )", BOOT_SIGN_FAILURE,
      "the kernel finds no first program: see init= on its command line, and /sbin/init" },
    { BOOT_SIGN_TIMER, KERNEL_PANIC "IO-APIC \\+ timer doesn't work", BOOT_SIGN_FAILURE,
      "the emulated timer did not tick in time for the kernel, as this host is busy: try again" },
    { "kernel panic", KERNEL_PANIC, BOOT_SIGN_FAILURE, "the kernel panicked" },

    /* -- the initrd -- */
    { "root does not exist", "^ALERT! .* does not exist\\.", BOOT_SIGN_FAILURE,
      "the initrd does not find the root file system: see root= on the kernel's command line, and "
      "whether the initrd has the driver of a virtio disk (update-initramfs)" },
    { "init does not exist", "^No init found\\. Try passing init=", BOOT_SIGN_FAILURE,
      "the root file system has no first program: see init= on the kernel's command line, and "
      "/sbin/init" },
    { "initramfs shell", "(?:^|\\s)\\(initramfs\\) ?$", BOOT_SIGN_FAILURE,
      "the initrd gave up and opened a shell" },
    { "dracut shell",
      "^Entering emergency mode\\. Exit the shell to continue|^dracut:/# ?$|"
      "\\bdracut-initqueue\\[\\d+\\]: Warning: Could not boot",
      BOOT_SIGN_FAILURE,
      "the initrd (dracut) gave up and opened a shell: see root= on the kernel's command line, and "
      "whether the initrd has the driver of a virtio disk" },

    /* -- the system -- */
    { "emergency mode", "^You are in (?:emergency|rescue) mode", BOOT_SIGN_FAILURE, SEE_FSTAB },
    { "locked emergency shell", "the root account is locked", BOOT_SIGN_FAILURE, SEE_FSTAB },
    { "maintenance shell", "^(?:Give root password for|Press Enter for) maintenance",
      BOOT_SIGN_FAILURE, SEE_FSTAB },
    { "systemd freezes", "^\\[!!!!!!\\] |\\bsystemd\\[1\\]: Freezing execution", BOOT_SIGN_FAILURE,
      "systemd itself failed and stopped" },

    /* -- clues -- */
    { "GRUB error", "^error: (?!no suitable video mode found)", BOOT_SIGN_CLUE, NULL },
    { "device timeout", "^\\[ *TIME *\\] Timed out waiting for device ", BOOT_SIGN_CLUE, NULL },
    { "root device timeout", "^Gave up waiting for root ", BOOT_SIGN_CLUE, NULL },
    { "failed mount", "^\\[ *FAILED *\\] Failed to (?:mount|start) .*(?:/|[Ff]ile ?[Ss]ystem)",
      BOOT_SIGN_CLUE, NULL },
    { "failed dependency", "^\\[ *DEPEND *\\] Dependency failed for ", BOOT_SIGN_CLUE, NULL },
    { "failed check", "UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY", BOOT_SIGN_CLUE, NULL },
    { "root device", "\\bVFS: Cannot open root device ", BOOT_SIGN_CLUE, NULL },
    { "file system error", "\\b(?:EXT[234]-fs|XFS|BTRFS) ?(?:\\([^)]*\\): )?error\\b",
      BOOT_SIGN_CLUE, NULL },
    { "out of memory", "\\bOut of memory: Killed process ", BOOT_SIGN_CLUE, NULL },

    /* -- signs of life -- */
    { "kernel banner", "\\bLinux version \\d", BOOT_SIGN_ALIVE, NULL },
    { "kernel message", "^\\[ *\\d+\\.\\d{6}\\] ", BOOT_SIGN_ALIVE, NULL },
    { "unit started", "^\\[ *OK *\\] ", BOOT_SIGN_ALIVE, NULL },
    { 0 },
};
