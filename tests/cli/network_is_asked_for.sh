#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An operation that needs the network is a usage error before any launch, unless --network.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw"
expect_status 2 forge build "${signing[@]}" -d "$dir/bundle" --install nginx "$dir/small.raw"
expect_err 'install nginx: needs the network inside the guest: allow it with --network$'
expect_empty "$dir/bundle"
expect_status 2 forge customize --install nginx -o "$dir/new.qcow2" "$dir/small.raw"
expect_err '--network'
expect_status 2 forge shell --install nginx "$dir/small.raw" </dev/null
expect_err '--network'
printf 'image: small.raw\nnetwork: true\nsteps: [install: nginx]\n' >"$dir/web.yaml"
expect_status 2 forge build --recipe "$dir/web.yaml" --no-network "${signing[@]}" -d "$dir/bundle"
expect_err '--network'
[[ ! -e $dir/new.qcow2 ]] || fail "there is an output"
