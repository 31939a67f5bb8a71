'use client'

import Link from 'next/link'
import { OwnPage, Shown } from '@/components/page'
import { good } from '@/lib/answers'
import type { User } from '@/lib/auth'
import { useLoaded } from '@/lib/use-loaded'

export default function Dashboard() {
  return <OwnPage title="Dashboard">{(user) => <Overview user={user} />}</OwnPage>
}

function Overview({ user }: { user: User }) {
  const progress = useLoaded('progress', async (client) =>
    (await good(client.api.v1.users.me.progress.$get())).json(),
  )
  return (
    <>
      <p>Hello {user.name}.</p>
      {user.emailVerified ? null : (
        <p className="note">
          Your address is not confirmed yet. <Link href="/confirm/">Confirm it</Link>
        </p>
      )}
      <h2>My courses</h2>
      <Shown loaded={progress}>
        {({ courses, stats }) => (
          <>
            {Object.keys(courses).length === 0 ? (
              <p>
                You take part in no course yet. <Link href="/courses/">Find one</Link>
              </p>
            ) : (
              <ul className="cards">
                {Object.entries(courses).map(([id, course]) => (
                  <li key={id} className="card">
                    <h3>
                      <Link href={`/courses/course/?id=${id}`}>{course.title}</Link>
                    </h3>
                    <progress max={100} value={course.progress} aria-label={`Progress in ${course.title}`} />
                    <p className="quiet">
                      {course.completedLessons.length} of {course.totalLessons} lessons, {course.timeSpent}{' '}
                      minutes
                    </p>
                  </li>
                ))}
              </ul>
            )}
            <dl className="numbers">
              <div>
                <dt>Courses completed</dt>
                <dd>{stats.totalCoursesCompleted}</dd>
              </div>
              <div>
                <dt>Lessons completed</dt>
                <dd>{stats.totalLessonsCompleted}</dd>
              </div>
              <div>
                <dt>Days in a row</dt>
                <dd>{stats.loginStreak}</dd>
              </div>
            </dl>
          </>
        )}
      </Shown>
    </>
  )
}
