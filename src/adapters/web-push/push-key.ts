import { decodeBase64url, encodeBase64url } from '../../ports/base64url.ts'

/** A private key as the secret holds it, and its public point as browsers take it. Throws for what is none, without its value. */
export function decodeKey(value: string): { readonly publicKey: string; readonly privateJwk: JsonWebKey } {
  const { kty, crv, x = '', y = '', d = '' } = JSON.parse(value) as JsonWebKey
  const point = [decodeBase64url(x), decodeBase64url(y)]
  if (kty !== 'EC' || crv !== 'P-256' || d === '' || point.some((each) => each?.length !== 32))
    throw new Error('a push key is not a private JWK of P-256')
  const bytes = new Uint8Array(65)
  bytes[0] = 4
  for (const [index, each] of point.entries()) if (each) bytes.set(each, 1 + 32 * index)
  return { publicKey: encodeBase64url(bytes), privateJwk: { kty, crv, x, y, d } }
}
