import { type Described, exampleOf, exampleOfParameter, rolesOf } from './document.ts'

/** In single quotes, in which a shell reads nothing but their end. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/**
 * The request as it is typed, with `$api` for where the server is and `$token` for an access token. What may be left out is
 * left out, but for a body.
 */
export function curlOf({ method, path, operation }: Described): string {
  const { parameters = [], requestBody } = operation
  const given = parameters.filter(({ required }) => required)
  const textOf = (name: string): string => {
    const parameter = given.find((one) => one.name === name)
    return encodeURIComponent(String(parameter ? exampleOfParameter(parameter) : name))
  }
  const query = given.filter((one) => one.in === 'query').map(({ name }) => `${name}=${textOf(name)}`)
  const url = `${path.replaceAll(/\{(\w+)\}/g, (_, name) => textOf(name))}${query.length > 0 ? `?${query.join('&')}` : ''}`
  const [type = '', media] = Object.entries(requestBody?.content ?? {})[0] ?? []
  const example = media && exampleOf(media)
  const lines = [
    `curl ${method === 'GET' ? '' : `-X ${method} `}"$api${url}"`,
    ...(rolesOf(operation).length > 0 ? ['-H "Authorization: Bearer $token"'] : []),
    ...given
      .filter((one) => one.in === 'header')
      .map((one) => `-H ${quoted(`${one.name}: ${exampleOfParameter(one)}`)}`),
    ...(example === undefined
      ? []
      : [`-H "Content-Type: ${type}"`, `-d ${quoted(JSON.stringify(example, null, 2))}`]),
  ]
  return lines.join(' \\\n  ')
}
