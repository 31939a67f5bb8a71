#!/usr/bin/env bash
# Lets this machine reach the database and the vault for as long as one command runs: with-open-doors.sh COMMAND…
# Nothing else may reach them but the app. Whatever happens, the doors are closed again; where this was killed outright, the
# next run closes them first.
set -euo pipefail

: "${AZURE_RESOURCE_GROUP:?}" "${API_PROFILE:?}" "${API_SQL_SERVER:?}" "${API_KEY_VAULT:?}"
rule=open-door
address=${OPERATOR_ADDRESS:-}

server=(--resource-group "$AZURE_RESOURCE_GROUP" --name "$API_SQL_SERVER")
vault=(--resource-group "$AZURE_RESOURCE_GROUP" --name "$API_KEY_VAULT")

# Each step by itself: one that fails keeps none of the others from being done.
close_doors() {
  local failed=0 kept
  az sql server firewall-rule delete --resource-group "$AZURE_RESOURCE_GROUP" --server "$API_SQL_SERVER" --name $rule --only-show-errors >/dev/null 2>&1 || true
  # small lets the subnet of the app in by a rule, which needs the door to exist.
  if [ "$API_PROFILE" != small ]; then
    az sql server update "${server[@]}" --enable-public-network false --only-show-errors >/dev/null || failed=1
    az keyvault update "${vault[@]}" --public-network-access Disabled --only-show-errors >/dev/null || failed=1
  fi
  if kept=$(az keyvault network-rule list "${vault[@]}" --query 'ipRules[].value' --output tsv --only-show-errors); then
    for each in $kept; do
      az keyvault network-rule remove "${vault[@]}" --ip-address "$each" --only-show-errors >/dev/null || failed=1
    done
  else
    failed=1
  fi
  if [ $failed -ne 0 ]; then
    echo "A door may still be open: look at $API_SQL_SERVER and $API_KEY_VAULT." >&2
    return 1
  fi
}

open_doors() {
  az sql server update "${server[@]}" --enable-public-network true --only-show-errors >/dev/null
  az sql server firewall-rule create --resource-group "$AZURE_RESOURCE_GROUP" --server "$API_SQL_SERVER" --name $rule \
    --start-ip-address "$address" --end-ip-address "$address" --only-show-errors >/dev/null
  az keyvault update "${vault[@]}" --public-network-access Enabled --only-show-errors >/dev/null
  az keyvault network-rule add "${vault[@]}" --ip-address "$address" --only-show-errors >/dev/null
}

close_doors
[ -n "$address" ] || address=$(curl --fail --silent --show-error --max-time 20 https://api.ipify.org)
[[ $address =~ ^[0-9]{1,3}(\.[0-9]{1,3}){3}$ ]] || {
  echo "This is no IPv4 address: $address. Set OPERATOR_ADDRESS." >&2
  exit 1
}

child=
finish() {
  local status=$?
  trap - EXIT INT TERM HUP
  [ -z "$child" ] || kill "$child" 2>/dev/null || true
  close_doors || status=1
  exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

open_doors
"$@" &
child=$!
status=0
wait $child || status=$?
child=
exit $status
