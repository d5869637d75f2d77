/* SPDX-License-Identifier: Apache-2.0 */
/* A cloud-config, the YAML that cloud-init reads at a boot, as steps of a build; see
 * forge-cloud-config(5). */
#ifndef FORGE_BUILD_CLOUD_CONFIG_H
#define FORGE_BUILD_CLOUD_CONFIG_H

#include "forge/build/recipe_faults.h"
#include "fsimage/customize.h"

enum cloud_verdict {
    CLOUD_APPLIED,
    CLOUD_LEFT_OUT, /* with a warning: an image does not miss it */
    CLOUD_REFUSED,  /* something would be missing */
};

/* A key, and what becomes of it. A NULL name ends a list of them. */
struct cloud_key {
    const char *name;
    enum cloud_verdict verdict;
    const char *why; /* a sentence without its subject; NULL for what is applied */
    bool secret;     /* the value may be one */
};
extern const struct cloud_key cloud_keys[]; /* those at the top level */

/* {0} before; clear with cloud_config_clear. */
struct cloud_config {
    struct recipe_source *source;
    struct recipe_faults faults;    /* what is wrong, and what is refused */
    struct recipe_faults warnings;  /* what is left out or done differently */
    struct customize_plan plan;     /* in the order of cloud-init's modules, checked */
    struct customize_plan deferred; /* while it is read: files that come late in that order */
};

/* Is SOURCE a cloud-config by its first line? ERROR_USAGE with what it is, and what to do about it,
 * when it is not. */
MUST_CHECK int cloud_config_check(const struct recipe_source *source, struct error **err);

/* Read the document at PATH. Every mistake in the text is one of the faults, with its place; errors
 * are only a file that cannot be read. */
MUST_CHECK int cloud_config_read(const char *path, struct cloud_config *config, struct error **err);

/* The same for a text, with PATH for messages. */
void cloud_config_parse(const char *path, const char *text, size_t length,
                        struct cloud_config *config);

/* Say each warning on a line of the log, in the order of the text. */
void cloud_config_warn(struct cloud_config *config);

void cloud_config_clear(struct cloud_config *config);
#define AUTO_CLOUD_CONFIG __attribute__((cleanup(cloud_config_clear)))

#endif
