#!/usr/bin/env bash
# The outputs of the last deployment, as NAME=value. None of them is a secret.
set -euo pipefail
: "${AZURE_ENV_NAME:?}"
outputs=$(az deployment sub show --name "$AZURE_ENV_NAME" --query properties.outputs --output json --only-show-errors)
OUTPUTS=$outputs node --eval '
  for (const [name, { value }] of Object.entries(JSON.parse(process.env.OUTPUTS))) {
    // Azure changes the case of the first letters of a name.
    const text = typeof value === "string" ? value : JSON.stringify(value)
    if (/[\r\n]/.test(text)) throw new Error(`${name} has more than one line`)
    if (name.toUpperCase() !== "API_LIVE_COLOR") console.log(`${name.toUpperCase()}=${text}`)
  }'
