const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0))
const textOf = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')

/** Passkeys are for secure contexts: not there on a phone that came over http. */
export const canUsePasskeys = (): boolean => isSecureContext && 'PublicKeyCredential' in globalThis

interface Options {
  readonly challenge: string
  readonly allowCredentials?: readonly { readonly id: string; readonly type: 'public-key' }[]
  readonly [other: string]: unknown
}

/** By hand what `parseRequestOptionsFromJSON` and `toJSON` do, which are newer than the browsers that come here. */
export async function usePasskey(options: Options): Promise<object | null> {
  const found = await navigator.credentials
    .get({
      publicKey: {
        ...options,
        challenge: bytesOf(options.challenge),
        allowCredentials: (options.allowCredentials ?? []).map((each) => ({ ...each, id: bytesOf(each.id) })),
      },
    })
    .catch(() => null)
  if (!(found instanceof PublicKeyCredential)) return null
  const { authenticatorData, clientDataJSON, signature, userHandle } =
    found.response as AuthenticatorAssertionResponse
  return {
    id: found.id,
    rawId: textOf(found.rawId),
    type: 'public-key',
    clientExtensionResults: found.getClientExtensionResults(),
    response: {
      authenticatorData: textOf(authenticatorData),
      clientDataJSON: textOf(clientDataJSON),
      signature: textOf(signature),
      ...(userHandle ? { userHandle: textOf(userHandle) } : {}),
    },
  }
}
