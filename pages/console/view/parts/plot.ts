import uPlot from 'uplot'
import type { Series } from './chart.tsx'

const colorOf = (element: Element, name: string): string => getComputedStyle(element).getPropertyValue(name)
const secondsOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1_000

const halfWeek = 4 * 86_400

/** Draws bars on a canvas, in the colors that the page has at this moment. Numbers stand on each other. */
export function plot(
  element: HTMLElement,
  {
    width,
    height,
    days,
    series,
  }: { width: number; height: number; days: readonly string[]; series: readonly Series[] },
): uPlot {
  const at = days.map(secondsOf)
  const ink = colorOf(element, '--quiet')
  const line = colorOf(element, '--line')
  const bars = uPlot.paths.bars?.({ size: [0.7, 48], radius: 0.15 })
  // Those behind first, each as high as all up to it.
  const heights = series.map((_, place) =>
    days.map((__, day) =>
      series.slice(0, place + 1).reduce((sum, { values }) => sum + (values[day] ?? 0), 0),
    ),
  )
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } }
  return new uPlot(
    {
      width,
      height,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
      cursor: { show: false },
      legend: { show: false },
      scales: {
        // Room for half a bar at either end.
        x: { range: () => [(at[0] ?? 0) - halfWeek, (at.at(-1) ?? 0) + halfWeek] },
        y: { range: (_, __, most) => [0, Math.max(1, Math.ceil(most * 1.1))] },
      },
      axes: [axis, { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 10_000], size: 44 }],
      series: [
        {},
        ...series
          .map(({ title, color }) => ({
            label: title,
            stroke: colorOf(element, `--chart-${color}`),
            fill: colorOf(element, `--chart-${color}`),
            width: 0,
            ...(bars ? { paths: bars } : {}),
            points: { show: false },
          }))
          .reverse(),
      ],
    },
    [at, ...heights.reverse()],
    element,
  )
}
