#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# --arch that EC2 does not know is passed on with a warning; by default bundle takes the host's.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw"
expect_status 0 forge bundle "${signing[@]}" -r arm64 -d "$dir/one" "$dir/small.raw"
expect_err 'warning: .*arm64'
grep -q '<architecture>arm64<' "$dir/one/small.manifest.xml"
expect_status 0 forge bundle "${signing[@]}" -d "$dir/two" "$dir/small.raw"
case $(uname -m) in i?86) host=i386 ;; *) host=$(uname -m) ;; esac
grep -q "<architecture>$host<" "$dir/two/small.manifest.xml"
