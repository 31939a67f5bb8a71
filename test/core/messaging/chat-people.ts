import { type Browser, signedInBrowser, type TestApp } from '../../app.ts'

/** Whoever has the same may write to each other; nobody need have this id. */
const theirMentor = '00000000-0000-7000-8000-0000000000e1'

export interface ChatPerson extends Browser {
  readonly userId: string
  readonly accessToken: string
}

/** People who may write to each other: they share a mentor. */
export async function chatPeople(testApp: TestApp, ...names: readonly string[]): Promise<ChatPerson[]> {
  const people: ChatPerson[] = []
  for (const name of names) {
    const account = { email: `${name.toLowerCase()}@example.com`, password: 'SecurePass123!', name }
    const browser = await signedInBrowser(testApp, account)
    await testApp.users.changeUser(browser.userId, (user) => ({ ...user, mentorId: theirMentor }))
    people.push(browser)
  }
  return people
}
