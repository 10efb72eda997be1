#!/bin/sh
# Founds the house once and cuts it into a folder per service. Runs before every start; the second time it has nothing
# to do.
#
#   house            a made-up clinic, so that there is something to see
#   house setup …    a real one: asks, as `holdspace setup` does
#   house cut        new folders and database passwords for the services, which are then restarted
#   house settings   prints the whole house's configuration
#   house change     takes it back, corrected, from standard input, and cuts anew
#   house keys       prints the whole house's key file, for its backup
#   house audit …    looks into the trail, as `holdspace audit` does
set -eu
umask 077

whole=/house/whole
parts="identity scheduling safety checkins care video notify gateway"
database="postgres://postgres@${DATABASE:-postgres:5432}/holdspace"
# The owner's password stands in no configuration: the founding alone needs it.
PGPASSWORD=$(cat /passwords/database/password)
export PGPASSWORD

# Which configuration the whole house has; none before it is founded.
configuration() {
    for name in holdspace.toml demo.toml; do
        if [ -e "$whole/$name" ]; then echo "$whole/$name"; fi
    done
}

cut() {
    for part in $parts; do
        rm -f "/house/$part/holdspace.toml" "/house/$part/holdspace.keys" "/house/$part/mail-ca.pem"
    done
    if [ -e "$whole/demo.toml" ]; then
        # A demo listens where its links point to. In here that port is somebody else's.
        export HOLDSPACE_LISTEN="${LISTEN:-0.0.0.0:8080}" HOLDSPACE_MEDIA_LISTEN="${MEDIA:-0.0.0.0:3478}"
        export HOLDSPACE_MEDIA_PUBLIC_IP="${MEDIA_PUBLIC_IP:-127.0.0.1}"
    fi
    bus="redis://:$(cat /passwords/bus/password)@${BUS:-redis:6379}"
    holdspace split --config "$(configuration)" --to /house --bus "$bus" ${PORTS_FROM:+--ports-from "$PORTS_FROM"}
    : >"$whole/is-cut"
}

refuse_half_a_house() {
    if [ -e "$whole/holdspace.keys" ] && [ -z "$(configuration)" ]; then
        echo "The founding was interrupted. Begin again with nothing: docker compose down --volumes" >&2
        exit 1
    fi
}

case "${1:-}" in
"")
    refuse_half_a_house
    if [ -z "$(configuration)" ]; then
        holdspace demo --no-session --seed-only --data "$whole" --port "${GATEWAY_PORT:-8080}" \
            --database "$database" --smtp "${MAIL:-mail:1025}" --smtp-ca /certificates/mail.pem
    fi
    # A cut that was interrupted is made anew: no service has started from it.
    if [ ! -e "$whole/is-cut" ]; then cut; fi
    echo "The house is founded."
    ;;
setup)
    shift
    refuse_half_a_house
    if [ -n "$(configuration)" ]; then
        echo "There is a clinic. To lose it for another one: docker compose down --volumes" >&2
        exit 1
    fi
    holdspace setup --data "$whole" --database "$database" --listen "${LISTEN:-0.0.0.0:8080}" \
        --media "${MEDIA:-0.0.0.0:3478}" --certificate "" "$@"
    cut
    echo "In containers step 2 is: docker compose up --wait"
    ;;
cut)
    cut
    ;;
settings)
    exec cat "$(configuration)"
    ;;
change)
    settings=$(configuration)
    cat >"$settings.new"
    mv "$settings.new" "$settings"
    cut
    ;;
keys)
    exec cat "$whole/holdspace.keys"
    ;;
audit)
    exec holdspace "$@" --config "$(configuration)"
    ;;
*)
    echo "usage: house [setup … | settings | change | cut | keys | audit verify]" >&2
    exit 1
    ;;
esac
