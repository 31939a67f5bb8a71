import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type uPlot from 'uplot'
import { loosely } from '../../../base/state/loosely.ts'

export interface Series {
  readonly title: string
  /** Which of the colors of charts, from 1. */
  readonly color: 1 | 2 | 3
  readonly values: readonly number[]
}

type Plot = typeof import('./plot.ts')
const height = 220

/**
 * Bars over days or weeks. It is a picture beside a table that says the same: screen readers are told only what it shows.
 */
export function Chart({
  title,
  days,
  series,
}: {
  title: string
  /** As `2026-03-02`. */
  days: readonly string[]
  series: readonly Series[]
}) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const [drawing, setDrawing] = useState<Plot | null>(null)
  useEffect(() => {
    // A chart that cannot be loaded is missed by nobody: the table is there.
    loosely(async () => setDrawing(await import('./plot.ts').catch(() => null)))
  }, [])
  const key = JSON.stringify([days, series])
  useLayoutEffect(() => {
    const element = box.current
    if (!drawing || !element) return
    const draw = () => {
      plot.current?.destroy()
      plot.current = drawing.plot(element, { width: element.clientWidth, height, days, series })
    }
    draw()
    const resized = new ResizeObserver(() =>
      loosely(() => {
        if (plot.current && plot.current.width !== element.clientWidth)
          plot.current.setSize({ width: element.clientWidth, height })
      }),
    )
    resized.observe(element)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const turned = () => loosely(draw)
    dark.addEventListener('change', turned)
    const watched = new MutationObserver(turned)
    watched.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      resized.disconnect()
      watched.disconnect()
      dark.removeEventListener('change', turned)
      plot.current?.destroy()
      plot.current = null
    }
  }, [drawing, key])
  return (
    <figure class="chart">
      <figcaption>
        <span class="grow">{title}</span>
        {series.map(({ title: name, color }) => (
          <span key={name} class={`key color-${color}`}>
            {name}
          </span>
        ))}
      </figcaption>
      <div ref={box} class="canvas" role="img" aria-label={`${title}: a chart of what the table says.`} />
    </figure>
  )
}
