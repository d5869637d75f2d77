#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A dry run says what would be done, without secrets, and does nothing.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw"
qemu-img convert -O qcow2 "$dir/small.raw" "$dir/small.qcow2"
cat >"$dir/web.yaml" <<RECIPE
vars: {pin: {env: FORGE_TEST_PIN}}
image: {path: small.qcow2, sha256: $(sha256 "$dir/small.qcow2")}
memsize: 1024
steps:
  - hostname: web
  - root-password: password:swordfish
  - run-command: login \${{pin}}
  - write: {file: /etc/motd, content: "a\nb", mode: 0640, owner: root:adm}
  - install: [curl, nginx]
disk: {layout: gpt, exclude: [/a, /b]}
bundle: {destination: out, prefix: web, passphrase: "env:SECRET", level: 3}
RECIPE
export FORGE_TEST_PIN=swordfish EC2_USER_ID=123456789012
touch "$dir/out" "$dir/err"
before=$(ls "$dir")
expect_status 0 forge build --recipe "$dir/web.yaml" --dry-run --level 4 --touch /last
expect_out "^image: $dir/small.qcow2, image, qcow2, 4.0 MiB, of the SHA-256 that is given$"
expect_out "^  1. hostname web \($dir/web.yaml:5:5\)$"
expect_out '^  2. root-password \*\*\* '
expect_out '^  3. run-command \*\*\* '
expect_out '^  4. write /etc/motd:a b, mode 0640, owner root:adm '
expect_out '^  5. install curl,nginx '
expect_out '^  6. touch /last \(--touch\)$'
expect_out '^  memsize: 1024 \(recipe\)$'
expect_out '^  exclude: /a, /b \(recipe\)$'
expect_out '^  level: 4 \(command line\)$'
expect_out '^  user: 123456789012 \(environment\)$'
expect_out '^  passphrase: \*\*\* \(recipe\)$'
expect_out "^output: $dir/out/web.manifest.xml, $dir/out/web.part.N, $dir/out/forge-report.json$"
expect_out '^missing: --cert, --privatekey, --network$'
if grep -q swordfish "$dir/out" "$dir/err"; then fail "a secret is told"; fi
[[ $(ls "$dir") == "$before" ]] || fail "something was made"

expect_status 0 forge build --recipe "$dir/web.yaml" --dry-run --json --cert c --privatekey k --network
json "it['image'] == {'kind': 'image', 'format': 'qcow2', 'virtual_size': 4 << 20,
  'path': '$dir/small.qcow2', 'sha256': '$(sha256 "$dir/small.qcow2")'}"
json "[x['operation'] for x in it['steps']] == ['hostname', 'root-password', 'run-command', 'write', 'install']"
json "it['steps'][1]['value'] is None and it['steps'][2]['secret'] and 'secret' not in it['steps'][0]"
json "it['steps'][3]['value'] == '/etc/motd:a\\nb' and it['steps'][3]['mode'] == '0640'"
json "it['disk']['exclude'] == {'value': ['/a', '/b'], 'from': 'recipe'}"
json "it['output']['manifest'] == '$dir/out/web.manifest.xml' and it['missing'] == []"
if grep -q swordfish "$dir/out" "$dir/err"; then fail "a secret is told"; fi

# What is no image is part of the plan; another one than the one that is pinned is none.
expect_status 0 forge build --dry-run --hostname web "$dir/none.raw"
expect_out 'none.raw, unreadable: .*No such file'
small_bundle "$dir/bundle"
expect_status 0 forge build --dry-run "$dir/bundle/small.manifest.xml"
expect_out 'small.manifest.xml, bundle, 4.0 MiB$'
expect_out '^steps: none$'
echo more >>"$dir/small.qcow2"
expect_status 5 forge build --recipe "$dir/web.yaml" --dry-run
[[ ! -s $dir/out ]] || fail "a plan for another image"
expect_status 2 forge build --recipe "$dir/web.yaml" --dry-run --var x=1
