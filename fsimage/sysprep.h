/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a guest's identity, traces and secrets away: a table of operations with virt-sysprep's
 * names, searched for as a whole, applied in the table's order, then searched for again. */
#ifndef FORGE_FSIMAGE_SYSPREP_H
#define FORGE_FSIMAGE_SYSPREP_H

#include "fsimage/customize.h"

/* What is done to a path. */
enum sysprep_action {
    SYSPREP_KEEP,   /* a rule only: the rules behind it do not apply */
    SYSPREP_REMOVE, /* with all that is in it */
    SYSPREP_EMPTY,
    SYSPREP_EDIT,
    SYSPREP_CREATE,
    SYSPREP_NEW_UUID, /* the path is a device */
};
const char *sysprep_action_name(enum sysprep_action action); /* "remove", "new-uuid" */

/* Which kinds of files a rule is about. */
enum sysprep_kind {
    SYSPREP_ANYTHING, /* directory trees too */
    SYSPREP_FILE,     /* all but directories */
    SYSPREP_REGULAR,
};

/* PATTERN is absolute, or begins with "~/" for every home directory. "*", "?" and sets match within
 * a component, "**" across. Of several rules that match, an operation's first one counts. */
struct sysprep_rule {
    enum sysprep_action action;
    enum sysprep_kind kind;
    const char *pattern;
    const char *lines; /* EDIT: lines that begin with one of these words are dropped */
};

struct sysprep_search;

struct sysprep_op {
    const char *name;
    bool by_default;
    const char *help;                 /* no full stop */
    const struct sysprep_rule *rules; /* a rule without a pattern ends them; may be NULL */
    /* Optional: find what rules cannot say, by sysprep_search_add(). Changes nothing. */
    int (*find)(struct sysprep_search *search, struct error **err);
    /* Optional: for what is beneath the files, after everything else. Adds to what SEARCH found
     * whatever it does, or with DRY_RUN would do. The guest's file systems are mounted before and
     * afterwards. */
    int (*finish)(struct sysprep_search *search, bool dry_run, struct error **err);
};

extern const struct sysprep_op sysprep_ops[];
extern const size_t sysprep_op_count;

/* Which operations are to run; {0}: none. */
struct sysprep_plan {
    uint64_t enabled; /* a bit for each row of sysprep_ops */
    /* Of user-account: who stays, and who alone goes, if anybody is named. Borrowed. */
    struct string_list keep_users, remove_users;
};

/* Take LIST into PLAN: names separated by commas, "+" (or nothing) before one adds it, "-" takes it
 * away; "defaults" and "all" stand for many. An empty list changes nothing. Unknown names are
 * ERROR_USAGE. */
MUST_CHECK int sysprep_plan_add(struct sysprep_plan *plan, const char *list, struct error **err);

bool sysprep_plan_has(const struct sysprep_plan *plan, const struct sysprep_op *op);

/* ERROR_USAGE when PLAN names users, but not the operation that they are for. */
MUST_CHECK int sysprep_plan_check(const struct sysprep_plan *plan, struct error **err);

/* One thing done, or to do. Strings come from the guest and are not trusted. */
struct sysprep_change {
    const struct sysprep_op *op;
    enum sysprep_action action;
    char *path;                      /* owned */
    const char *what;                /* what it was recognized as, or NULL */
    const struct sysprep_rule *rule; /* NULL when no rule found it */
    char *text;                      /* EDIT without a rule: the new content, owned */
};

struct sysprep_changes {
    struct sysprep_change *items;
    size_t count;
    size_t more; /* not listed because there were too many; of a dry run, so many at least */
};

enum { SYSPREP_LISTED_MAX = 100000 };

/* Warn of each path that was changed although a step of STEPS names it. */
void sysprep_changes_warn(const struct sysprep_changes *changes,
                          const struct customize_plan *steps);

/* Run PLAN in GUEST as the last thing before it is shut down, and tell in CHANGES ({0} before) what
 * was done, in order; with DRY_RUN, what would be, and nothing is changed. None of the guest's
 * programs run; those that a step left running are ended. What is found again afterwards is
 * ERROR_GUEST. The accounts that STEPS (may be NULL), which have run, made, and the SSH keys that
 * they gave, stay. */
MUST_CHECK int sysprep_run(const struct sysprep_plan *plan, const struct customize_plan *steps,
                           bool dry_run, struct guest *guest, struct progress *progress,
                           struct sysprep_changes *changes, struct error **err);

void sysprep_changes_clear(struct sysprep_changes *changes);
#define AUTO_CHANGES __attribute__((cleanup(sysprep_changes_clear)))

#endif
