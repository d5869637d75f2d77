/* SPDX-License-Identifier: Apache-2.0 */
/* --edit FILE:EXPR: s/// and y/// here, any other Perl by the guest's own perl, never by the
 * host's. */
#include "forge/base/log.h"
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/edit_expression.h"
#include "fsimage/ops/ops.h"

#include <string.h>

/* For the guest's perl: EXPR on every line of FILE as under -p, with $lineno as in virt-edit(1);
 * the file is rewritten in place, so that it stays what it was in all but its content. */
static const char perl_program[] =
    "my ($forge_expr, $forge_path) = @ARGV;\n"
    "open(my $forge_in, '<', $forge_path) or die \"$forge_path: $!\\n\";\n"
    "my ($forge_out, $lineno) = ('', 0);\n"
    "eval 'while (<$forge_in>) { $lineno++; ' . $forge_expr .\n"
    "     \"\\n} continue { \\$forge_out .= \\$_ } 1\" or die $@;\n"
    "open(my $forge_file, '>', $forge_path) or die \"$forge_path: $!\\n\";\n"
    "print {$forge_file} $forge_out or die \"$forge_path: $!\\n\";\n"
    "close($forge_file) or die \"$forge_path: $!\\n\";\n";

int check_edit(struct customize_step *step, struct error **err)
{
    AUTO(edit_expression_free) struct edit_expression *expression = NULL;
    if (guest_path_check(step->first, err))
        return -1;
    return edit_expression_compile(step->second, &expression, err);
}

static int edit_with_perl(struct guest *guest, const struct customize_step *step,
                          struct error **err)
{
    int has_perl = guest_file_exists(guest, "/usr/bin/perl", err);
    if (has_perl <= 0)
        return has_perl < 0 ? -1
                            : error_set(err, ERROR_GUEST,
                                        "the guest has no perl, which an expression other than "
                                        "s/x/y/ and y/abc/xyz/ needs");
    if (guest_file_require_regular(guest, step->first, false, err))
        return -1;
    const char *const argv[] = { "/usr/bin/perl", "-e",        perl_program,
                                 step->second,    step->first, NULL };
    return guest_run(guest, argv, NULL, err);
}

int op_edit(struct guest *guest, const struct customize_step *step, struct error **err)
{
    AUTO(edit_expression_free) struct edit_expression *expression = NULL;
    if (edit_expression_compile(step->second, &expression, err))
        return -1;
    if (!expression)
        return edit_with_perl(guest, step, err);
    size_t length, changed_length;
    AUTO_FREE char *text = guest_file_read(guest, step->first, &length, err);
    if (!text)
        return -1;
    AUTO_FREE char *changed = edit_expression_apply(expression, text, length, &changed_length, err);
    if (!changed)
        return -1;
    if (changed_length == length && memcmp(text, changed, length) == 0) {
        log_info("edit: %s stays as it is: nothing in it matches", step->first);
        return 0;
    }
    return guest_file_write(guest, step->first, changed, changed_length, err);
}
