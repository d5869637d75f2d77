#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A recipe is checked without an image and without keys: every mistake at once, each at its place.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

expect_status 0 forge recipe check "$FORGE_SOURCE/fixtures/recipes/web.yaml"
[[ ! -s $dir/out && ! -s $dir/err ]] || fail "there is something to say about a good recipe"

cat >"$dir/web.yaml" <<'RECIPE'
image: none.qcow2
memsize: 1
network: perhaps
accel: fast
steps:
  - chmod: 0999:/etc/motd
  - upload: none.conf:/etc/none.conf
  - edit: /etc/motd:s/(/x/
  - hostnam: web
  - install: []
  - root-password: swordfish
disk:
  layout: mrb
  size: much
bundle:
  cert: none.pem
  usr: "123456789012"
  passphrase: swordfish
  level: 13
RECIPE
# The places and words of what is wrong, in its order: a value's where the value is wrong.
cat >"$dir/expected" <<'PLACES'
2:10 "1" is not a whole number
3:10 "perhaps" is neither true nor false
4:8 "fast" is not one of
6:12 the mode is octal
7:13 none.conf: No such file
8:11 missing closing parenthesis
9:5 did you mean "hostname"
10:14 needs a value
11:20 the selector is
13:11 "mrb" is not one of
14:9 "much" is not
17:3 did you mean "user"
18:15 a secret is given as
19:10 "13" is neither a level
PLACES
expect_status 2 forge recipe check "$dir/web.yaml"
cp "$dir/err" "$dir/check"
expect_status 2 forge build --recipe "$dir/web.yaml"
diff "$dir/check" "$dir/err" || fail "build (>) says something else than check (<)"
if grep -q swordfish "$dir/err"; then fail "a secret is told"; fi
count=0
while read -r place words; do
  grep -F "web.yaml:$place: " "$dir/err" | grep -qF "$words" || fail "not told: $place $words"
  count=$((count + 1))
done <"$dir/expected"
expect_err "^forge: the recipe has $count mistakes:$"
grep -A 1 -x '      layout: mrb' "$dir/err" | grep -qx '              ^' || fail "no caret below mrb"
grep -A 1 -x '      - root-password: \*\*\*' "$dir/err" | grep -qx '                       ^' || fail "no caret below the password"
grep -A 1 -x '      - hostnam: \*\*\*' "$dir/err" | grep -qx '        ^' || fail "no caret below hostnam"

expect_status 2 forge recipe check --json "$dir/web.yaml"
json "len(it) == $count"
json "[it[6][x] for x in ('line', 'column', 'message')] == [9, 5, 'unknown operation \"hostnam\" (did you mean \"hostname\"?)']"
json "it[0]['file'] == '$dir/web.yaml'"
expect_status 0 forge recipe check --json "$FORGE_SOURCE/fixtures/recipes/web.yaml"
json "it == []"

# What is no YAML is said once; a text that may have a secret is not shown then.
printf 'steps:\n- hostname: "web\n' >"$dir/web.yaml"
expect_status 2 forge recipe check "$dir/web.yaml"
expect_err 'web.yaml:3:1: found unexpected end of stream'
printf 'steps:\n- hostname: web: swordfish\n- root-password: x\n' >"$dir/web.yaml"
expect_status 2 forge recipe check "$dir/web.yaml"
expect_err 'web.yaml:2:16: mapping values are not allowed'
if grep -q swordfish "$dir/err"; then fail "a secret is told"; fi

expect_status 2 forge recipe check "$dir/missing.yaml"
expect_err 'missing.yaml: No such file'
expect_status 2 forge recipe check
expect_err 'the recipe is missing'
expect_status 2 forge recipe chek "$dir/web.yaml"
expect_err 'did you mean "check"'
