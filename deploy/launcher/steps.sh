# shellcheck shell=sh disable=SC2154 # a part of ../../shuitu, which sets $base, $state, $python and $web
# The steps of a set-up, in their order. Each is skipped when its stamp says that it is done.

# python_packages run|test
python_packages() {
    stamp=$base/.venv/.shuitu
    locks=requirements.lock
    label="Python packages"
    if [ "$1" = test ]; then
        locks="requirements.lock requirements-dev.lock"
        stamp=$base/.venv/.shuitu-dev
        label="Python packages, with those of the tests"
    fi
    # shellcheck disable=SC2086 # a list of words
    want=$({ "$python" --version 2>/dev/null || echo none; cat $locks; } | digest)
    if is_stamped "$stamp" "$want"; then
        was_done "$label"
        return 0
    fi
    # shellcheck disable=SC2086 # a list of words
    begin "$label: installing $(cat $locks | grep -c '==') into .venv"
    if ! "$python" -m pip --version >/dev/null 2>&1 || [ ! -f .venv/.shuitu-made ]; then
        maker=$(find_python) || die "no Python 3.11 or newer that can make a virtual environment"
        rm -rf .venv
        quietly venv "$maker" -m venv .venv || die "cannot make .venv with $maker"
        : >.venv/.shuitu-made
    fi
    for file in $locks; do
        quietly pip "$python" -m pip --disable-pip-version-check --no-input install --root-user-action=ignore \
            --progress-bar off -r "$file" || die "pip could not install $file (the whole log: $shown/logs/pip.log)"
    done
    # shellcheck disable=SC2086 # a list of words
    put_stamp "$stamp" "$({ "$python" --version; cat $locks; } | digest)"
    finish
}

# The validator of PDF/A and PDF/UA, which the tests hold reports to: by its name, from Maven Central.
verapdf() {
    label="veraPDF"
    want=$(digest <tests/clients/verapdf/pom.xml)
    if is_stamped "$state/stamps/verapdf" "$want" && [ -d "$state/verapdf" ]; then
        was_done "$label"
        return 0
    fi
    begin "$label: fetching it for the tests"
    rm -rf "$state/verapdf"
    # A machine that Maven Central cannot be reached from has all tests but this judge's, which say that it is missing.
    if quietly verapdf mvn -B -f tests/clients/verapdf/pom.xml dependency:copy-dependencies -DincludeScope=runtime \
        "-DoutputDirectory=$state/verapdf"; then
        put_stamp "$state/stamps/verapdf" "$want"
    else
        rm -rf "$state/verapdf"
        echo "      not fetched: its tests are left out (the whole log: $shown/logs/verapdf.log)"
    fi
    finish
}

page_inputs() {
    node --version
    find "$web" \( -name node_modules -o -name static -o -name templates -o -name __pycache__ \) -prune -o \
        -type f ! -name '*.py' -print | LC_ALL=C sort | tr '\n' '\0' | xargs -0 sha256sum
}

page() {
    label="the page's scripts and styles"
    built=$state/stamps/page
    want=$(page_inputs | digest)
    if is_stamped "$built" "$want" && [ -d "$web/static" ]; then
        was_done "$label"
        return 0
    fi
    begin "$label: from npm, then built"
    rm -f "$built"
    modules=$web/node_modules/.shuitu
    packages=$({ node --version; cat "$web/package.json" "$web/package-lock.json"; } | digest)
    if ! is_stamped "$modules" "$packages"; then
        (cd "$web" && quietly npm npm ci --no-audit --no-fund) || die "npm ci failed (the whole log: $shown/logs/npm.log)"
        put_stamp "$modules" "$packages"
    fi
    (cd "$web" && quietly build npm run build) || die "the page could not be built (the whole log: $shown/logs/build.log)"
    put_stamp "$built" "$want"
    finish
}

database() {
    if [ "${DATABASE_URL:-}" ]; then
        begin "database: the one in DATABASE_URL"
        "$python" -m geoapp.state secrets || exit 1
        "$python" -m geoapp.localdb check || exit 1
    else
        begin "database: the private PostGIS in $shown/pg"
        "$python" -m geoapp.localdb start || exit 1
    fi
    database_id=$("$python" -m geoapp.localdb id)
    finish
}

# The schema of a private database changes with the migrations alone; in somebody else's, look each time.
schema() {
    # Policies are made from the registry, and grants after every migration.
    want=$({ echo "$database_id"; cat requirements.lock; find geoapp layers tiles -path '*/migrations/*.py' \
        -o -path 'layers/access/*.py' -o -path 'layers/*.py' ! -path 'layers/*/*' -o -path 'geoapp/database/*.py' -o -path geoapp/localdb.py |
        LC_ALL=C sort | tr '\n' '\0' | xargs -0 sha256sum; } | digest)
    if [ -z "${DATABASE_URL:-}" ] && is_stamped "$state/stamps/schema" "$want"; then
        was_done "schema"
        return 0
    fi
    begin "schema: applying migrations"
    quietly migrate "$python" manage.py migrate --no-input || die "the migrations failed (the whole log: $shown/logs/migrate.log)"
    put_stamp "$state/stamps/schema" "$want"
    finish
}

# What is made of the source: files that browsers get, and the catalogues in which words are looked up.
# There are catalogues only of languages that were added. The browsable API and Redoc come with the packages, are not served, and take long to compress.
static_files() {
    want=$({ cat requirements.lock; grep -E 'STATIC|WHITENOISE|whitenoise' geoapp/settings.py; find geoapp layers tiles $(test ! -d locale || echo locale) -path '*/node_modules' -prune -o \
        \( -path '*/static/*' -o -name '*.po' \) -type f -print | LC_ALL=C sort | tr '\n' '\0' | xargs -0 -r sha256sum; } | digest)
    if is_stamped "$state/stamps/static" "$want" && [ -f "$state/static/staticfiles.json" ]; then
        was_done "static files"
        return 0
    fi
    begin "static files: collecting and compressing"
    rm -f "$state/stamps/static"
    quietly static "$python" manage.py collectstatic --no-input -v 2 -i rest_framework -i redoc || die "collectstatic failed (the whole log: $shown/logs/static.log)"
    quietly words "$python" manage.py words --compile || die "a catalogue of words is malformed (the whole log: $shown/logs/words.log)"
    put_stamp "$state/stamps/static" "$want"
    finish
}

administrator() {
    if is_stamped "$state/stamps/administrator" "$database_id"; then
        was_done "administrator (password in $shown/admin_password)"
        return 0
    fi
    begin "administrator"
    "$python" manage.py ensure_admin || exit 1
    put_stamp "$state/stamps/administrator" "$database_id"
    finish
}

# Whether this database got the demo city or is an authority's own is decided at its first start, so
# that a later "up" never pours a demo into real data; nor does a first one, into a database that has some.
demo() {
    chosen=$state/stamps/contents
    if [ -f "$chosen" ] && [ "$(cut -d' ' -f1 "$chosen")" = "$database_id" ]; then
        kind=$(cut -d' ' -f2 "$chosen")
        if [ "$kind" = demo ] && [ "$1" ]; then
            told "demo city: --empty comes too late, this database was started with the demo city, which stays; ./shuitu reset begins anew"
            return 0
        fi
    else
        kind=${1:+empty}
        kind=${kind:-demo}
        held=$("$python" -m geoapp.localdb contents) || exit 1
        [ "$held" = empty ] || kind=kept
        # The demo's people are made up, so that all of it is open; an authority's own is closed until it says otherwise.
        case $kind in
            demo) "$python" manage.py openness open --first >/dev/null || exit 1 ;;
            empty) "$python" manage.py openness closed --first >/dev/null || exit 1 ;;
        esac
        put_stamp "$chosen" "$database_id $kind"
    fi
    if [ "$kind" = kept ]; then
        told "demo city: left out, this database has data of its own"
    elif [ "$kind" = empty ]; then
        told "demo city: left out, as asked at the first start; ./shuitu manage demo loads it. Nothing is open without a log-in: ./shuitu manage openness"
    elif is_stamped "$state/stamps/demo" "$database_id"; then
        was_done "demo city"
    else
        begin "demo city: loading, and computing the sums"
        "$python" manage.py demo || die "the demo city could not be loaded; the next ./shuitu up carries on"
        put_stamp "$state/stamps/demo" "$database_id"
        finish
    fi
}

# It comes with the usage; a database from before it was kept up, or one whose building was interrupted, gets it here.
grid() {
    if is_stamped "$state/stamps/grid" "$database_id"; then
        was_done "street-level grid"
        return 0
    fi
    begin "street-level grid: cells, weights, and every month's litres"
    quietly grid "$python" manage.py grid --due || die "the grid could not be built (the whole log: $shown/logs/grid.log)"
    put_stamp "$state/stamps/grid" "$database_id"
    finish
}

# Each release is checked as it comes. New rules look at all there is, and so does a database from before the rules.
quality() {
    rules=$(cat "$base"/layers/quality/*.py | cksum)
    if is_stamped "$state/stamps/quality" "$database_id $rules"; then
        was_done "data quality"
        return 0
    fi
    begin "data quality: running the rules"
    quietly quality "$python" manage.py quality --due || die "the rules could not be run (the whole log: $shown/logs/quality.log)"
    put_stamp "$state/stamps/quality" "$database_id $rules"
    finish
}

# Every act enters itself; of a database from before the record, what there is.
record() {
    if is_stamped "$state/stamps/record" "$database_id"; then
        was_done "record"
        return 0
    fi
    begin "record: taking in what there is"
    quietly record "$python" manage.py record integrate || die "the record could not be begun (the whole log: $shown/logs/record.log)"
    put_stamp "$state/stamps/record" "$database_id"
    finish
}

server() {
    begin "server: starting, and waiting until the map answers"
    "$python" -m geoapp.serve start >"$state/server.out" || {
        cat "$state/server.out" >&2
        exit 1
    }
    sed '$d' "$state/server.out"
    # shellcheck disable=SC2034 # up ends with it
    address=$(tail -n 1 "$state/server.out")
    rm -f "$state/server.out"
    finish
}
