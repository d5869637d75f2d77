/* SPDX-License-Identifier: Apache-2.0 */
/* Where Amazon's tools, and with them the clouds' certificates, are installed. */
#ifndef FORGE_COMPAT_TOOL_HOME_H
#define FORGE_COMPAT_TOOL_HOME_H

/* When neither EC2_AMITOOL_HOME nor EC2_HOME is set: the parent of the folder in which the link
 * PROGRAM (argv[0], sought in PATH) lies, as the old wrapper scripts have it, if it has
 * etc/ec2/amitools. Sets EC2_AMITOOL_HOME. */
void tool_home_complete(const char *program);

#endif
