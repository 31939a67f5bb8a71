'use client'

import { useCourses } from '@tools-inc/client/react'
import Link from 'next/link'
import { useState } from 'react'
import { Page } from '@/components/page'
import { useAuth } from '@/lib/auth'

const categories = [
  ['', 'All'],
  ['job-readiness', 'Job readiness'],
  ['education', 'Education'],
  ['life-skills', 'Life skills'],
  ['tech', 'Tech'],
] as const
type Category = (typeof categories)[number][0]

export default function Courses() {
  const { user } = useAuth()
  const [category, setCategory] = useState<Category>('')
  const { courses, isLoading, hasMore, problem, isUnreachable, loadMore, reload } = useCourses(
    category === '' ? {} : { category },
  )
  return (
    <Page title="Courses">
      <fieldset className="tabs">
        <legend>Show</legend>
        {categories.map(([value, text]) => (
          <label key={value} className="choice">
            <input
              type="radio"
              name="category"
              checked={category === value}
              onChange={() => setCategory(value)}
            />{' '}
            {text}
          </label>
        ))}
      </fieldset>
      {problem || isUnreachable ? (
        <div role="alert" className="problem">
          <p>{problem?.message ?? 'The server could not be reached.'}</p>
          <button type="button" className="button" onClick={reload}>
            Try again
          </button>
        </div>
      ) : null}
      <ul className="cards">
        {courses.map((course) => (
          <li key={course.id} className="card">
            {course.thumbnail ? (
              <img src={course.thumbnail} alt="" loading="lazy" width={320} height={180} />
            ) : null}
            <h2>
              <Link href={`/courses/course/?id=${course.id}`}>{course.title}</Link>
            </h2>
            <p>{course.description}</p>
            <p className="quiet">
              {course.level}, {course.duration} minutes, with {course.instructor.name}
              {user?.enrolledCourses.includes(course.id) ? ' · You take part' : ''}
            </p>
          </li>
        ))}
      </ul>
      {isLoading ? (
        <p className="quiet">Loading…</p>
      ) : courses.length === 0 && !problem && !isUnreachable ? (
        <p>There is no such course yet.</p>
      ) : null}
      {hasMore ? (
        <button type="button" className="button" onClick={loadMore}>
          Show more
        </button>
      ) : null}
    </Page>
  )
}
