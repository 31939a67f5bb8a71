/** Time-based one-time passwords (RFC 6238: SHA-1, 6 digits, 30 s), as every authenticator app makes them. */
export interface OneTimePasswords {
  /** 160 random bits in base32. */
  newSecret(): string
  /** `otpauth://…`, what a QR code holds. `account` is shown in the app. */
  enrolmentUri(secret: string, account: string): string
  /**
   * Which 30-second step the code belongs to, of this one and its two neighbours; null when to none of them. The same
   * code gives the same step, so that a caller who remembers the last one can refuse a second use.
   */
  stepOf(secret: string, code: string): number | null
}
