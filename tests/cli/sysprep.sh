#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sysprep's table, as text, as JSON and in the manual, is one; choosing from it goes wrong early.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
requires python3

expect_status 0 forge sysprep --list
cp "$dir/out" "$dir/list"
[[ $(wc -l <"$dir/list") -ge 45 ]] || fail "the list is short"
expect_status 0 forge sysprep --list --json
json "'\\n'.join('\\t'.join((o['name'], '*' if o['default'] else '', o['description'])) for o in it) == open('$dir/list').read().rstrip('\\n')"
expect_status 2 forge sysprep
expect_err 'give --list'

# "*NAME* (default)", and a paragraph that begins with the description.
page=$FORGE_SOURCE/forge/man/forge-sysprep.1.scd
python3 - "$page" >"$dir/manual" <<'MANUAL'
import re, sys
operations = re.search(r"^# OPERATIONS\n(.*?)^# ", open(sys.argv[1]).read(), re.S | re.M).group(1)
for name, default, text in re.findall(r"^\*([a-z-]+)\*( \(default\))?\n((?:\t.*\n)+)", operations, re.M):
    print(name, "*" if default else "", " ".join(text.split()).split(". ")[0].rstrip("."), sep="\t")
MANUAL
diff "$dir/list" "$dir/manual" || fail "the table (<) and the manual (>) differ"

small_image "$dir/small.raw"
expect_status 2 forge customize "$dir/small.raw" -o "$dir/out.raw" --sysprep defaults,machine-ids
expect_err '--sysprep: no sysprep operation "machine-ids" \(did you mean "machine-id"\?\)'
expect_status 2 forge build "$dir/small.raw" "${signing[@]}" -d "$dir/bundle" \
  --sysprep defaults --remove-user-accounts bob,eve
expect_err 'are for sysprep.s user-account'
printf 'image: small.raw\nsysprep: [defaults, -utpm]\n' >"$dir/web.yaml"
expect_status 2 forge build --recipe "$dir/web.yaml" "${signing[@]}" -d "$dir/bundle"
expect_err 'web.yaml:2:21: sysprep: .*"utpm" \(did you mean "utmp"\?\)'
expect_status 2 forge customize "$dir/small.raw"
expect_err 'give --output'
expect_status 3 forge customize "$dir/missing.raw" --sysprep defaults --sysprep-dry-run --json
expect_err 'missing.raw: No such file'
expect_empty "$dir/bundle"
[[ ! -e $dir/out.raw ]] || fail "an image was written"
