'use client'

import Link from 'next/link'
import { Form } from '@/components/form'
import { OwnPage, Shown } from '@/components/page'
import { VideoPlayer } from '@/components/video-player'
import { good } from '@/lib/answers'
import { useAuth } from '@/lib/auth'
import { useLoaded } from '@/lib/use-loaded'
import { useQuery } from '@/lib/use-query'

export default function LessonPage() {
  const query = useQuery()
  const [course, id] = [query?.get('course') ?? '', query?.get('id') ?? '']
  return (
    <OwnPage title="Lesson">
      {() => (query === null ? null : <Lesson key={id} course={course} id={id} />)}
    </OwnPage>
  )
}

function Lesson({ course, id }: { course: string; id: string }) {
  const { client, updateProfile } = useAuth()
  const lessonOf = client.api.v1.courses[':id'].lessons[':lessonId']
  const param = { id: course, lessonId: id }
  const lesson = useLoaded(`${course}/${id}`, async () => (await good(lessonOf.$get({ param }))).json())
  return (
    <Shown loaded={lesson}>
      {({ title, description, content, completed, ...shown }) => (
        <article>
          <h2>{title}</h2>
          <p>{description}</p>
          {shown.videoUrl ? (
            <VideoPlayer
              url={shown.videoUrl}
              title={title}
              startAt={shown.position}
              captions={shown.captions}
              onWatched={async (events) => {
                await good(lessonOf.time.$post({ param, json: { events } }))
              }}
            />
          ) : shown.videoUnavailable ? (
            <p className="note">The video is not here at the moment.</p>
          ) : null}
          {/* Markdown: what comes of it is up to the portal. Here it is shown as it was written. */}
          <div className="written">{content}</div>
          {shown.resources.length > 0 ? (
            <>
              <h3>To read</h3>
              <ul>
                {shown.resources.map(({ title: name, url }) => (
                  <li key={name}>{url ? <a href={url}>{name}</a> : name}</li>
                ))}
              </ul>
            </>
          ) : null}
          {completed ? (
            <p role="status" className="done">
              You have completed this lesson.
            </p>
          ) : (
            <Form
              button="I have completed this lesson"
              send={async () => {
                const { progress } = await (await good(lessonOf.complete.$post({ param, json: {} }))).json()
                lesson.reload()
                await updateProfile({})
                return `${progress.completedLessons} of ${progress.totalLessons} lessons completed.`
              }}
            />
          )}
          <p>
            <Link href={`/courses/course/?id=${course}`}>All lessons</Link>
          </p>
        </article>
      )}
    </Shown>
  )
}
