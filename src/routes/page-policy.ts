const nothingElse = ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]

/** For a page of text: this style and nothing else, no script, no picture, no other host. The empty icon saves a request. */
export async function policyForStyle(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return [
    "default-src 'none'",
    `style-src 'sha256-${btoa(String.fromCharCode(...hash))}'`,
    'img-src data:',
    ...nothingElse,
  ].join('; ')
}

/** For a page with a button: its own script may ask this server. */
export const policyForButton = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'unsafe-inline'",
  "connect-src 'self'",
  'img-src data:',
  ...nothingElse,
].join('; ')
