/* SPDX-License-Identifier: Apache-2.0 */
/* A virtual machine of one page: 10,000 turns of a real-mode loop, timed. Some hosts show a
 * /dev/kvm that emulates every instruction; there the loop takes 10 ms and a kernel never boots. */
#include "fsimage/host/kvm_probe.h"
#include "forge/base/cleanup.h"

#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#if defined(__x86_64__)

enum { TURNS = 10000, ATTEMPTS = 3, LIMIT_US = 3000, PAGE = 4096, CODE_AT = 0x1000 };

/* The virtual CPU with its memory; descriptors are the child's, which exits. */
struct machine {
    int vcpu;
    struct kvm_run *run;
};

static bool make_machine(struct machine *machine)
{
    static const unsigned char code[] = { 0xe2, 0xfe, 0xf4 }; /* loop $; hlt */
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm < 0 || ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
        return false;
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);
    unsigned char *page =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (vm < 0 || page == MAP_FAILED)
        return false;
    memcpy(page, code, sizeof(code));
    struct kvm_userspace_memory_region region = { .guest_phys_addr = CODE_AT,
                                                  .memory_size = PAGE,
                                                  .userspace_addr = (uintptr_t)page };
    /* Older Intel CPUs run real mode as a task, whose three pages must lie somewhere. */
    ioctl(vm, KVM_SET_TSS_ADDR, 0xfffbd000UL);
    if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region))
        return false;
    machine->vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
    int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (machine->vcpu < 0 || size <= 0)
        return false;
    machine->run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, machine->vcpu, 0);
    return machine->run != MAP_FAILED;
}

/* Microseconds that the loop took, -1 when it did not end as it should. */
static long run_loop(const struct machine *machine)
{
    struct kvm_sregs sregs;
    struct kvm_regs regs = { .rip = CODE_AT, .rcx = TURNS, .rflags = 2 };
    if (ioctl(machine->vcpu, KVM_GET_SREGS, &sregs))
        return -1;
    sregs.cs.base = 0;
    sregs.cs.selector = 0;
    struct timespec begin, end;
    if (ioctl(machine->vcpu, KVM_SET_SREGS, &sregs) || ioctl(machine->vcpu, KVM_SET_REGS, &regs))
        return -1;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    if (ioctl(machine->vcpu, KVM_RUN, 0) || machine->run->exit_reason != KVM_EXIT_HLT)
        return -1;
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (end.tv_sec - begin.tv_sec) * 1000000 + (end.tv_nsec - begin.tv_nsec) / 1000;
}

/* The best of a few runs, so that a busy host is not taken for a broken one. */
static bool loop_is_fast(void)
{
    struct machine machine;
    if (!make_machine(&machine))
        return false;
    for (int i = 0; i < ATTEMPTS; i++) {
        long took = run_loop(&machine);
        if (took < 0)
            return false;
        if (took <= LIMIT_US)
            return true;
    }
    return false;
}

/* Without these flags the CPU has no virtualization to offer, whatever the device says. */
static bool cpu_virtualizes(void)
{
    static const char *const flags[] = { " vmx ", " svm " };
    char text[16 << 10] = "";
    AUTO_FD int fd = open("/proc/cpuinfo", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (got <= 0)
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
        if (strstr(text, flags[i]))
            return true;
    }
    return false;
}

/* A broken KVM can hang or kill who uses it: a child does. */
static bool loop_works_in_child(void)
{
    enum { WAIT_MS = 1000 };
    pid_t child = fork();
    if (child < 0)
        return false;
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(loop_is_fast() ? 0 : 1);
    }
    AUTO_FD int pidfd = (int)syscall(SYS_pidfd_open, child, 0);
    struct pollfd ended = { .fd = pidfd, .events = POLLIN };
    if (pidfd >= 0 && poll(&ended, 1, WAIT_MS) != 1)
        kill(child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool runs_code(void)
{
    return cpu_virtualizes() && loop_works_in_child();
}

#else

/* Elsewhere that it opens has to be enough; the launch's watchdog sees the rest. */
static bool runs_code(void)
{
    return true;
}

#endif

enum kvm_state kvm_probe(void)
{
    AUTO_FD int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return errno == EACCES || errno == EPERM ? KVM_INACCESSIBLE : KVM_ABSENT;
    return runs_code() ? KVM_WORKS : KVM_BROKEN;
}
