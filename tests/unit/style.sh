#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every C file is formatted, every shell script passes shellcheck, every source file names its licence.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
requires clang-format shellcheck
cd "$FORGE_SOURCE"
rooms=(forge fsimage manifest fixtures tests .ci)
status=0

mapfile -d '' sources < <(find "${rooms[@]}" -name '*.[ch]' -print0)
clang-format --dry-run -Werror "${sources[@]}" || status=1

mapfile -t scripts < <(grep -rlE -m 1 '^#!(/usr)?/bin/(env )?(ba)?sh|^# shellcheck shell=' "${rooms[@]}")
shellcheck -x "${scripts[@]}" || status=1

unnamed=$(grep -LE 'SPDX-License-Identifier: Apache-2.0' "${sources[@]}" "${scripts[@]}") || true
[[ -z $unnamed ]] || { printf 'no licence line: %s\n' "$unnamed" >&2 && status=1; }

exit "$status"
