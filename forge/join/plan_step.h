/* SPDX-License-Identifier: Apache-2.0 */
/* What surrounds the objects of a plan: checks before them, the registration around them. */
#ifndef FORGE_JOIN_PLAN_STEP_H
#define FORGE_JOIN_PLAN_STEP_H

#include "forge/join/plan.h"

enum plan_phase { PLAN_BEFORE, PLAN_AFTER }; /* the objects */

/* One command of the aws CLI, and why it is there. */
struct plan_step {
    const char *name;
    enum plan_direction direction;
    enum plan_phase phase;
    bool remedy;                              /* only when the step before it fails */
    const char *meaning;                      /* no full stop */
    bool (*applies)(const struct plan *plan); /* NULL: always */
    void (*arguments)(const struct plan *plan, struct string_list *argv);
};

extern const struct plan_step plan_steps[]; /* in order */
extern const size_t plan_step_count;

/* Is STEP one of PLAN's in PHASE? */
bool plan_step_applies(const struct plan_step *step, const struct plan *plan,
                       enum plan_phase phase);

/* The step called NAME; it exists. */
const struct plan_step *plan_step_find(const char *name);

/* The step's whole command, "aws" first, appended to ARGV; what only the server knows is a word in
 * capitals. */
void plan_step_command(const struct plan_step *step, const struct plan *plan,
                       struct string_list *argv);

/* The families or types of EC2 instances with instance store that can run the image, appended to
 * NAMES; none for a kernel, a ramdisk or an architecture that EC2 never ran from S3. */
void plan_instance_types(const struct plan *plan, struct string_list *names);

#endif
