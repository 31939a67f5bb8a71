import { useEffect, useState } from 'preact/hooks'
import { loosely } from '../../base/state/loosely.ts'

/** Modules of white around it, without which a camera does not find it (ISO/IEC 18004). */
const border = 4

/** A drawing for the camera of another device. What it says stands beside it as text too. */
export function QrCode({ text, name }: { text: string; name: string }) {
  const [drawn, setDrawn] = useState<{ readonly size: number; readonly path: string } | null>(null)
  const draw = async () => {
    const { encode } = await import('uqr')
    const { size, data } = encode(text, { border })
    const path = data
      .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
      .join('')
    setDrawn({ size, path })
  }
  useEffect(() => loosely(draw), [text])
  if (!drawn) return null
  return (
    <svg class="qr" viewBox={`0 0 ${drawn.size} ${drawn.size}`} role="img" aria-label={name}>
      <rect class="qr-paper" width={drawn.size} height={drawn.size} />
      <path d={drawn.path} />
    </svg>
  )
}
