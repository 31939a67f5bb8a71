const formsGoTo = (where: "'none'" | "'self'") => [
  "base-uri 'none'",
  `form-action ${where}`,
  "frame-ancestors 'none'",
]
const nothingElse = formsGoTo("'none'")

async function onlyStyle(text: string): Promise<readonly string[]> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return ["default-src 'none'", `style-src 'sha256-${btoa(String.fromCharCode(...hash))}'`, 'img-src data:']
}

/** For a page of text: this style and nothing else, no script, no picture, no other host. The empty icon saves a request. */
export const policyForStyle = async (text: string): Promise<string> =>
  [...(await onlyStyle(text)), ...nothingElse].join('; ')

/** The same, with a form that this server takes. */
export const policyForForm = async (text: string): Promise<string> =>
  [...(await onlyStyle(text)), ...formsGoTo("'self'")].join('; ')

/** For a page with a button: its own script may ask this server. */
export const policyForButton = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'unsafe-inline'",
  "connect-src 'self'",
  'img-src data:',
  ...nothingElse,
].join('; ')
