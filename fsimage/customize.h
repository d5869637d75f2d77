/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on a guest, one table row each: command-line option = recipe key = help = function. */
#ifndef FORGE_FSIMAGE_CUSTOMIZE_H
#define FORGE_FSIMAGE_CUSTOMIZE_H

#include "fsimage/guest/guest.h"

enum customize_value {
    CUSTOMIZE_FLAG,   /* no value */
    CUSTOMIZE_STRING, /* one value */
    CUSTOMIZE_PAIR,   /* FIRST:SECOND, split at the first colon */
    CUSTOMIZE_LIST,   /* A,B,C */
};

enum customize_when { CUSTOMIZE_BEFORE, CUSTOMIZE_IN_ORDER, CUSTOMIZE_AFTER };

struct customize_plan;
struct customize_step;

struct customize_op {
    const char *name; /* --NAME and recipe key NAME */
    enum customize_value value;
    const char *value_name; /* "FILE:DEST" */
    enum customize_when when;
    int (*run)(struct guest *guest, const struct customize_step *step, struct error **err);
    const char *help; /* no full stop */
    /* Instead of RUN: append the steps that this one stands for. */
    int (*expand)(struct customize_plan *plan, const struct customize_step *step,
                  struct error **err);
    /* Optional: look at a parsed step before any launch (local files, expressions, selectors). */
    int (*check)(struct customize_step *step, struct error **err);
    /* Optional: append the names of the local files and trees that the step reads, as given. */
    void (*files)(const struct customize_step *step, struct string_list *names);
    bool of_account; /* the step's FIRST is the name of an account of the guest's */
    /* Optional: append the SSH public keys that log in as that account from then on. */
    int (*keys)(const struct customize_step *step, struct string_list *keys, struct error **err);
    bool takes_mode, takes_owner; /* a recipe's mapping may give these of what is made */
    const char *const *settings;  /* NULL, or names of what else it may give; NULL ends the list */
    bool runs_guest;              /* executes the guest's programs */
    bool needs_network;
    bool (*is_local)(const struct customize_step *step); /* optional: this one needs none, though */
    bool secret;                                         /* the value is never shown */
};

extern const struct customize_op customize_ops[];
extern const size_t customize_op_count;
const struct customize_op *customize_op_find(const char *name);

/* What a recipe's mapping gives OP. NAMES (may be NULL) receives the keys: the parts of its value
 * in lower case, "FILE:DEST" as "file" and "dest", then "mode" and "owner" where the row has them,
 * then its settings. Returns how many of them must be there; 0 when OP has no mapping form. */
size_t customize_op_parts(const struct customize_op *op, struct string_list *names);
enum { CUSTOMIZE_PARTS_MAX = 16 };

/* One thing to do, parsed. */
struct customize_step {
    const struct customize_op *op;
    char *first, *second; /* STRING has FIRST only */
    struct string_list items;
    struct string_list settings; /* "NAME=VALUE" for each of the row's that a mapping gives */
    char *mode,
        *owner;     /* of what is made, "0640" and "root:adm"; NULL: as the operation sets them */
    char *base_dir; /* local paths are relative to it; NULL: the current directory */
    char *origin;   /* "--upload" or "web.yaml:12:5", for messages */
    void *prepared; /* what check() made of it: freed with free() */
    bool secret;    /* the value is never shown, whatever the operation is */
};

struct customize_plan {
    struct customize_step *steps;
    size_t count;
};

/* Append operation NAME with VALUE (NULL for a flag); the command line and the recipe both come
 * through this door. Unknown names, bad values and local files that cannot be read are ERROR_USAGE
 * with ORIGIN in front. */
MUST_CHECK int customize_plan_add(struct customize_plan *plan, const char *name, const char *value,
                                  const char *base_dir, const char *origin, struct error **err);

/* The same with the value in parts: TEXTS[i] belongs to name i of customize_op_parts(), NULL when
 * it is not given. */
MUST_CHECK int customize_plan_add_parts(struct customize_plan *plan, const struct customize_op *op,
                                        const char *const texts[], const char *base_dir,
                                        const char *origin, struct error **err);

/* The value of setting NAME, borrowed; NULL when it is not given. */
const char *customize_step_setting(const struct customize_step *step, const char *name);

/* Append the steps of FROM, which is empty afterwards. */
void customize_plan_move(struct customize_plan *to, struct customize_plan *from);

/* The first step that needs the network inside the guest, borrowed; NULL when none does. */
const struct customize_step *customize_plan_needs_network(const struct customize_plan *plan);

/* Run the steps: all BEFORE, IN_ORDER as given, all AFTER; the first failure ends it, its message
 * naming the step and its origin. */
MUST_CHECK int customize_plan_run(const struct customize_plan *plan, struct guest *guest,
                                  struct progress *progress, struct error **err);

/* The steps in the order in which they are run, borrowed; an owned array of plan->count. */
const struct customize_step **customize_plan_in_order(const struct customize_plan *plan);

/* May the step's value not be shown? */
bool customize_step_is_secret(const struct customize_step *step);

/* The step in a line of bounded length: its name, and its value unless it is secret. Owned. */
char *customize_step_title(const struct customize_step *step);

/* The step's value as it was given; owned, NULL when there is none or it is secret. */
char *customize_step_value(const struct customize_step *step);

/* A local file that a step brings into the guest, borrowed for the visit. */
struct customize_file {
    const struct customize_step *step;
    const char *name; /* as the step names it; a tree's file with its place in the tree */
    const char *path; /* to open it, relative to the current directory or absolute */
};
typedef int customize_file_visitor(void *opaque, const struct customize_file *file,
                                   struct error **err);

/* Visit every local file that the steps bring in, trees in a fixed order; files with secrets are
 * left out. A file that cannot be read is ERROR_USAGE. */
MUST_CHECK int customize_plan_files(const struct customize_plan *plan,
                                    customize_file_visitor *visit, void *opaque,
                                    struct error **err);

void customize_plan_clear(struct customize_plan *plan);
#define AUTO_PLAN __attribute__((cleanup(customize_plan_clear)))

#endif
