#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The report beside a manifest: digests that sha256sum confirms, equal between runs but for "run".
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
requires qemu-img openssl python3

small_image "$dir/small.raw"
qemu-img convert -f raw -O qcow2 "$dir/small.raw" "$dir/small.qcow2"

# bundle OUT IMAGE OPTION...: with a report; the report becomes the "last output" for json.
bundle() {
  expect_status 0 forge bundle "${signing[@]}" -r x86_64 -p web -d "$dir/$1" "${@:3}" "$dir/$2"
  if [[ -e $dir/$1/forge-report.json ]]; then cp "$dir/$1/forge-report.json" "$dir/out"; fi
}
# same A B: the two reports are equal without "run".
same() {
  python3 -c 'import json, sys
a, b = (json.load(open(f)) for f in sys.argv[1:])
runs = [report.pop("run") for report in (a, b)]
assert a == b and all(runs), (a, b)' "$dir/$1/forge-report.json" "$dir/$2/forge-report.json"
}

bundle none small.raw
[[ ! -e $dir/none/forge-report.json ]] || fail "bundle writes a report that nobody asked for"

bundle a small.raw --report
[[ $(stat -c %a "$dir/a/forge-report.json") == 644 ]] || fail "the report's mode depends on the umask"
json "it['input']['sha256'] == '$(sha256 "$dir/small.raw")' and it['input']['format'] == 'raw'"
json "it['input']['path'] == '$dir/small.raw' and it['input']['virtual_size'] == 4 << 20"
json "[(f['use'], f['sha256']) for f in it['files']] == [('cert', '$(sha256 "$keys/user-cert.pem")'),
  ('ec2cert', '$(sha256 "$keys/ec2-cert.pem")')]"
json "it['bundle']['tar_sha1'] in open('$dir/a/web.manifest.xml').read()"
json "it['run']['sizes']['bundled'] == $(cat "$dir"/a/web.part.* | wc -c)"
json "it['tool']['name'] == 'forge' and any(l.startswith('OpenSSL 3') for l in it['libraries'])"
json "it['guest'] is None and it['operations'] == [] and it['disk'] is None"

# The SHA-256 of the content, computed from forge-bundle(5) alone.
content=$(python3 -c 'import hashlib, struct, sys
data, block = open(sys.argv[1], "rb").read(), 64 << 10
digest = hashlib.sha256(struct.pack(">Q", len(data)))
for at in range(0, len(data), block):
    piece = data[at:at + block]
    if any(piece):
        digest.update(struct.pack(">QQ", at, len(piece)) + piece)
print(digest.hexdigest())' "$dir/small.raw")
json "it['bundle']['content_sha256'] == '$content'"

# Another run gives the same report, another format the same content.
bundle b small.raw --report --threads 1
same a b || fail "two runs differ outside of \"run\""
bundle c small.qcow2 --report --reproducible
json "it['bundle']['content_sha256'] == '$content' and it['input']['format'] == 'qcow2'"
json "it['input']['sha256'] == '$(sha256 "$dir/small.qcow2")'"

# A bundle as input stands for its image by its manifest.
bundle d a/web.manifest.xml --report
json "it['input']['format'] == 'bundle' and it['input']['sha256'] == '$(sha256 "$dir/a/web.manifest.xml")'"
json "it['input']['digest'] == it['bundle']['tar_sha1'] and it['bundle']['content_sha256'] == '$content'"

# Files make a disk: the wishes are told, and the file that is its fstab.
mkdir "$dir/tree"
echo '/dev/sda1 / ext3 defaults 0 0' >"$dir/fstab"
bundle e tree --report --fs ext3 --size +8M --include '/a*' --exclude '/*' --fstab "$dir/fstab"
json "it['disk'] == {'layout': 'rootfs', 'efi': False, 'size': '+8388608', 'fs': 'ext3', 'fstab': 'file',
  'rules': [{'rule': 'include', 'pattern': '/a*'}, {'rule': 'exclude', 'pattern': '/*'}]}"
json "[f['sha256'] for f in it['files'] if f['use'] == 'fstab'] == ['$(sha256 "$dir/fstab")']"

# It is published under the bundle's own rules.
expect_status 1 forge bundle "${signing[@]}" -r x86_64 --report -p other -d "$dir/a" "$dir/small.raw"
expect_err 'forge-report.json tells of another bundle, web: .*--no-report'
expect_status 1 forge bundle "${signing[@]}" -r x86_64 --report --force -p other -d "$dir/a" "$dir/small.raw"
expect_err 'tells of another bundle'
expect_status 1 forge bundle "${signing[@]}" -r x86_64 --report -p web -d "$dir/a" "$dir/small.raw"
expect_err 'forge-report.json exists already \(--force'
[[ ! -e $dir/a/other.manifest.xml ]] || fail "a bundle without its report"
bundle a small.qcow2 --report --force
json "it['input']['format'] == 'qcow2'"
printf 'x' | dd of="$dir/small.raw" bs=1 seek=7 conv=notrunc status=none
expect_status 0 forge bundle "${signing[@]}" -r x86_64 -p other -d "$dir/a" "$dir/small.raw" --no-report
# What a bundle was made from goes with it.
bundle a small.raw --force
[[ ! -e $dir/a/forge-report.json ]] || fail "the report of a bundle that is gone is still there"
# A certificate that comes through a pipe has no digest.
expect_status 0 forge bundle "${signing[@]}" -r x86_64 --report -d "$dir/piped" --cert <(cat "$keys/user-cert.pem") \
  "$dir/small.raw"
cp "$dir/piped/forge-report.json" "$dir/out"
json "[f['sha256'] for f in it['files'] if f['use'] == 'cert'] == [None]"
! grep -rlE 'BEGIN (RSA )?PRIVATE|user-key' "$dir"/*/forge-report.json || fail "the report names the private key"
