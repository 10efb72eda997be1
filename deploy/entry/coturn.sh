#!/bin/sh
# The relay, with a secret of its own for as long as it runs.
set -eu
umask 077

cp /etc/coturn/turnserver.conf /run/coturn/turnserver.conf
echo "static-auth-secret=$(openssl rand -hex 32)" >>/run/coturn/turnserver.conf
turnserver -c /run/coturn/turnserver.conf --userdb=/run/coturn/turndb --pidfile=/run/coturn/pid \
    --log-file=stdout --simple-log -p "${PORT:-3479}" ${LISTEN:+-L "$LISTEN"} &
# As the first process of a container it would not hear SIGTERM.
trap 'kill "$!"; exit 0' TERM INT
wait "$!"
