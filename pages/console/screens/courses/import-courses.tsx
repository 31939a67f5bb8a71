import { useEffect, useState } from 'preact/hooks'
import { ask, isProblem } from '../../../base/api/ask.ts'
import { byItself, v1 } from '../../../base/api/client.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { attempt } from '../../../base/state/notices.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { useAsked } from '../../state/asked.ts'
import { changesOf } from '../../state/changes.ts'
import { addressOf, go } from '../../state/place.ts'
import { Choice, Section, Tag } from '../../view/parts/fields.tsx'
import { CheckField, SaveForm, TextField } from '../../view/parts/form-fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { Table } from '../../view/parts/table.tsx'
import { UploadField } from '../../view/parts/upload-field.tsx'
import { categories, levels } from './words.ts'

const formats = [
  ['common-cartridge', 'Common Cartridge (.imscc)'],
  ['olx', 'Open edX (.tar.gz)'],
] as const
interface Wanted {
  readonly fileId: string | null
  readonly fileName: string
  readonly format: (typeof formats)[number][0]
  readonly key: string
  readonly category: (typeof categories)[number][0]
  readonly level: (typeof levels)[number][0]
  readonly isDryRun: boolean
  readonly isStrict: boolean
  readonly isDraft: boolean
  readonly isOverwriting: boolean
}
const first: Wanted = {
  fileId: null,
  fileName: '',
  format: 'common-cartridge',
  key: '',
  category: 'education',
  level: 'beginner',
  isDryRun: true,
  isStrict: false,
  isDraft: true,
  isOverwriting: false,
}
const outcomes = {
  created: ['Created', 'good'],
  updated: ['Updated', 'good'],
  unchanged: ['Unchanged', 'plain'],
  invalid: ['Not imported', 'bad'],
} as const
const stateWords = {
  waiting: 'It waits for its turn.',
  running: 'It is going on.',
  finished: 'It is done.',
  failed: 'It was cut off again and again. What was done stays; begin it again, which does the rest.',
} as const
const lookAgainMs = 2_000

function Report({ runId }: { runId: string }) {
  const { load, value, again } = useAsked(`import ${runId}`, () =>
    ask(v1.admin.courses.import[':id'].$get({ param: { id: runId } }, byItself)),
  )
  const isOver = value !== null && (value.state === 'finished' || value.state === 'failed')
  useEffect(() => {
    if (isOver || isProblem(load)) return
    const timer = setInterval(() => loosely(again), lookAgainMs)
    return () => clearInterval(timer)
  }, [isOver, isProblem(load)])
  if (!value) return isProblem(load) ? <Failed problem={load} retry={again} /> : <Loading of="the report" />
  return (
    <Section title={value.isDryRun ? 'What the import would do' : 'What became of it'}>
      <p role="status">{`${stateWords[value.state]} ${value.done} of ${value.rows} looked at.`}</p>
      {isProblem(load) && <Failed problem={load} retry={again} />}
      {value.items.length > 0 && (
        <Table
          caption="Courses of the package"
          items={value.items}
          keyOf={({ row }) => String(row)}
          columns={[
            { title: 'Course', cell: ({ key, row }) => key ?? `Number ${row}` },
            {
              title: 'Outcome',
              cell: ({ outcome }) => <Tag look={outcomes[outcome][1]}>{outcomes[outcome][0]}</Tag>,
            },
            {
              title: 'To know',
              cell: ({ problems, notices }) =>
                problems.length + notices.length === 0 ? (
                  'Nothing was left out.'
                ) : (
                  <ul class="points">
                    {problems.map(({ path, message }, at) => (
                      <li key={`p${at}`}>{path === '' ? message : `${path}: ${message}`}</li>
                    ))}
                    {notices.map(({ lesson, path, message }, at) => (
                      <li key={`n${at}`}>{`${lesson ?? 'course'} ${path}: ${message}`}</li>
                    ))}
                  </ul>
                ),
            },
          ]}
        />
      )}
    </Section>
  )
}

function Begin() {
  const changes = changesOf<Wanted>('import')
  const [lacksFile, setLacksFile] = useState(false)
  const wanted = { ...first, ...changes.now }
  const { put } = changes
  const begin = async () => {
    const { fileId, fileName: _, key, ...rest } = wanted
    setLacksFile(fileId === null)
    if (fileId === null) return
    await attempt(
      () =>
        ask(
          v1.admin.courses.import.$post({
            json: { ...rest, fileId, ...(key.trim() === '' ? {} : { key: key.trim() }) },
          }),
        ),
      ({ id }) => go('courses', 'import', id),
    )
  }
  return (
    <Section title="A package of another system">
      <SaveForm action={wanted.isDryRun ? 'Try it' : 'Import it'} save={begin}>
        {wanted.fileId !== null && <p role="status">{`${wanted.fileName} is uploaded.`}</p>}
        <UploadField
          label="The package"
          uploadKey="import"
          category="course-package"
          accept=".imscc,.zip,.tar.gz,.tgz"
          help="Up to 500 MB."
          onUploaded={(fileId, { name }) => {
            setLacksFile(false)
            put({
              fileId,
              fileName: name,
              format: /\.(?:tar\.gz|tgz)$/i.test(name) ? 'olx' : 'common-cartridge',
            })
          }}
        />
        {lacksFile && (
          <p role="alert" class="problem">
            Choose the package first.
          </p>
        )}
        <div class="fields">
          <Choice
            label="Format"
            value={wanted.format}
            choices={formats}
            onChange={(format) => put({ format })}
          />
          <Choice
            label="Category"
            value={wanted.category}
            choices={categories}
            onChange={(category) => put({ category })}
          />
          <Choice label="Level" value={wanted.level} choices={levels} onChange={(level) => put({ level })} />
          <TextField
            label="Key of its course"
            help="The same key is the same course at the next import. Left empty: by what it calls itself."
            value={wanted.key}
            maxLength={100}
            onInput={(key) => put({ key })}
          />
        </div>
        <CheckField
          label="Only say what it would do"
          value={wanted.isDryRun}
          onChange={(isDryRun) => put({ isDryRun })}
        />
        <CheckField
          label="Leave new courses as drafts"
          value={wanted.isDraft}
          onChange={(isDraft) => put({ isDraft })}
        />
        <CheckField
          label="Refuse a course of which something would be left out"
          value={wanted.isStrict}
          onChange={(isStrict) => put({ isStrict })}
        />
        <CheckField
          label="What was changed both here and there becomes as it is there"
          value={wanted.isOverwriting}
          onChange={(isOverwriting) => put({ isOverwriting })}
        />
      </SaveForm>
    </Section>
  )
}

/** Courses of other systems come in, first on trial, with a report of what was left out. */
export function ImportCourses({ runId }: { runId: string | null }) {
  return (
    <>
      <ScreenHead
        title="Import courses"
        back={
          runId === null
            ? { href: addressOf('courses'), words: 'All courses' }
            : { href: addressOf('courses', 'import'), words: 'Back to the import' }
        }
      />
      {runId === null ? <Begin /> : <Report key={runId} runId={runId} />}
    </>
  )
}
