'use client'

import Link from 'next/link'
import { Form } from '@/components/form'
import { Page, Shown } from '@/components/page'
import { WhyNot } from '@/components/why-not'
import { good } from '@/lib/answers'
import { useAuth } from '@/lib/auth'
import { useLoaded } from '@/lib/use-loaded'
import { useQuery } from '@/lib/use-query'

export default function Course() {
  const { user, updateProfile } = useAuth()
  const query = useQuery()
  const id = query && (query.get('id') ?? '')
  const course = useLoaded(id, async ({ api }) =>
    (await good(api.v1.courses[':id'].$get({ param: { id: id ?? '' } }))).json(),
  )
  const takesPart = user !== null && id !== null && user.enrolledCourses.includes(id)
  const lessons = useLoaded(takesPart ? id : null, async ({ api }) =>
    (await good(api.v1.courses[':id'].lessons.$get({ param: { id: id ?? '' } }))).json(),
  )
  return (
    <Page title={course.value?.title ?? 'Course'}>
      <Shown loaded={course}>
        {({ description, instructor, duration, level, ...shown }) => (
          <>
            <p>{description}</p>
            <p className="quiet">
              {level}, {duration} minutes, with {instructor.name}
            </p>
            {user === null ? (
              <p>
                <Link href={`/login/?next=${encodeURIComponent(`/courses/course/?id=${id}`)}`}>Sign in</Link>{' '}
                to take part.
              </p>
            ) : takesPart ? null : (
              <Form
                button="Take part"
                send={async () => {
                  await updateProfile({ enrolledCourses: [...user.enrolledCourses, id ?? ''] })
                }}
              >
                <WhyNot />
              </Form>
            )}
            <h2>Lessons</h2>
            {takesPart ? (
              <Shown loaded={lessons}>
                {({ items }) => (
                  <ol>
                    {items.map((lesson) => (
                      <li key={lesson.id}>
                        <Link href={`/courses/lesson/?course=${id}&id=${lesson.id}`}>{lesson.title}</Link>
                        {lesson.completed ? ' · completed' : lesson.locked ? ' · not open yet' : ''}
                      </li>
                    ))}
                  </ol>
                )}
              </Shown>
            ) : (
              <ol>
                {shown.lessons.map((lesson) => (
                  <li key={lesson.id}>{lesson.title}</li>
                ))}
              </ol>
            )}
          </>
        )}
      </Shown>
    </Page>
  )
}
