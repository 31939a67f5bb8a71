import { encodeBase64url } from '../../../src/ports/base64url.ts'

const { subtle } = crypto

/** What a browser says after it has subscribed, at a push service that is called from here. */
export async function newBrowser(
  publicKey: string,
  endpoint = `https://fcm.googleapis.com/fcm/send/${crypto.randomUUID()}`,
) {
  const pair = await subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])
  const p256dh = encodeBase64url(new Uint8Array(await subtle.exportKey('raw', pair.publicKey)))
  const auth = encodeBase64url(crypto.getRandomValues(new Uint8Array(16)))
  return { endpoint, expirationTime: null, keys: { p256dh, auth }, publicKey }
}
