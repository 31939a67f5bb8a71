'use client'

import { useConversation } from '@tools-inc/client/react'
import Link from 'next/link'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { OwnPage } from '@/components/page'
import type { User } from '@/lib/auth'
import { useQuery } from '@/lib/use-query'

export default function ConversationPage() {
  const query = useQuery()
  const id = query?.get('id') ?? ''
  return (
    <OwnPage title="Conversation">
      {(user) => (query === null ? null : <Conversation key={id} id={id} user={user} />)}
    </OwnPage>
  )
}

const states = {
  connecting: 'Connecting…',
  live: '',
  slow: 'This network lets no connection stay open: messages come after some seconds.',
  offline: 'No connection. What you write is sent when it is back.',
  foreign: 'This network wants you to sign in to it first.',
  signed_out: 'You are signed out.',
}

function Conversation({ id, user }: { id: string; user: User }) {
  const { status, details, messages, outgoing, hasOlder, typing, live, problem, isUnreachable, ...ways } =
    useConversation(id)
  const [text, setText] = useState('')
  const end = useRef<HTMLDivElement>(null)
  const newest = messages.at(-1)?.id
  const { markRead } = ways
  useEffect(() => {
    if (newest === undefined) return
    end.current?.scrollIntoView({ block: 'nearest' })
    markRead()
  }, [newest, markRead])
  if (status === 'gone')
    return (
      <p>
        There is no such conversation. <Link href="/chat/">All conversations</Link>
      </p>
    )
  if (details === null)
    return problem || isUnreachable ? (
      <div role="alert" className="problem">
        <p>{problem?.message ?? 'The server could not be reached.'}</p>
        <button type="button" className="button" onClick={ways.reload}>
          Try again
        </button>
      </div>
    ) : (
      <p className="quiet">Loading…</p>
    )
  const nameOf = (userId: string) =>
    userId === user.id
      ? 'You'
      : (details.participants.find((each) => each.userId === userId)?.name ?? 'Somebody')
  const others = details.participants.filter(({ userId }) => userId !== user.id).map(({ name }) => name)

  function send(event: FormEvent) {
    event.preventDefault()
    if (text.trim() === '') return
    ways.send(text)
    setText('')
  }
  return (
    <>
      <p>
        <Link href="/chat/">All conversations</Link>
      </p>
      <h2>{details.name ?? others.join(', ')}</h2>
      <p role="status" className="quiet" hidden={states[live] === ''}>
        {states[live]}
      </p>
      {hasOlder ? (
        <button type="button" className="button plain" onClick={ways.loadOlder}>
          Older messages
        </button>
      ) : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by the keyboard. */}
      <section className="messages" aria-label="Messages" tabIndex={0}>
        <div role="log" aria-label="Messages so far">
          <ol>
            {messages.map((message) => (
              <li key={message.id} className={message.senderId === user.id ? 'message mine' : 'message'}>
                <p className="quiet">
                  {nameOf(message.senderId)},{' '}
                  <time dateTime={message.timestamp}>
                    {new Date(message.timestamp).toLocaleTimeString('en', {
                      hour: 'numeric',
                      minute: '2-digit',
                    })}
                  </time>
                </p>
                <p className="written">{message.deletedAt ? 'This message was deleted.' : message.text}</p>
              </li>
            ))}
          </ol>
        </div>
        <ol aria-label="On their way">
          {outgoing.map(({ clientMessageId, message, status: way, problem: why }) => (
            <li key={clientMessageId} className="message mine waiting">
              <p className="written">{message.text}</p>
              <p className="quiet">{way === 'not_sent' ? (why?.message ?? 'Not sent.') : 'On its way…'}</p>
              {way === 'not_sent' ? (
                <button
                  type="button"
                  className="button plain"
                  onClick={() => ways.sendAgain(clientMessageId)}
                >
                  Send again
                </button>
              ) : null}
              {way === 'sending' ? null : (
                <button type="button" className="button plain" onClick={() => ways.cancel(clientMessageId)}>
                  Do not send
                </button>
              )}
            </li>
          ))}
        </ol>
        <div ref={end} />
      </section>
      <p role="status" className="quiet">
        {typing.length > 0 ? `${typing.map(nameOf).join(', ')} is writing…` : ''}
      </p>
      <form onSubmit={send} className="form">
        <div className="field">
          <label htmlFor="message">Message</label>
          <textarea
            id="message"
            rows={2}
            value={text}
            onChange={(event) => {
              setText(event.target.value)
              if (event.target.value === '') ways.sayStoppedTyping()
              else ways.sayTyping()
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send(event)
            }}
          />
        </div>
        <button type="submit" className="button">
          Send
        </button>
      </form>
    </>
  )
}
