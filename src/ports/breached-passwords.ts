/** Knows the passwords that were found in lists stolen elsewhere. */
export interface BreachedPasswords {
  /**
   * Whether this password is among them. No more of it leaves the process than the first 20 bits of a hash. Answers
   * within about a second, whatever the other side does, or throws `PortUnavailable('breached passwords')`.
   */
  isBreached(password: string): Promise<boolean>
}
