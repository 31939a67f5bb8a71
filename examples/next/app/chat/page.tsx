'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { OwnPage, Shown } from '@/components/page'
import { good, reasonOf } from '@/lib/answers'
import { type User, useAuth } from '@/lib/auth'
import { useLoaded } from '@/lib/use-loaded'

export default function Chat() {
  return <OwnPage title="Chat">{(user) => <Conversations user={user} />}</OwnPage>
}

function Conversations({ user }: { user: User }) {
  const { client } = useAuth()
  const router = useRouter()
  const [problem, setProblem] = useState('')
  const { conversations, contacts } = client.api.v1
  const mine = useLoaded('conversations', async () => (await good(conversations.$get({ query: {} }))).json())
  const known = useLoaded('contacts', async () => (await good(contacts.$get({ query: {} }))).json())

  async function begin(personId: string) {
    setProblem('')
    try {
      const json = { type: 'direct' as const, participantIds: [personId] }
      const { id } = await (await good(conversations.$post({ json }))).json()
      router.push(`/chat/conversation/?id=${id}`)
    } catch (error) {
      setProblem(reasonOf(error))
    }
  }
  return (
    <>
      <Shown loaded={mine}>
        {({ items }) =>
          items.length === 0 ? (
            <p>Nobody has written yet. Begin below.</p>
          ) : (
            <ul className="cards">
              {items.map(({ id, name, participants, lastMessage, unreadCount }) => (
                <li key={id} className="card">
                  <h2>
                    <Link href={`/chat/conversation/?id=${id}`}>
                      {name ??
                        participants.find(({ userId }) => userId !== user.id)?.name ??
                        'Somebody who has left'}
                    </Link>
                  </h2>
                  <p>
                    {lastMessage?.text ?? ''}
                    {unreadCount > 0 ? <strong> {unreadCount} new</strong> : null}
                  </p>
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
      <h2>Write to</h2>
      <p role="alert" className="problem" hidden={problem === ''}>
        {problem}
      </p>
      <Shown loaded={known}>
        {({ items }) =>
          items.length === 0 ? (
            <p>Whoever you share a course with is listed here.</p>
          ) : (
            <ul className="actions">
              {items.map(({ userId, name }) => (
                <li key={userId}>
                  <button type="button" className="button plain" onClick={() => begin(userId)}>
                    {name}
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </>
  )
}
