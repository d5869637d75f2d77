/* SPDX-License-Identifier: Apache-2.0 */
/* A starter: it is good as it stands, and what is commented out needs files of the user's. */
#include "forge/cli/recipe_starter.h"
#include "forge/base/memory.h"

#include <stdio.h>

static const char starter[] =
    "# A recipe for forge build --recipe FILE; forge-recipe(5) describes all of it.\n"
    "# forge recipe check FILE looks for mistakes, forge recipe schema tells editors what may be "
    "here.\n"
    "\n"
    "# The image to start from: raw or qcow2, relative to this file. With a sha256, as sha256sum\n"
    "# tells it, no other file is taken.\n"
    "image:\n"
    "  path: base.qcow2\n"
    "  # format: qcow2\n"
    "  # sha256: 64 digits\n"
    "\n"
    "# Names for texts, used as ${{name}} in values; --var name=db on the command line is "
    "stronger.\n"
    "vars:\n"
    "  name: web\n"
    "  # token: {env: API_TOKEN}    # a secret, which is never shown\n"
    "\n"
    "# Let commands in the guest reach the network; installing packages needs it.\n"
    "# network: true\n"
    "\n"
    "# What to do, in this order: the operations of forge-customize(1).\n"
    "steps:\n"
    "  - hostname: ${{name}}\n"
    "  - timezone: Etc/UTC\n"
    "  - write:\n"
    "      file: /etc/motd\n"
    "      content: |\n"
    "        ${{name}}, made by forge\n"
    "      mode: 0644\n"
    "  # - install: [nginx, curl]\n"
    "  # - upload: {file: site.conf, dest: /etc/nginx/conf.d/site.conf, owner: root:adm}\n"
    "  # - run: setup.sh\n"
    "  # - root-password: env:ROOT_PASSWORD\n"
    "  - run-command: rm -rf /usr/share/doc/*\n"
    "\n"
    "# Takes out ids, host keys, histories, logs and secrets; forge sysprep --list tells all.\n"
    "sysprep: defaults\n"
    "\n"
    "# The disk that comes out; without this it is laid out as it was.\n"
    "# disk:\n"
    "#   layout: rootfs\n"
    "#   size: +256M\n"
    "\n"
    "bundle:\n"
    "  user: 1234-5678-9012    # the account id\n"
    "  cert: cert.pem          # forge keygen makes these two\n"
    "  privatekey: pk.pem\n"
    "  ec2cert: cert-ec2.pem   # the cloud's\n"
    "  destination: out\n"
    "  prefix: ${{name}}\n";

int recipe_starter_write(const char *path, bool replace, struct error **err)
{
    if (!path) {
        fputs(starter, stdout); /* whose errors show when it is flushed */
        return 0;
    }
    FILE *file = fopen(path, replace ? "we" : "wxe");
    if (!file && errno == EEXIST)
        return error_set(err, ERROR_FAILED, "%s is there already: --force replaces it", path);
    if (!file)
        return error_set_errno(err, "making %s", path);
    int written = fputs(starter, file) < 0 ? error_set_errno(err, "writing %s", path) : 0;
    if (fclose(file) && !written)
        written = error_set_errno(err, "writing %s", path);
    return written;
}
