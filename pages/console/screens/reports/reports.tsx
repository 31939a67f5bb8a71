import type { ScreenProps } from '../../view/screens.ts'
import { ReportList } from './list.tsx'
import { ReportView } from './report-view.tsx'

/** Reported messages, and one of them. */
export function Reports({ id }: ScreenProps) {
  return id === null ? <ReportList /> : <ReportView key={id} id={id} />
}
