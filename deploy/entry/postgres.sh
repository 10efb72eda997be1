#!/bin/sh
# Makes the cluster at the first start, with a password for its owner that only the founding container reads too.
set -eu
umask 027

home=/var/lib/postgresql
password=/passwords/database/password
if [ ! -e "$home/data" ]; then
    # What an interrupted start left behind; a cluster takes its place only when it is whole.
    rm -rf "$home/new"
    openssl rand -hex 32 >"$password"
    initdb -D "$home/new" -U postgres --pwfile="$password" --auth-local=peer --auth-host=scram-sha-256 \
        -E UTF8 --locale=C.UTF-8 --data-checksums >/dev/null
    # Any address of the containers' own network, and nobody without a password.
    echo "host all all all scram-sha-256" >>"$home/new/pg_hba.conf"
    echo "create database holdspace" | postgres --single -D "$home/new" postgres >/dev/null
    mv "$home/new" "$home/data"
fi
# What people said stands in parameters: they stay out of the log. Services roll every connection back before another
# borrows it, and Postgres warns each time that there was nothing to roll back: warnings stay out too.
exec postgres -D "$home/data" -p "${PGPORT:-5432}" -c listen_addresses="${LISTEN:-*}" -c max_connections=200 \
    -c timezone=UTC -c jit=off -c log_parameter_max_length=0 -c log_parameter_max_length_on_error=0 \
    -c log_min_messages=error
