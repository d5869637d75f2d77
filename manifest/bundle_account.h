/* SPDX-License-Identifier: Apache-2.0 */
/* Account ids as people and as manifests write them. */
#ifndef FORGE_MANIFEST_BUNDLE_ACCOUNT_H
#define FORGE_MANIFEST_BUNDLE_ACCOUNT_H

/* USER without its hyphens, owned; NULL when that is not 12 digits. */
char *bundle_account(const char *user);

#endif
