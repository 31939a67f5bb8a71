#!/usr/bin/env bash
# Takes out of every edge of Front Door what it keeps at these paths; without any, everything: purge.sh [/api/v1/courses …]
# What is kept there is a minute old at most anyway; files whose names change with them are kept for long.
set -euo pipefail
: "${AZURE_RESOURCE_GROUP:?}" "${API_FRONT_DOOR:?}"
[ $# -gt 0 ] || set -- '/*'
for path in "$@"; do
  case $path in
    /*) ;;
    *) echo "A path begins with a slash: $path" >&2; exit 1 ;;
  esac
done
# The asterisk is for Front Door, not for the shell.
az afd endpoint purge --resource-group "$AZURE_RESOURCE_GROUP" --profile-name "$API_FRONT_DOOR" --endpoint-name "$API_FRONT_DOOR-live" \
  --content-paths "$@" --no-wait --only-show-errors >/dev/null
