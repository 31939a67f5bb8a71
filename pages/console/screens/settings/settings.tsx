import { ScreenHead } from '../../view/parts/screen-head.tsx'
import type { ScreenProps } from '../../view/screens.ts'
import { CourseRules } from './course-rules.tsx'
import { InForce } from './in-force.tsx'

/** How this service is set up, as it is in force. */
export function Settings(_: ScreenProps) {
  return (
    <>
      <ScreenHead title="Settings" />
      <CourseRules />
      <InForce />
    </>
  )
}
