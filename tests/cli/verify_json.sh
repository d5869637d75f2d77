#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# verify --json tells every check and every fault.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_bundle "$dir/bundle" 12
expect_status 0 forge verify --json -c "$keys/user-cert.pem" -k "$keys/user-key.pem" "$dir/bundle"
json 'len(it) == 1 and it[0]["ok"] and not it[0]["faults"]'
json 'set(it[0]["checks"].values()) == {"ok"} and len(it[0]["checks"]) == 5'
rm "$dir/bundle/small.part.0"
truncate -s 100 "$dir/bundle/small.part.1"
expect_status 5 forge verify --json "$dir/bundle"
json 'not it[0]["ok"] and it[0]["checks"]["signature"] == "not checked"'
json '[f["part"] for f in it[0]["faults"] if "part" in f] == [0, 1]'
