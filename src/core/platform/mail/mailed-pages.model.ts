/** Every page that a mail leads to, with its path in a portal, and in this API; null where it has none. */
export const mailedPages = {
  verifyEmail: { inPortal: null, ours: 'verify-email' },
  undoEmailChange: { inPortal: null, ours: 'undo-email-change' },
  notMe: { inPortal: null, ours: 'not-me' },
  cancelRecovery: { inPortal: null, ours: 'cancel-recovery' },
  resetPassword: { inPortal: '/reset-password', ours: 'reset-password' },
  invitation: { inPortal: '/reset-password', ours: 'invitation' },
  forgotPassword: { inPortal: '/forgot-password', ours: 'forgot-password' },
  dataExport: { inPortal: '/data-export', ours: 'data-export' },
  accountDeletion: { inPortal: '/account-deletion', ours: 'account-deletion' },
  unsubscribe: { inPortal: null, ours: 'unsubscribe' },
  referralStatus: { inPortal: '/referral-status', ours: 'referral-status' },
  // For staff, who work in a front end, or in the console.
  staffForms: { inPortal: '/admin/forms', ours: null },
  staffReports: { inPortal: '/admin/reports', ours: null },
} as const satisfies Record<string, { readonly inPortal: string | null; readonly ours: string | null }>

export type MailedPage = keyof typeof mailedPages

/** Where each of them is: an address without a query. */
export type MailedPages = Readonly<Record<MailedPage, string>>

/** Where this API has its own. Below it because a device is known there: see `setDeviceCookie`. */
export const ownPagesPath = '/api/v1/auth/pages'
