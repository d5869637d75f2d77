/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: set, wrapped, first one wins. */
#include "tests/unit/check.h"

static void wrapping_puts_the_context_in_front(void **state)
{
    (void)state;
    struct error *err = NULL;
    errno = ENOENT;
    assert_int_equal(error_set_errno(&err, "opening %s", "base.qcow2"), -1);
    error_wrap(&err, "building %s", "web.yaml");
    assert_string_equal(err->message,
                        "building web.yaml: opening base.qcow2: No such file or directory");
    assert_int_equal(err->cause, ERROR_FAILED);
    error_free(err);
}

static void the_first_error_is_kept(void **state)
{
    (void)state;
    struct error *err = NULL;
    error_set(&err, ERROR_MISMATCH, "first");
    error_set(&err, ERROR_USAGE, "second");
    struct error *third = NULL;
    error_set(&third, ERROR_HOST, "third");
    error_move(&err, third);
    assert_error(err, ERROR_MISMATCH, "first");
}

static void a_caller_without_interest_passes_null(void **state)
{
    (void)state;
    assert_int_equal(error_set(NULL, ERROR_FAILED, "unheard"), -1);
    assert_int_equal(error_wrap(NULL, "nor this"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrapping_puts_the_context_in_front),
        cmocka_unit_test(the_first_error_is_kept),
        cmocka_unit_test(a_caller_without_interest_passes_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
