/* SPDX-License-Identifier: Apache-2.0 */
/* What to install, by the names that each distribution uses. */
#ifndef FORGE_FSIMAGE_HOST_PACKAGE_REMEDY_H
#define FORGE_FSIMAGE_HOST_PACKAGE_REMEDY_H

/* "install it: apt-get install qemu-utils" for this host's distribution; WHAT is a row of the table
 * of packages. Owned. */
char *package_remedy(const char *what);

#endif
