# shellcheck shell=sh disable=SC2154 # a part of ../../shuitu, which sets $base, $state, $python and $shown
# Who serves, and the settings that an installation was given once and keeps.

# root's server runs as a user of its own (geoapp/identity.py), who has no home, no shell and no files but the map's.
service_user() {
    [ "$(id -u)" = 0 ] || return 0
    getent passwd shuitu >/dev/null && return 0
    if getent group shuitu >/dev/null; then set -- --gid shuitu; else set -- --user-group; fi
    useradd --system "$@" --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin shuitu ||
        die "cannot make the user shuitu, whom the server runs as"
    echo "      made the system user shuitu, whom the server runs as"
}

# What was given at this "up" is kept for every later one; what cannot be used is refused before anything is stopped.
keep_settings() {
    "$python" -m geoapp.kept keep || exit 1
    load_settings
}

# Kept settings into the environment, under what is given now. Read as text, never run.
load_settings() {
    [ -r "$state/settings.env" ] || return 0
    while IFS= read -r line; do
        name=${line%%=*}
        case $name in
            '' | *[!A-Z_]*) continue ;;
        esac
        eval "given=\${$name+given}"
        # shellcheck disable=SC2154 # set by the line above
        [ "$given" ] || export "$name=${line#*=}"
    done <"$state/settings.env"
}

# Before anything is read or made by the service's user, who may not reach a checkout in root's home.
passage() { "$python" -m geoapp.passage grant || exit 1; }
