# shellcheck shell=sh disable=SC2154 # a part of ../../shuitu, which sets $base, $state, $python and $web
# The Debian packages: what is missing, and installing it without leaving anything else behind.

postgis_there() {
    for control in /usr/share/postgresql/*/extension/postgis.control; do
        version=${control#/usr/share/postgresql/}
        [ -f "$control" ] && [ -x "/usr/lib/postgresql/${version%%/*}/bin/initdb" ] && return 0
    done
    return 1
}

gdal_there() {
    for library in /usr/lib/*/libgdal.so.* /usr/lib/libgdal.so.*; do
        [ -f "$library" ] && return 0
    done
    return 1
}

# What WeasyPrint lays out text with, and cuts fonts to size.
pango_there() {
    for library in libpango-1.0.so.0 libpangoft2-1.0.so.0 libharfbuzz-subset.so.0; do
        ls /usr/lib/*/"$library" /usr/lib/"$library" 2>/dev/null | grep -q . || return 1
    done
}

node_is_new() {
    version=$(node --version 2>/dev/null) || return 1
    version=${version#v}
    [ "${version%%.*}" -ge 18 ]
}

python_works() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# Debian's own Python first; else the newest one in the PATH.
find_python() {
    for candidate in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do
        if python_works "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

# The Debian packages this machine lacks; "test" adds what only tests need.
missing_packages() {
    postgis_there || echo "$postgis_package"
    gdal_there || echo gdal-bin
    pango_there || echo libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
    node_is_new || echo nodejs
    command -v npm >/dev/null || echo npm
    [ -f /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || echo fonts-noto-cjk
    [ -x "$python" ] || find_python >/dev/null || echo python3-venv
    if [ "$1" = test ]; then
        command -v chromium-headless-shell >/dev/null || echo chromium-headless-shell
        # The library, which PostGIS brings along, is not its programs.
        command -v ogr2ogr >/dev/null || echo gdal-bin
        [ -d /usr/lib/python3/dist-packages/qgis ] || echo python3-qgis
        # veraPDF is Java's, and its test a program of one file.
        command -v javac >/dev/null || echo default-jdk-headless
        command -v mvn >/dev/null || echo maven
    fi
}

apt_install() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confold \
        install -y --no-install-recommends "$@"
}

# What an interrupted installation left: packages unpacked but not set up, or cut off in the unpacking.
repair_packages() {
    [ "$(dpkg --audit)" ] || return 0
    echo "      repairing an interrupted installation of packages"
    # shellcheck disable=SC2086 # nothing, or "sudo"
    quietly dpkg $as_root env DEBIAN_FRONTEND=noninteractive dpkg --force-confold --configure -a 2>/dev/null || true
    broken=$(dpkg-query -W -f '${db:Status-Abbrev}\t${Package}\n' | sed -n 's/^..R.*\t//p')
    # shellcheck disable=SC2086 # a list of words
    [ -z "$broken" ] || quietly apt-repair apt_install --reinstall $broken || true
    quietly apt-repair apt_install --fix-broken || die "apt-get cannot repair what an interrupted installation left"
}

# system_packages run|test
system_packages() {
    postgis_package=postgresql-15-postgis-3
    missing=$(missing_packages "$1" | tr '\n' ' ')
    if [ -z "$missing" ]; then
        was_done "system packages"
        return 0
    fi
    begin "system packages: installing $missing"
    command -v apt-get >/dev/null || die "missing: $missing— and this is no Debian: install their like by hand"
    as_root=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null ||
            die "missing system packages, and neither root nor sudo to install them. Have an administrator run: apt-get install --no-install-recommends $missing"
        as_root=sudo
        sudo -v || die "sudo was refused. Have an administrator run: apt-get install --no-install-recommends $missing"
    fi
    quietly apt-update $as_root apt-get -o DPkg::Lock::Timeout=600 update || die "apt-get update failed"
    repair_packages
    if ! apt-cache show "$postgis_package" >/dev/null 2>&1; then
        # A newer Debian: whichever PostgreSQL is its own.
        missing=$(echo "$missing" | sed "s/$postgis_package/postgresql-postgis/")
    fi
    # Without this, Debian's PostgreSQL makes and starts a cluster of its own, which nobody asked for.
    # A drop-in just for this installation: whatever the machine's own rule is, it stays.
    drop_in=/etc/postgresql-common/createcluster.d/shuitu.conf
    case $missing in
        *postgis*) $as_root sh -c "mkdir -p ${drop_in%/*} && echo 'create_main_cluster = false' >$drop_in" ;;
    esac
    installed=yes
    # shellcheck disable=SC2086 # a list of words
    quietly apt-install apt_install $missing || installed=
    $as_root rm -f "$drop_in"
    [ "$installed" ] || die "apt-get could not install: $missing"
    missing=$(missing_packages "$1" | tr '\n' ' ')
    [ -z "$missing" ] || die "installed, and still not usable: $missing(Node has to be 18 or newer, Python 3.11 or newer)"
    finish
}
