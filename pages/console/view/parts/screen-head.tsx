import type { ComponentChildren } from 'preact'

/** The title of a screen and what can be done on it. The title of the window stays the same on all of them. */
export function ScreenHead({
  title,
  back,
  children,
}: {
  title: string
  /** Where this is one of many: the list. */
  back?: { readonly href: string; readonly words: string }
  children?: ComponentChildren
}) {
  return (
    <header class="screen-head">
      {back && (
        <a class="back" href={back.href}>
          {back.words}
        </a>
      )}
      <h1 class="grow">{title}</h1>
      {children && <div class="row end">{children}</div>}
    </header>
  )
}
