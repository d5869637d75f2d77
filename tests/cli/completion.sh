#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Completion offers every verb, a verb's options, and the choices of an option.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

completion=$FORGE_SOURCE/forge/completion/forge.bash
# complete_words WORD...: what bash would offer for the last word.
complete_words() {
  (
    # shellcheck source=forge/completion/forge.bash
    . "$completion"
    COMP_WORDS=("$FORGE" "$@")
    COMP_CWORD=$#
    _forge "$FORGE" "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
    printf '%s\n' "${COMPREPLY[@]}"
  )
}
verbs=$(complete_words "")
for verb in $(forge --list-verbs); do grep -qx "$verb" <<<"$verbs" || fail "$verb is not offered"; done
[[ $(complete_words bundle --dest) == --destination ]] || fail "--destination is not offered"
[[ $(complete_words bundle --format q) == qcow2 ]] || fail "qcow2 is not offered"
[[ $(complete_words help unb) == unbundle ]] || fail "unbundle is not offered after help"
[[ $(complete_words recipe sch) == schema ]] || fail "schema is not offered after recipe"
touch "$dir/some-file"
[[ $(complete_words bundle --cert "$dir/some") == "$dir/some-file" ]] || fail "no files"
[[ $(complete_words recipe check "$dir/some") == "$dir/some-file" ]] || fail "no files"
[[ $(complete_words bundle "$dir/some") == "$dir/some-file" ]] || fail "no files"
