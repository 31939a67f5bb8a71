#!/usr/bin/env bash
# Says which color people are led to, as NAME=value; blue where there is nothing yet, and where there is one process.
set -euo pipefail
: "${AZURE_ENV_NAME:?}" "${API_PROFILE:?}"
color=blue
if [ "$API_PROFILE" != small ]; then
  group=rg-$AZURE_ENV_NAME profile=$AZURE_ENV_NAME-fd
  # Not being there is one thing, not being told another: only the first is blue.
  there=$(az group exists --name "$group" --only-show-errors)
  if [ "$there" = true ]; then
    there=$(az afd profile list --resource-group "$group" --query "[?name=='$profile'].name" --output tsv --only-show-errors)
    [ -z "$there" ] ||
      there=$(az afd endpoint list --resource-group "$group" --profile-name "$profile" --query "[?name=='$profile-live'].name" --output tsv --only-show-errors)
    if [ -n "$there" ]; then
      id=$(az afd route show --resource-group "$group" --profile-name "$profile" --endpoint-name "$profile-live" --route-name everything \
        --query originGroup.id --output tsv --only-show-errors)
      case $id in
        */blue) color=blue ;;
        */green) color=green ;;
        *) echo "Nobody says which color is live: $id" >&2; exit 1 ;;
      esac
    fi
  fi
fi
echo "API_LIVE_COLOR=$color"
