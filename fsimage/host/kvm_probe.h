/* SPDX-License-Identifier: Apache-2.0 */
/* Does /dev/kvm run code, at the speed of hardware? */
#ifndef FORGE_FSIMAGE_HOST_KVM_PROBE_H
#define FORGE_FSIMAGE_HOST_KVM_PROBE_H

enum kvm_state {
    KVM_WORKS,
    KVM_ABSENT,       /* no device */
    KVM_INACCESSIBLE, /* this user may not open it */
    KVM_BROKEN,       /* it opens, but runs a loop slowly, wrongly or not at all */
};

/* Try it in a child process; takes a few milliseconds, at most a second when it hangs. */
enum kvm_state kvm_probe(void);

#endif
