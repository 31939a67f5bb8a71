'use client'

import { useEffect, useRef } from 'react'

export interface Watched {
  readonly startedAt: string
  readonly endedAt: string
  /** Seconds into the video. */
  readonly from: number
  readonly to: number
}

interface VideoPlayerProps {
  readonly url: string
  readonly title: string
  readonly startAt: number
  readonly captions: readonly {
    readonly url: string | null
    readonly language: string
    readonly label: string
  }[]
  readonly onWatched: (events: Watched[]) => Promise<void>
}

const everyMs = 15_000

/** Plays on where somebody stopped, and tells what was watched: every while, and whenever the video stops. */
export function VideoPlayer({ url, title, startAt, captions, onWatched }: VideoPlayerProps) {
  const video = useRef<HTMLVideoElement>(null)
  const tell = useRef(onWatched)
  tell.current = onWatched
  useEffect(() => {
    const element = video.current
    if (!element) return
    let begun: { at: number; position: number } | null = null
    let waiting: Watched[] = []
    const begin = () => {
      begun = { at: Date.now(), position: element.currentTime }
    }
    const end = () => {
      if (begun === null) return
      const to = Math.max(begun.position, element.currentTime)
      if (to > begun.position)
        waiting.push({
          startedAt: new Date(begun.at).toISOString(),
          endedAt: new Date().toISOString(),
          from: begun.position,
          to,
        })
      begun = null
    }
    const send = () => {
      if (waiting.length === 0) return
      const events = waiting
      waiting = []
      // What could not be told is told with the next.
      tell.current(events).catch(() => {
        waiting = [...events, ...waiting].slice(-100)
      })
    }
    const stopped = () => {
      end()
      send()
    }
    const jumped = () => {
      begun = null
      if (!element.paused) begin()
    }
    const timer = setInterval(() => {
      if (element.paused) return
      stopped()
      begin()
    }, everyMs)
    const resume = () => {
      if (startAt > 0 && startAt < element.duration - 1) element.currentTime = startAt
    }
    element.addEventListener('loadedmetadata', resume, { once: true })
    element.addEventListener('playing', begin)
    element.addEventListener('pause', stopped)
    element.addEventListener('ended', stopped)
    element.addEventListener('seeking', jumped)
    return () => {
      clearInterval(timer)
      stopped()
      element.removeEventListener('loadedmetadata', resume)
      element.removeEventListener('playing', begin)
      element.removeEventListener('pause', stopped)
      element.removeEventListener('ended', stopped)
      element.removeEventListener('seeking', jumped)
    }
  }, [startAt])
  return (
    // biome-ignore lint/a11y/useMediaCaption: they are there where the course has some.
    <video
      ref={video}
      src={url}
      controls
      preload="metadata"
      aria-label={`Video: ${title}`}
      crossOrigin="anonymous"
    >
      {captions.map(({ url: address, language, label }) =>
        address === null ? null : (
          <track key={language} kind="captions" src={address} srcLang={language} label={label} />
        ),
      )}
    </video>
  )
}
