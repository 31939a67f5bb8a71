import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

const list = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => (value === undefined ? [] : [value].flat()))

/** What the service SDK puts into its tokens. */
const Claims = z.looseObject({
  aud: z.string(),
  exp: z.number(),
  sub: z.string().optional(),
  role: list,
  'webpubsub.group': list,
})
export type Claims = z.infer<typeof Claims>

const header = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT' })).toString('base64url')

const parse = (part: string): unknown => {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    return null
  }
}

/** JWTs as the service makes them: HS256 with the text of an access key. The first key signs, any verifies. */
export function createTokens(keys: readonly string[], now: () => number) {
  const mac = (key: string, text: string) => createHmac('sha256', key).update(text).digest()
  const [signingKey = ''] = keys

  return {
    sign(claims: Readonly<Record<string, unknown>>): string {
      const text = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
      return `${text}.${mac(signingKey, text).toString('base64url')}`
    },
    /** Null unless it was made for this path and is still good. */
    verify(token: string, path: string): Claims | null {
      const [head = '', payload = '', code = '', ...more] = token.split('.')
      const { alg } = (parse(head) ?? {}) as { alg?: unknown }
      if (alg !== 'HS256' || more.length > 0) return null
      const given = Buffer.from(code, 'base64url')
      const isSigned = keys.some((key) => {
        const expected = mac(key, `${head}.${payload}`)
        return given.length === expected.length && timingSafeEqual(given, expected)
      })
      const { success, data: claims } = Claims.safeParse(isSigned ? parse(payload) : null)
      if (!success || claims.exp * 1000 <= now()) return null
      return URL.canParse(claims.aud) && new URL(claims.aud).pathname === path ? claims : null
    },
  }
}

export type Tokens = ReturnType<typeof createTokens>
