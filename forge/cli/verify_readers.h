/* SPDX-License-Identifier: Apache-2.0 */
/* What verify --for says: the findings of the clouds' readers, as lines and as JSON. */
#ifndef FORGE_CLI_VERIFY_READERS_H
#define FORGE_CLI_VERIFY_READERS_H

#include "forge/base/json.h"
#include "manifest/reader_rules.h"

/* The readers that NAMES says, or-ed; ERROR_USAGE for an unknown one. */
MUST_CHECK int verify_readers_parse(const struct string_list *names, unsigned *readers,
                                    struct error **err);

void verify_readers_print(const struct reader_findings *findings, unsigned readers);
json_t *verify_readers_json(const struct reader_findings *findings, unsigned readers);

#endif
