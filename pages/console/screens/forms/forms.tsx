import { useLayoutEffect } from 'preact/hooks'
import { replacePlace } from '../../state/place.ts'
import type { ScreenProps } from '../../view/screens.ts'
import { isPreset, showPreset } from './filters.ts'
import { FormView } from './form-view.tsx'
import { FormList } from './list.tsx'

/** What came in, newest first, and one of them. */
export function Forms({ id }: ScreenProps) {
  const preset = id !== null && isPreset(id) ? id : null
  useLayoutEffect(() => {
    if (preset === null) return
    showPreset(preset)
    replacePlace('forms')
  }, [preset])
  if (preset !== null) return null
  return id === null ? <FormList /> : <FormView key={id} id={id} />
}
