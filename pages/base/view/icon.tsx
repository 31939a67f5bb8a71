const paths = {
  add: 'M12 5v14M5 12h14',
  archive: 'M4 8h16v11H4zM3 4h18v4H3zM10 12h4',
  attach:
    'M20 11.5l-8.2 8.2a5 5 0 0 1-7.1-7.1l8.6-8.6a3.4 3.4 0 0 1 4.8 4.8l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.7-7.7',
  back: 'M15 5l-7 7 7 7',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4',
  block: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM5.6 5.6l12.8 12.8',
  book: 'M12 6a7 7 0 0 0-8-1v13a7 7 0 0 1 8 1 7 7 0 0 1 8-1V5a7 7 0 0 0-8 1zM12 6v13',
  chart: 'M4 20h16M7 16v-5M12 16V6M17 16v-8',
  check: 'M5 12.5l4.5 4.5L19 7',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  down: 'M12 5v13M6 12.5l6 6 6-6',
  edit: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  emoji: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.5 9.5v.5M15.5 9.5v.5M8 14.5a5 5 0 0 0 8 0',
  flag: 'M6 21V4M6 4h12l-2.5 4.5L18 13H6',
  hide: 'M3 3l18 18M10 6.2A9 9 0 0 1 21 12a13 13 0 0 1-2.4 3.2M6.5 7.5A13 13 0 0 0 3 12a9.5 9.5 0 0 0 12.5 5.3',
  key: 'M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM11 12l8-8M16 7l3 3',
  leave: 'M14 4H5v16h9M10 12h11M17 8l4 4-4 4',
  link: 'M10 14a4 4 0 0 0 5.7 0l3.3-3.3a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0L5 13.3A4 4 0 0 0 10.7 19l1.3-1.3',
  log: 'M6 3h12v18H6zM9 8h6M9 12h6M9 16h3',
  members:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14a6.5 6.5 0 0 1 3.5 6',
  more: 'M4.5 12a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0M11.5 12a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0M18.5 12a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0',
  pin: 'M9 3h6l-1 7 4 4H6l4-4zM12 14v7',
  reply: 'M9 6L4 11l5 5M4 11h10a6 6 0 0 1 6 6v1',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21',
  send: 'M4 12l16-8-6 16-3-7z',
  settings: 'M4 7h10M18 7h2M4 17h2M10 17h10M16 4.5v5M8 14.5v5',
  thread: 'M4 5h16v11H10l-5 4v-4H4zM8 9h8M8 12h5',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  unread: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z',
  up: 'M12 19V6M6 11.5l6-6 6 6',
} as const

export type IconName = keyof typeof paths

/** A drawing that says nothing to a screen reader: the control around it has the words. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}
