const browsers = [
  ['Edge', /\bEdgA?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /SamsungBrowser\//],
  ['Firefox', /(?:Firefox|FxiOS)\//],
  ['Chrome', /(?:Chrome|CriOS)\//],
  ['Safari', /Safari\//],
  ['curl', /^curl\//],
] as const

const systems = [
  ['Android', /Android/],
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['ChromeOS', /CrOS/],
  ['Windows', /Windows/],
  ['Mac', /Macintosh/],
  ['Linux', /Linux/],
] as const

/** Words by which a person recognises a device in a list: `Firefox on Windows`. The header itself is not kept. */
export function describeDevice(userAgent: string | null): string {
  const [browser] = browsers.find(([, pattern]) => pattern.test(userAgent ?? '')) ?? []
  const [system] = systems.find(([, pattern]) => pattern.test(userAgent ?? '')) ?? []
  return [browser ?? 'Unknown app', ...(system ? [system] : [])].join(' on ')
}
