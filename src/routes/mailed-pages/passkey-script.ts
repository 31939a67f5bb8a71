import { html } from 'hono/html'
import { sharedText } from '../../http/shared-answer.ts'
import type { Piece } from '../page-frame.ts'
import type { Words } from './words-en.ts'

/**
 * Shows its form only where a browser knows passkeys. The answer goes into the form and not into an address, and to the page
 * itself: what signs in and out again is the same as with a password. By hand what `parseRequestOptionsFromJSON` and `toJSON`
 * do, which are newer than the browsers that come here.
 */
const script = `const [form, button, words] = ['by-passkey', 'use-passkey', 'passkey-words'].map((id) => document.getElementById(id))
const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0))
const textOf = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '')

// Answers what to tell; nothing where the form is on its way.
async function prove() {
  const answer = await fetch('../login/passkey/options', {
    method: 'POST',
    headers: { 'accept-language': document.documentElement.lang },
    cache: 'no-store',
  })
  const body = await answer.json()
  if (!answer.ok) return body.error.message
  const { challenge, rpId, timeout, userVerification } = body.options
  const found = await navigator.credentials.get({
    publicKey: { challenge: bytesOf(challenge), rpId, timeout, userVerification },
  })
  const { authenticatorData, clientDataJSON, signature, userHandle } = found.response
  form.elements.challengeToken.value = body.challengeToken
  form.elements.passkey.value = JSON.stringify({
    id: found.id,
    rawId: textOf(found.rawId),
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      authenticatorData: textOf(authenticatorData),
      clientDataJSON: textOf(clientDataJSON),
      signature: textOf(signature),
      ...(userHandle ? { userHandle: textOf(userHandle) } : {}),
    },
  })
  form.submit()
}

button.addEventListener('click', async () => {
  button.disabled = true
  words.textContent = ''
  words.textContent = (await prove().catch(() => words.dataset.failed)) || ''
  button.disabled = words.textContent === ''
})
addEventListener('pageshow', () => {
  button.disabled = false
})
form.hidden = !(isSecureContext && 'PublicKeyCredential' in window)
`

export const passkeyScriptName = 'passkey.js'
export const passkeyScript = sharedText(script, 'text/javascript; charset=utf-8')

/** What only the script shows, and fills in. */
export const passkeyForm = ({ passkey }: Words): Piece =>
  html`<form method="post" id="by-passkey" autocomplete="off" hidden>
        <input type="hidden" name="challengeToken" /><input type="hidden" name="passkey" />
        <button type="button" id="use-passkey">${passkey.button}</button>
        <p class="problem" id="passkey-words" role="status" data-failed="${passkey.failed}"></p>
      </form>
      <script src="${passkeyScriptName}"></script>`
