#!/usr/bin/env bash
# Leads people to the other app of each pair: swap.sh blue|green. The way back is the same command with the other color.
# The program that was live keeps running until Front Door has noticed everywhere; `stop` then lets it rest.
set -euo pipefail
color=${1:?}
: "${AZURE_RESOURCE_GROUP:?}" "${API_FRONT_DOOR:?}" "${API_APPS:?}"
case $color in blue | green) ;; *) echo "There is no color $color." >&2; exit 1 ;; esac

# In one deployment: both endpoints change together, or neither.
az afd route update --resource-group "$AZURE_RESOURCE_GROUP" --profile-name "$API_FRONT_DOOR" --endpoint-name "$API_FRONT_DOOR-live" \
  --route-name everything --origin-group "$color" --only-show-errors >/dev/null
az afd route update --resource-group "$AZURE_RESOURCE_GROUP" --profile-name "$API_FRONT_DOOR" --endpoint-name "$API_FRONT_DOOR-next" \
  --route-name everything --origin-group "$([ "$color" = blue ] && echo green || echo blue)" --only-show-errors >/dev/null
echo "$color is live"
