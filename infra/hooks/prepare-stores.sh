#!/usr/bin/env bash
# The first keys, the newest schema, and the right of the app to use it. Safe to run again. Needs open doors.
set -euo pipefail

: "${KEY_VAULT_URL:?}" "${API_SQL_SERVER:?}" "${MSSQL_DATABASE:?}" "${API_IDENTITY_NAME:?}" "${API_IDENTITY_CLIENT_ID:?}"
# By the server itself, also where the app asks a group of two: the door is in the first.
export MSSQL_SERVER="$API_SQL_SERVER.database.windows.net"

# What was opened takes a while to be open.
again() {
  local tries=${TRIES:-10} pause=${PAUSE:-15}
  for ((at = 1; ; at++)); do
    "$@" && return 0
    [ $at -lt "$tries" ] || return 1
    echo "Not yet ($at of $tries): $*" >&2
    sleep "$pause"
  done
}

# Rotating is for the calendar, not for each deployment.
first_keys() {
  local found
  found=$(az keyvault secret list --vault-name "$API_KEY_VAULT" --query "[?name=='signing-keys'].name" --output tsv --only-show-errors) || return 1
  [ -n "$found" ] || npm run --silent keys:vault
}
again first_keys
# The settings of the app are not those of this machine: only the database is named.
again env -u NODE_ENV DOCUMENTS=memory npm run --silent migrate
env -u NODE_ENV DOCUMENTS=memory npm run --silent azure:grant -- "$API_IDENTITY_NAME" "$API_IDENTITY_CLIENT_ID"
