'use client'

import {
  type Auth as ClientAuth,
  AuthProvider as ClientAuthProvider,
  useAuth as useClientAuth,
} from '@tools-inc/client/react'
import { type ReactNode, useCallback } from 'react'

export type User = NonNullable<ClientAuth['user']>

/** Of preferences only what is to be another. */
export interface UserChange extends Omit<Partial<User>, 'preferences'> {
  readonly preferences?: Partial<User['preferences']>
}

export interface Auth extends Omit<ClientAuth, 'updateProfile'> {
  /** Of what a user has, name, preferences and the courses somebody takes part in can be changed. */
  readonly updateProfile: (updates: UserChange) => Promise<boolean>
}

/** Where the API is. Unset: behind this portal, as with Static Web Apps. */
export const apiUrl = process.env.NEXT_PUBLIC_API_URL ?? ''

export function AuthProvider({ children }: { children: ReactNode }) {
  return (
    <ClientAuthProvider baseUrl={apiUrl} waiting={<p className="waiting">One moment…</p>}>
      {children}
    </ClientAuthProvider>
  )
}

/** Who is signed in: `user, login, signup, logout, updateProfile, isAuthenticated, sessionWarning`, and `client` for all else. */
export function useAuth(): Auth {
  const auth = useClientAuth()
  const { updateProfile: change } = auth
  const updateProfile = useCallback(
    ({ name, preferences, enrolledCourses }: UserChange) =>
      change({
        ...(name === undefined ? {} : { name }),
        ...(preferences === undefined ? {} : { preferences }),
        ...(enrolledCourses === undefined ? {} : { enrolledCourses }),
      }),
    [change],
  )
  return { ...auth, updateProfile }
}
