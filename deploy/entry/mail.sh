#!/bin/sh
# A mail server that prints what it is sent, behind a certificate of its own: nothing goes over a network in the clear.
set -eu
umask 077

if [ ! -e /certificates/mail.pem ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
        -config /dev/stdin -keyout /mail/key.pem -out /mail/certificate.pem 2>/dev/null <<END
[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = mail
[extensions]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:mail, DNS:localhost
END
    # Readable by whoever is to trust it, and there only when it is whole.
    install -m 0644 /mail/certificate.pem /certificates/new.pem
    mv /certificates/new.pem /certificates/mail.pem
fi
exec python3 /usr/local/lib/smtp_sink.py --out - --host "${LISTEN:-0.0.0.0}" --port "${PORT:-1025}" \
    --cert /certificates/mail.pem --key /mail/key.pem
