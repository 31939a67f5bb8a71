#!/usr/bin/env bash
# What would fail half way through is said before anything is made.
set -euo pipefail
: "${AZURE_ENV_NAME:?}"
problems=()
[[ $AZURE_ENV_NAME =~ ^[a-z][a-z0-9]{2,9}$ ]] ||
  problems+=("The name of the environment, $AZURE_ENV_NAME, has to be 3 to 10 lower case letters and digits, a letter first: all names begin with it. azd env new <name> makes another.")
for program in az node npm zip curl; do
  command -v "$program" >/dev/null || problems+=("$program is not installed.")
done
if command -v az >/dev/null; then
  if ! signed_in=$(az account show --query id --output tsv --only-show-errors 2>/dev/null); then
    problems+=("Nobody is signed in to az: az login.")
  elif [ -n "${AZURE_SUBSCRIPTION_ID:-}" ] && [ "$signed_in" != "$AZURE_SUBSCRIPTION_ID" ]; then
    problems+=("az is signed in to another subscription than $AZURE_SUBSCRIPTION_ID: az account set --subscription $AZURE_SUBSCRIPTION_ID.")
  fi
fi
[ ${#problems[@]} -eq 0 ] || { printf '%s\n' "${problems[@]}" >&2; exit 1; }
