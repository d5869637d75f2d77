# SPDX-License-Identifier: Apache-2.0
# bash completion for forge: verbs and options are asked of the program itself.
# shellcheck shell=bash disable=SC2207

# The value name of option $3 of verb $2, as program $1 lists it; empty for a flag.
_forge_value_name() {
    "$1" --list-options "$2" 2>/dev/null | while read -r option value; do
        [[ $option == "$3" ]] && printf '%s\n' "$value"
    done
}

_forge() {
    local program=$1 word=$2 previous=$3 verb=${COMP_WORDS[1]} value
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        COMPREPLY=($(compgen -W "$("$program" --list-verbs 2>/dev/null) help --help --version" \
            -- "$word"))
        return
    fi
    if [[ $verb == help ]]; then
        COMPREPLY=($(compgen -W "$("$program" --list-verbs 2>/dev/null)" -- "$word"))
        return
    fi
    if [[ $verb == recipe && $word != -* ]] && ((COMP_CWORD == 2)); then
        COMPREPLY=($(compgen -W "check schema init" -- "$word"))
        return
    fi
    if [[ $previous == -* ]]; then
        value=$(_forge_value_name "$program" "$verb" "$previous")
        if [[ $value == *'|'* && $value != *[A-Z]* ]]; then
            COMPREPLY=($(compgen -W "${value//|/ }" -- "$word"))
            return
        elif [[ -n $value ]]; then
            COMPREPLY=($(compgen -f -- "$word"))
            return
        fi
    fi
    if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W \
            "$("$program" --list-options "$verb" 2>/dev/null | cut -d ' ' -f 1)" -- "$word"))
    else
        COMPREPLY=($(compgen -f -- "$word"))
    fi
}
complete -o filenames -F _forge forge
