import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { attempt } from '../../../base/state/notices.ts'
import { changesOf } from '../../state/changes.ts'
import { addressOf, go } from '../../state/place.ts'
import { Section } from '../../view/parts/fields.tsx'
import { SaveForm } from '../../view/parts/form-fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { type Card, CardFields } from './card-fields.tsx'

const empty: Card = {
  title: '',
  description: '',
  category: 'job-readiness',
  level: 'beginner',
  thumbnail: null,
  thumbnailFileId: null,
  instructor: { name: '', avatar: null, bio: '' },
  isSequential: false,
  capacity: null,
  enrollmentMode: 'open',
  prerequisites: [],
}

/** A draft that nobody else sees. */
export function NewCourse() {
  const changes = changesOf<Card>('new-course')
  const card = { ...empty, ...changes.now }
  const save = () => {
    const { thumbnail, thumbnailFileId, instructor, prerequisites, ...rest } = card
    const { name, avatar, bio } = instructor
    return attempt(
      () =>
        ask(
          v1.courses.$post({
            json: {
              ...rest,
              ...(thumbnailFileId === null ? { thumbnail } : { thumbnailFileId }),
              instructor: { ...(name.trim() === '' ? {} : { name }), avatar, bio },
              prerequisites: prerequisites.map(({ id }) => id),
            },
          }),
        ),
      ({ id }) => {
        changes.forget()
        go('courses', id)
      },
    )
  }
  return (
    <>
      <ScreenHead title="New course" back={{ href: addressOf('courses'), words: 'All courses' }} />
      <Section title="About the course">
        <SaveForm action="Create the draft" save={save}>
          <CardFields uploadKey="new-course" card={card} put={changes.put} />
        </SaveForm>
      </Section>
    </>
  )
}
