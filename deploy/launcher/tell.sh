# shellcheck shell=sh disable=SC2154 # a part of ../../shuitu, which sets $base, $state, $python and $web
# How the launcher speaks, remembers what is done (stamps), and keeps to one set-up at a time (lock).

total=12
step=0
began=0

die() {
    printf 'shuitu: %s\n' "$*" >&2
    exit 1
}

now() { date +%s; }

# Announce the next step; the work says "done" itself through finish, or was_done.
begin() {
    step=$((step + 1))
    began=$(now)
    printf '[%d/%d] %s\n' "$step" "$total" "$*"
}

was_done() { told "$*: nothing to do"; }

# A step that only has something to say.
told() {
    step=$((step + 1))
    printf '[%d/%d] %s\n' "$step" "$total" "$*"
}

finish() { printf '      done in %d s\n' "$(($(now) - began))"; }

# Run a talkative program: all it says goes to the log, its newest line to the terminal (a terminal
# is overwritten in place, a file gets a line every ten seconds). On failure: the end of the log.
quietly() {
    log=$state/logs/$1.log
    shift
    mkdir -p "$state/logs"
    (umask 077 && : >"$log")
    rm -f "$log.status"
    { if "$@" 2>&1; then echo 0 >"$log.status"; fi; } </dev/null | tee -a "$log" | follow
    result=$(cat "$log.status" 2>/dev/null || echo 1)
    rm -f "$log.status"
    [ "$result" = 0 ] && return 0
    tail -n 15 "$log" | sed 's/^/      | /' >&2
    return 1
}

follow() {
    last=$(now)
    while IFS= read -r line; do
        [ "$line" ] || continue
        if [ -t 1 ]; then
            printf '\r      %-100.100s' "$line"
        elif [ $(($(now) - last)) -ge 10 ]; then
            last=$(now)
            printf '      … %d s: %.90s\n' "$((last - began))" "$line"
        fi
    done
    if [ -t 1 ]; then printf '\r%-106s\r' ''; fi
}

digest() { sha256sum | cut -c1-32; }

# is_stamped FILE HASH
is_stamped() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

# Written aside and moved, so that a stamp is there whole or not at all.
put_stamp() {
    mkdir -p "$(dirname "$1")"
    printf '%s\n' "$2" >"$1.part"
    mv -f "$1.part" "$1"
}

# What one user made, another could only half use, and root would leave files behind that are root's.
same_user() {
    [ -d "$state" ] || return 0
    [ "$(stat -c %u "$state")" = "$(id -u)" ] || die "$shown belongs to $(stat -c %U "$state"): run ./shuitu as that user"
}

# One set-up at a time. The programs a killed set-up leaves behind keep the lock until they end; the
# server and the database do not inherit it.
take_lock() {
    same_user
    mkdir -p "$base/.local" "$state/stamps" 2>/dev/null || die "cannot write in $base"
    chmod 700 "$state/stamps"
    exec 9>>"$base/.local/up.lock"
    if ! flock -n 9; then
        echo "another ./shuitu is at work in this checkout (pid $(cat "$base/.local/up.pid" 2>/dev/null || echo '?')): waiting for it"
        flock 9
    fi
    echo $$ >"$base/.local/up.pid"
}

drop_lock() { exec 9>&-; }
