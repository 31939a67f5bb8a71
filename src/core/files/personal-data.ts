import { filled } from '../kernel/messages/said.ts'
import { nothingPersonal, type PersonalData, type PersonalFile } from '../kernel/personal-data.ts'
import { files, filesByOwner, fileTasks } from './files.model.ts'
import type { PersonalFiles } from './personal-files.ts'

const withFiles = { dataClass: 'personal', fields: [] } as const
const goesWithFiles = {
  notExported: 'Exported with the files.',
  notErased: 'Erased with the files.',
}

export function createFilesPersonalData(personal: PersonalFiles): readonly PersonalData[] {
  async function* contentsOf(userId: string): AsyncGenerator<PersonalFile> {
    for await (const { file, content } of personal.list(userId))
      yield {
        name: `${file.id}/${file.name}`,
        lastModified: file.uploadedAt ?? file.createdAt,
        content,
      }
  }
  return [
    {
      store: files.name,
      dataClass: 'personal',
      fields: ['name', 'type', 'size', 'category', 'createdAt', 'uploadedAt'],
      withheld: ['claimHash'],
      purpose: 'What somebody uploaded: their picture, documents, what they sent with messages and forms.',
      retention: 'Until they remove it; what is never used: a day.',
      async collect({ userId }) {
        const own = []
        for await (const { file } of personal.list(userId)) {
          const { id, name, type, size, category, state, createdAt, uploadedAt } = file
          own.push({ id, name, type, size, category, state, createdAt, uploadedAt })
        }
        return own
      },
      collectFiles: ({ userId }) => contentsOf(userId),
      async erase({ userId }) {
        const { left } = await personal.erase(userId)
        return left === 0
          ? []
          : [
              {
                what: filled(
                  '{count} files that you uploaded for a course, or sent with a form. They no longer say whose they were.',
                  { count: left },
                ),
                rule: 'They belong to the course, which others take, or to the form, and go with it.',
                until: null,
              },
            ]
      },
    },
    {
      ...withFiles,
      ...goesWithFiles,
      store: filesByOwner.name,
      purpose: 'Lists the files of a person, and how much space they take.',
      retention: 'As the files.',
    },
    {
      ...withFiles,
      store: fileTasks.name,
      purpose: 'Completes what was interrupted.',
      retention: 'A day.',
      notExported: 'Says nothing that the files do not.',
      notErased: 'Ids of files that are gone. Expires by itself.',
    },
    {
      ...withFiles,
      ...goesWithFiles,
      store: 'blobs:avatars',
      dataClass: 'public',
      purpose: 'Pictures of people, for whoever has their address.',
      retention: 'Until another one is chosen.',
    },
    {
      ...withFiles,
      ...goesWithFiles,
      store: 'blobs:documents',
      purpose: 'Documents of people, which they alone read.',
      retention: 'Until they are removed.',
    },
    {
      ...withFiles,
      ...goesWithFiles,
      store: 'blobs:messages',
      purpose: 'What people send each other.',
      retention: 'As long as the messages.',
    },
    {
      ...withFiles,
      dataClass: 'substance-use',
      store: 'blobs:forms',
      purpose: 'What people send with forms, for staff.',
      retention: 'As the form.',
      notExported: 'Exported with the files of the people they belong to.',
      notErased: 'Goes with the form.',
    },
    {
      ...withFiles,
      store: 'blobs:exports',
      purpose: 'What somebody asked to have: all of their data.',
      retention: '24 hours.',
      notExported: 'It is the export.',
      notErased: 'Erased with the files.',
    },
    nothingPersonal(
      'blobs:thumbnails',
      'Pictures of courses, for whoever has their address.',
      'Until the course shows another, or is deleted.',
    ),
    nothingPersonal('blobs:courses', 'Videos and documents of courses.', 'For as long as the course exists.'),
  ]
}
