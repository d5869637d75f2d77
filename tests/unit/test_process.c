/* SPDX-License-Identifier: Apache-2.0 */
/* External programs: output, failures, and nothing that reads as a shell would. */
#include "forge/base/process.h"
#include "forge/base/strings.h"
#include "tests/unit/check.h"

#include <signal.h>

static void output_comes_back_whole(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *output = NULL;
    const char *argv[] = { "printf", "%s|", "a b", "$(id)", NULL };
    assert_ok(process_run(argv, ERROR_FAILED, &output, NULL, &err) == 0, err);
    assert_string_equal(output, "a b|$(id)|");
}

static void a_failure_quotes_what_the_program_said(void **state)
{
    (void)state;
    struct error *err = NULL;
    const char *argv[] = { "sh", "-c", "echo first >&2; echo last words >&2; exit 3", NULL };
    assert_int_equal(process_run(argv, ERROR_INVALID, NULL, NULL, &err), -1);
    assert_error(err, ERROR_INVALID, "sh failed with status 3: first\nlast words");
}

static void an_expected_status_is_no_error(void **state)
{
    (void)state;
    struct error *err = NULL;
    int status = -1;
    const char *argv[] = { "sh", "-c", "exit 3", NULL };
    assert_ok(process_run(argv, ERROR_INVALID, NULL, &status, &err) == 0, err);
    assert_int_equal(status, 3);
}

static void a_missing_program_is_the_host_s_fault(void **state)
{
    (void)state;
    struct error *err = NULL;
    const char *argv[] = { "no-such-program-here", NULL };
    assert_int_equal(process_run(argv, ERROR_FAILED, NULL, NULL, &err), -1);
    assert_error(err, ERROR_HOST, "running no-such-program-here: No such file");
    assert_false(process_exists("no-such-program-here"));
    assert_true(process_exists("sh"));
}

static void endless_output_is_cut(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *output = NULL;
    const char *argv[] = { "seq", "3000000", NULL }; /* 22 MB */
    assert_ok(process_run(argv, ERROR_FAILED, &output, NULL, &err) == 0, err);
    assert_int_equal(strlen(output), 16 << 20);
}

static void a_started_program_gets_its_descriptors_and_dies_with_us(void **state)
{
    (void)state;
    struct error *err = NULL;
    int pipe_fds[2];
    assert_int_equal(pipe(pipe_fds), 0);
    pid_t middle = fork();
    if (middle == 0) {
        const char *argv[] = { "sh", "-c", "echo $$ >&3; exec sleep 60", NULL };
        if (process_start(argv, &pipe_fds[1], 1, -1, &err) < 0)
            _exit(1);
        sleep(60);
        _exit(0);
    }
    close(pipe_fds[1]);
    char text[32] = { 0 };
    assert_true(read(pipe_fds[0], text, sizeof(text) - 1) > 0);
    pid_t grandchild = (pid_t)atoi(text);
    assert_int_equal(kill(grandchild, 0), 0);
    kill(middle, SIGKILL);
    waitpid(middle, NULL, 0);
    AUTO_FREE char *proc = xasprintf("/proc/%d/exe", (int)grandchild);
    char target[64];
    for (int i = 0; i < 100 && readlink(proc, target, sizeof(target)) > 0; i++)
        usleep(20000);
    assert_int_equal(readlink(proc, target, sizeof(target)), -1);
    close(pipe_fds[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_comes_back_whole),
        cmocka_unit_test(a_failure_quotes_what_the_program_said),
        cmocka_unit_test(an_expected_status_is_no_error),
        cmocka_unit_test(a_missing_program_is_the_host_s_fault),
        cmocka_unit_test(endless_output_is_cut),
        cmocka_unit_test(a_started_program_gets_its_descriptors_and_dies_with_us),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
