/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that read a cloud-config share: values as YAML 1.1 has them, and steps. */
#ifndef FORGE_BUILD_CLOUD_READING_H
#define FORGE_BUILD_CLOUD_READING_H

#include "forge/build/cloud_config.h"
#include "forge/build/recipe_reading.h"

/* Add a warning where NODE begins. */
#define cloud_warn(config, node, ...)                                                              \
    recipe_faults_add(&(config)->warnings, &(node)->place, __VA_ARGS__)

#define CLOUD_AT_BOOT "has a meaning only on the running machine"

/* Short names for the rows of a list of keys. */
/* clang-format off */
#define APPLIED(NAME)       { .name = NAME }
#define SECRET(NAME)        { .name = NAME, .secret = true }
#define LEFT_OUT(NAME, WHY) { .name = NAME, .verdict = CLOUD_LEFT_OUT, .why = WHY }
#define REFUSED(NAME, WHY)  { .name = NAME, .verdict = CLOUD_REFUSED, .why = WHY }
/* clang-format on */

/* Is VALUE a mapping? Faults and warnings say if not, and which of its keys are not among KEYS (a
 * NULL name ends them), not taken, or there twice; a "-" in a key counts as "_". The rest of it is
 * to be read nevertheless, so that all faults are told. */
bool cloud_check_mapping(struct cloud_config *config, const struct recipe_node *value,
                         const char *name, const struct cloud_key keys[]);

/* The value of KEY in MAPPING, with "-" for "_" too; NULL when there is none, or null. */
const struct recipe_node *cloud_get(const struct recipe_node *mapping, const char *key);

/* The text of VALUE, borrowed; NULL with a fault about NAME when it is no text or empty. */
const char *cloud_text(struct cloud_config *config, const struct recipe_node *value,
                       const char *name);

/* Is VALUE one of the words for YES? */
bool cloud_says(const struct recipe_node *value, bool yes);

/* The yes or no at KEY of MAPPING, MISSING when it is not there; no with a fault for others. */
bool cloud_is(struct cloud_config *config, const struct recipe_node *mapping, const char *key,
              bool missing);

/* VALUE as items: those of a list, or itself. *COUNT of them, borrowed. */
const struct recipe_node *const *cloud_items(const struct recipe_node *const *value, size_t *count);

/* Never show VALUE. */
void cloud_hide(const struct recipe_node *value);

/* A part of a step's mapping form; a NULL value is not given. */
struct cloud_part {
    const char *name, *value;
};

/* Add the operation NAME, which comes from NODE: with VALUE as on the command line (NULL: none), or
 * with COUNT PARTS. What it refuses is a fault. NULL then; otherwise the step, borrowed until the
 * next one is added. */
struct customize_step *cloud_step(struct cloud_config *config, const struct recipe_node *node,
                                  const char *name, const char *value);
struct customize_step *cloud_step_parts(struct cloud_config *config, const struct recipe_node *node,
                                        const char *name, const struct cloud_part parts[],
                                        size_t count);

/* The directory of PATH, made as cloud-init does before it writes a file. */
void cloud_make_parent(struct cloud_config *config, const struct recipe_node *node,
                       const char *path);

/* Write TEXT to the file PATH, of root and with MODE; its directory is made. */
void cloud_write(struct cloud_config *config, const struct recipe_node *node, const char *path,
                 const char *text, const char *mode, bool append);

/* Parts of the document, each in its own place of the order; ROOT is the whole of it. */
typedef void cloud_module(struct cloud_config *config, const struct recipe_node *root);
cloud_module cloud_write_files, cloud_write_deferred_files; /* cloud_files.c */
cloud_module cloud_groups, cloud_users, cloud_members;      /* cloud_users.c */
cloud_module cloud_ssh_keys;
cloud_module cloud_apt;                                                      /* cloud_apt.c */
cloud_module cloud_hostname, cloud_ca_certs, cloud_timezone, cloud_packages; /* cloud_system.c */
cloud_module cloud_ntp, cloud_runcmd;

#endif
