/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a file's content holds a private key, whatever the file is called. */
#ifndef FORGE_FSIMAGE_SYSPREP_SECRET_KIND_H
#define FORGE_FSIMAGE_SYSPREP_SECRET_KIND_H

#include <stddef.h>

/* What is secret in the LENGTH BYTES of a file ("private key (PEM)"), or NULL: public keys,
 * certificates, public keyrings and texts that only speak of keys are not. Static. */
const char *sysprep_secret_kind(const void *bytes, size_t length);

#endif
