import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** A reference for what stands at the end of something that scrolls: `reach` is called when it is nearly in sight. */
export function useNear(scroller: RefObject<Element | null>, reach: () => void): RefObject<any> {
  const end = useRef<Element>(null)
  const latest = useRef(reach)
  latest.current = reach
  useEffect(() => {
    const observed = end.current
    if (!observed) return
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) latest.current()
      },
      { root: scroller.current, rootMargin: '400px' },
    )
    observer.observe(observed)
    return () => observer.disconnect()
  })
  return end
}
