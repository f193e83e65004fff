#!/bin/sh
# Starts Alertmanager in its container. It fills in no variables itself, so its configuration is made from the template
# first, without mail when SMTP_HOST is empty, without the webhook when WEBHOOK_URL is: then alerts are only shown.
# What is said to this script is said to Alertmanager. Its image has no envsubst, only busybox.
set -eu
template=${TEMPLATE:-/etc/alertmanager/alertmanager.yml.template}
written=${WRITTEN:-/tmp/alertmanager.yml}

# A value as sed puts it down unchanged. A quote is doubled, since each value stands in quotes.
literally() { printf '%s' "$1" | sed "s/'/''/g; s/[\\\\&|]/\\\\&/g"; }

# Leaves out each key of this name, with all that is indented below it.
without() {
    awk -v key="$1:" '
        { match($0, /^ */); depth = RLENGTH }
        left_out && depth > above { next }
        { left_out = $1 == key; above = depth }
        ! left_out'
}

case "${SMTP_HOST:-}${SMTP_USER:-}${MAIL_FROM:-}${MAIL_TO:-}${WEBHOOK_URL:-}" in
*'
'*)
    echo "SMTP_HOST, SMTP_USER, MAIL_FROM, MAIL_TO and WEBHOOK_URL are one line each." >&2
    exit 1
    ;;
esac
if [ -n "${SMTP_HOST:-}" ] && { [ -z "${MAIL_FROM:-}" ] || [ -z "${MAIL_TO:-}" ]; }; then
    echo "With SMTP_HOST, MAIL_FROM and MAIL_TO have to be set, too." >&2
    exit 1
fi

mail() { if [ -n "${SMTP_HOST:-}" ]; then cat; else without email_configs | sed '/^  smtp_/d'; fi; }
account() { if [ -n "${SMTP_USER:-}" ]; then cat; else sed '/^  smtp_auth_/d'; fi; }
webhook() { if [ -n "${WEBHOOK_URL:-}" ]; then cat; else without webhook_configs; fi; }

mail <"$template" | account | webhook |
    sed "s|\${SMTP_HOST}|$(literally "${SMTP_HOST:-}")|; s|\${SMTP_USER}|$(literally "${SMTP_USER:-}")|
         s|\${MAIL_FROM}|$(literally "${MAIL_FROM:-}")|; s|\${MAIL_TO}|$(literally "${MAIL_TO:-}")|
         s|\${WEBHOOK_URL}|$(literally "${WEBHOOK_URL:-}")|" >"$written"

exec "${PROGRAM:-/bin/alertmanager}" --config.file="$written" "$@"
