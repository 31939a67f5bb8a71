/** Captions in SRT as WebVTT: the same but for how it begins and how it writes fractions. */
export function webVttOf(srt: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new TextDecoder().decode(srt).replaceAll('\r\n', '\n').replaceAll('\r', '\n')
  const cues = text.replaceAll(/(\d{2}:\d{2}:\d{2}),(\d{3})/g, '$1.$2')
  return new TextEncoder().encode(`WEBVTT\n\n${cues.trim()}\n`)
}
