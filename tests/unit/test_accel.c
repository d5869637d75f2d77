/* SPDX-License-Identifier: Apache-2.0 */
/* KVM's verdict: probed once, remembered in a file that only we can have written. */
#include "forge/base/strings.h"
#include "fsimage/host/accel.h"
#include "tests/unit/check.h"

#include <fcntl.h>
#include <sys/stat.h>

static char *dir, *file;

static int set_up(void **state)
{
    (void)state;
    dir = make_scratch();
    file = path_join(dir, "forge-kvm");
    setenv("XDG_RUNTIME_DIR", dir, 1);
    unsetenv("LIBGUESTFS_BACKEND_SETTINGS");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(file);
    remove_scratch(dir);
    return 0;
}

static enum kvm_state opposite(enum kvm_state state)
{
    return state == KVM_WORKS ? KVM_BROKEN : KVM_WORKS;
}

/* Write STATE as the remembered verdict, in what is a file of ours but for MODE. */
static void pretend(enum kvm_state state, mode_t mode)
{
    char text[256] = "";
    int fd = open(file, O_RDWR | O_CLOEXEC);
    ssize_t length = read(fd, text, sizeof(text));
    assert_true(length > 2);
    text[length - 2] = (char)('0' + state);
    assert_int_equal(pwrite(fd, text, (size_t)length, 0), length);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void need_device(void)
{
    if (access("/dev/kvm", R_OK | W_OK))
        skip(); /* without a device there is no verdict to remember */
}

static void the_verdict_is_remembered(void **state)
{
    (void)state;
    need_device();
    enum kvm_state real = accel_kvm_state();
    struct stat status;
    assert_int_equal(stat(file, &status), 0);
    assert_int_equal(status.st_mode, S_IFREG | 0600);
    assert_int_equal(kvm_probe(), real);
    pretend(opposite(real), 0600);
    assert_int_equal(accel_kvm_state(), opposite(real));
    assert_int_equal(accel_choose(ACCEL_AUTO), real == KVM_WORKS ? ACCEL_TCG : ACCEL_KVM);
}

static void a_file_that_others_may_have_written_does_not_count(void **state)
{
    (void)state;
    need_device();
    enum kvm_state real = accel_kvm_state();
    pretend(opposite(real), 0622);
    assert_int_equal(accel_kvm_state(), real);
    AUTO_FREE char *elsewhere = path_join(dir, "elsewhere");
    pretend(opposite(real), 0600);
    assert_int_equal(rename(file, elsewhere), 0);
    assert_int_equal(symlink(elsewhere, file), 0);
    assert_int_equal(accel_kvm_state(), real);
}

static void a_verdict_of_another_boot_does_not_count(void **state)
{
    (void)state;
    need_device();
    enum kvm_state real = accel_kvm_state();
    pretend(opposite(real), 0600);
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "zz", 2, 0), 2);
    close(fd);
    assert_int_equal(accel_kvm_state(), real);
}

static void what_is_asked_for_is_not_probed(void **state)
{
    (void)state;
    assert_int_equal(accel_choose(ACCEL_KVM), ACCEL_KVM);
    assert_int_equal(accel_choose(ACCEL_TCG), ACCEL_TCG);
    setenv("LIBGUESTFS_BACKEND_SETTINGS", "gdb:force_tcg", 1);
    assert_int_equal(accel_choose(ACCEL_AUTO), ACCEL_TCG);
    assert_int_equal(accel_choose(ACCEL_KVM), ACCEL_KVM);
    assert_int_equal(access(file, F_OK), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_verdict_is_remembered),
        TEST(a_file_that_others_may_have_written_does_not_count),
        TEST(a_verdict_of_another_boot_does_not_count),
        TEST(what_is_asked_for_is_not_probed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
