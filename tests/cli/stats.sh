#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# --stats accounts for every byte at every stage, as a table or as JSON, and only when it is asked for.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
requires openssl python3

small_image "$dir/small.raw" 5
bundle() { expect_status 0 forge bundle -q "${signing[@]}" -r x86_64 -d "$dir/bundle" --force "$@" "$dir/small.raw"; }

bundle
[[ ! -s $dir/err ]] || fail "something is said without --stats"
bundle --stats --threads 3
expect_err '^deflate +packers +5\.3 +[0-9.]+ +[0-9]+ '
expect_err '^encryptor +waited +[0-9.]+ s'

bundle --stats=json --threads 3
mv "$dir/err" "$dir/out"
parts=$(cat "$dir"/bundle/small.part.* | wc -c)
json "it['stats']['packers'] == 3"
# The data without the hole, and an archive of it: a header and ends to a multiple of 10240.
json "{k: v['bytes'] for k, v in it['stats']['stages'].items()} == {
  'scan-read': 5 << 20, 'scan': 5 << 20, 'content': 0,
  **dict.fromkeys(('read', 'sha1', 'deflate', 'check', 'crc'), -(-((5 << 20) + 512 + 1024) // 10240) * 10240),
  'encrypt': it['stats']['stages']['encrypt']['bytes'], 'part-sha1': $parts, 'part-write': $parts}"
json "0 <= $parts - it['stats']['stages']['encrypt']['bytes'] <= 64" # gzip's ends, the padding
json "all(s['cpu_seconds'] > 0 for n, s in it['stats']['stages'].items() if n != 'content')"

bundle --stats=json --reproducible
mv "$dir/err" "$dir/out"
json "it['stats']['stages']['content']['bytes'] == 5 << 20"
expect_status 2 forge bundle "${signing[@]}" --stats=xml "$dir/small.raw"
expect_err '"xml" is not json'
