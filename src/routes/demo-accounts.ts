/** For a demonstration on one's own machine; known to everybody, and so refused in production. */
export const demoPassword = 'Demo-Only-Start-Over-1'

/** One of each role. `npm run seed` makes them, with learners around them. */
export const demoStaff = [
  { email: 'admin@example.org', name: 'Demo Admin', role: 'admin' },
  { email: 'mentor@example.org', name: 'Demo Mentor', role: 'mentor' },
  { email: 'learner@example.org', name: 'Demo Learner', role: 'user' },
] as const
