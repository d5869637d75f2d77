#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A cloud-config on the command line and in a recipe: what would be done, and what is refused, with
# nothing launched.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
cd "$dir"
truncate -s 1M disk.raw
cat >user-data <<'DATA'
#cloud-config
packages: [web]
users:
  - name: joe
    hashed_passwd: $6$salt$swordfish
hostname: web
growpart: {mode: off}
write_files:
  - {path: /root/key, content: swordfish, permissions: '0600'}
  - {path: /a, content: aGkK, encoding: b64}
DATA

# The steps come behind those of the recipe and the command line, in cloud-init's order, with their
# places and without secrets.
printf 'cloud-config: user-data\nsteps:\n- touch: /recipe\n' >web.yaml
expect_status 0 forge build disk.raw --recipe web.yaml --touch /option --dry-run
steps="steps:
  1. touch /recipe (web.yaml:3:3)
  2. touch /option (--touch)
  3. mkdir /root (./user-data:9:12)
  4. write ***, mode 0600, owner root:root (./user-data:9:5)
  5. write /a:aGkK, mode 0644, owner root:root, encoding=base64 (./user-data:10:5)
  6. hostname web (./user-data:6:11)
  7. user-add joe, existing=true (./user-data:4:5)
  8. password *** (./user-data:5:20)
  9. install web (./user-data:2:12)
session:
  cloud-config: ./user-data (recipe)"
[[ $(<out) == *"$steps"* ]] || fail "the plan is: $(<out)"
[[ $(<out) == *"missing: "*--network* ]] || fail "packages do not ask for the network"
[[ $(<err) == *'./user-data:7:1: "growpart" is left out'* ]] || fail "nothing is said of growpart: $(<err)"
! grep -q swordfish out err || fail "a secret is shown"
expect_status 0 forge build disk.raw --cloud-config user-data --dry-run --json
json "it['steps'][2]['settings'] == {'encoding': 'base64'} and it['steps'][1]['secret']"
json "'settings' not in it['steps'][0]"

# At boot: one step, whatever the document says.
expect_status 0 forge build disk.raw --cloud-config user-data --cloud-config-at-boot --dry-run
[[ $(<out) == *$'steps:\n  1. cloud-seed user-data (--cloud-config-at-boot)\n'* ]] || fail "the plan is: $(<out)"
expect_status 2 forge build disk.raw --cloud-config-at-boot --dry-run
[[ $(<err) == *"--cloud-config-at-boot goes with --cloud-config"* ]] || fail "$(<err)"
printf '#!/bin/sh\n' >script
for more in '' --cloud-config-at-boot; do
  # shellcheck disable=SC2086 # nothing, or an option
  expect_status 2 forge customize disk.raw -o out.raw --cloud-config script $more
  [[ $(<err) == *"script is a script: use --run"* || $(<err) == *"script:1:1: "*"use --run"* ]] || fail "$(<err)"
done
expect_status 2 forge build disk.raw --cloud-config missing --dry-run
[[ $(<err) == *"missing: No such file"* ]] || fail "$(<err)"

# All that is wrong, before anything else is looked for.
printf '#cloud-config\nmounts: []\npakages: [a]\n' >bad
expect_status 2 forge customize disk.raw -o out.raw --cloud-config bad
[[ $(<err) == *"the cloud-config has 2 mistakes:"*'bad:2:1: "mounts" is about'*'bad:3:1: unknown key "pakages" (did you mean "packages"?)'* ]] ||
  fail "$(<err)"
expect_status 2 forge recipe check bad --json
json "[(f['file'], f['line'], f['column']) for f in it] == [('bad', 2, 1), ('bad', 3, 1)]"
expect_status 0 forge recipe check user-data
[[ ! -s out ]] || fail "a good document makes output: $(<out)"

# Warnings without end are counted only.
{ printf '#cloud-config\nusers:\n' && for _ in {1..120}; do echo '- default'; done; } >many
expect_status 0 forge recipe check many
[[ $(grep -c 'is left out' err) == 100 ]] || fail "warnings: $(<err)"
expect_err 'many: 20 more warnings, which are not shown'
