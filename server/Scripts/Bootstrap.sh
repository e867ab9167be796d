# The functions that scripts know from Octopus. Values are base64 until they are asked for.
umask 077
declare -A __octologin_values=()

encode_servicemessagevalue() { printf '%s' "${1-}" | base64 -w 0; }

decode_servicemessagevalue() { printf '%s' "${1-}" | base64 -d; }

get_octopusvariable() {
    # Names are the same in either case; in the C locale only ASCII has two.
    local LC_ALL=C
    local name="v:${1-}"
    printf '%s' "${__octologin_values["${name,,}"]-}" | base64 -d
}

set_octopusvariable() {
    local message="##octopus[setVariable name='$(encode_servicemessagevalue "${1-}")' value='$(encode_servicemessagevalue "${2-}")'"
    if [[ ${3-} == -sensitive ]]; then
        message+=" sensitive='VHJ1ZQ=='"
        # Also to the other stream, which may be read first.
        __octologin_mask "${2-}" >&2
    fi
    printf '%s]\n' "$message"
}

__octologin_mask() { printf "##octopus[mask value='%s']\n" "$(encode_servicemessagevalue "$1")"; }

__octologin_write() { printf '##octopus[stdout-%s]\n%s\n##octopus[stdout-default]\n' "$1" "$2"; }

write_verbose() { __octologin_write verbose "${1-}"; }

write_highlight() { __octologin_write highlight "${1-}"; }

write_wait() { __octologin_write wait "${1-}"; }

write_warning() { __octologin_write warning "${1-}"; }

update_progress() {
    printf "##octopus[progress percentage='%s' message='%s']\n" "$(encode_servicemessagevalue "${1-}")" "$(encode_servicemessagevalue "${2-}")"
}

fail_step() {
    if [[ -n ${1-} ]]; then
        printf "##octopus[resultMessage message='%s']\n" "$(encode_servicemessagevalue "$1")"
    fi
    exit 1
}

new_octopusartifact() {
    local path="${1-}" name="${2-}"
    echo "Collecting $path as an artifact..."
    if [[ ! -e $path ]]; then
        echo "\"$path\" does not exist." >&2
        exit 1
    fi
    [[ $path == /* ]] || path="$PWD/$path"
    name="${name:-${path##*/}}"
    write_verbose "Artifact $name will be collected from $path after this step completes"
    printf "##octopus[createArtifact path='%s' name='%s' length='%s']\n" \
        "$(encode_servicemessagevalue "$path")" "$(encode_servicemessagevalue "$name")" "$(encode_servicemessagevalue "$(wc -c < "$path")")"
}
