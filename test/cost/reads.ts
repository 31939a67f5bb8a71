import type { Scene, Signed } from './store.ts'

/** Something that a person or a job reads. */
export interface Read {
  /** The `operationId`, or the name of the job; and after a comma what is particular about it. */
  readonly name: string
  readonly send: (scene: Scene) => {
    readonly method?: 'GET' | 'POST'
    readonly path: string
    readonly body?: object
    readonly headers?: Readonly<Record<string, string>>
    /** Null: nobody is signed in. */
    readonly as: Signed | null
  }
  /** 200 when left out. */
  readonly status?: number
}

type Who = 'me' | 'mentor' | 'admin' | 'another' | null

const get = (name: string, as: Who, path: string | ((scene: Scene) => string), status?: number): Read => ({
  name,
  send: (scene) => ({
    path: `${typeof path === 'string' ? path : path(scene)}`,
    as: as === null ? null : scene[as],
  }),
  ...(status === undefined ? {} : { status }),
})
const post = (
  name: string,
  as: Who,
  path: string | ((scene: Scene) => string),
  body: (scene: Scene) => object = () => ({}),
): Read => ({
  name,
  send: (scene) => ({
    method: 'POST',
    path: typeof path === 'string' ? path : path(scene),
    body: body(scene),
    as: as === null ? null : scene[as],
  }),
})

const v1 = '/api/v1'
const cursor = (scene: Scene, of: keyof Scene['middle']) => `cursor=${encodeURIComponent(scene.middle[of])}`
const messagesOf = ({ conversationId }: Scene, limit = 10) =>
  `${v1}/conversations/${conversationId}/messages?limit=${limit}`

/** A page of each list holds ten, so that it is full in a small store too. Those in the middle of many follow. */
export const reads: readonly Read[] = [
  get('isAlive', null, '/api/healthz'),
  get('isReady', null, '/api/readyz'),
  get('readMetrics', 'admin', '/metrics'),
  get('readKeys', null, '/.well-known/jwks.json'),
  get('readKeysUnderApi', null, '/api/jwks.json'),
  get('readAvatar', null, ({ me }) => `${v1}/avatars/${me.userId}/${me.sessionId}.webp`, 404),
  get('readThumbnail', null, ({ courseId, me }) => `${v1}/thumbnails/${courseId}/${me.sessionId}.webp`, 404),
  get('readSamplePicture', null, `${v1}/sample-pictures/resume-that-works.webp`),
  get('listSessions', 'me', `${v1}/auth/sessions`),
  get('readCurrentSession', 'me', `${v1}/auth/sessions/current`),
  get('readSecondFactors', 'me', `${v1}/auth/mfa`),
  get('showVerifyEmail', null, `${v1}/auth/verify-email?token=x`, 303),
  get('showUndoEmailChange', null, `${v1}/auth/undo-email-change?token=x`, 303),
  get('showDisownChanges', null, `${v1}/auth/not-me?token=x`, 303),
  get('showCancelRecovery', null, `${v1}/auth/cancel-recovery?token=${'x'.repeat(43)}`, 303),
  get('readToday', 'admin', `${v1}/admin/today`),
  get('readDeployment', 'admin', `${v1}/admin/settings`),
  get('exportAudit', 'admin', `${v1}/admin/audit/csv?limit=10`),
  get('readAuditChain', 'admin', `${v1}/admin/audit/chain`),
  get('readUser', 'admin', ({ me }) => `${v1}/admin/users/${me.userId}`),
  get('listUserDisclosures', 'admin', ({ me }) => `${v1}/admin/users/${me.userId}/disclosures?limit=5`),
  get('readRecovery', 'admin', ({ me }) => `${v1}/admin/users/${me.userId}/recovery`, 404),
  get('listIdentityProviders', null, `${v1}/auth/social`),
  get('listIdentities', 'me', `${v1}/auth/identities`),
  get('listConsentTexts', null, `${v1}/consents`),
  get('listConsents', 'me', `${v1}/users/me/consents?limit=10`),
  get('listConsents, in the middle', 'me', (s) => `${v1}/users/me/consents?limit=4&${cursor(s, 'consents')}`),
  get('listDisclosures', 'me', `${v1}/users/me/disclosures?limit=5`),
  get(
    'listDisclosures, in the middle',
    'me',
    (s) => `${v1}/users/me/disclosures?limit=2&${cursor(s, 'disclosures')}`,
  ),
  // What somebody gets is as much as they have: what others have must not count.
  get('exportData', 'another', `${v1}/users/me/data-export`, 202),
  get('readProfile', 'me', `${v1}/users/me`),
  get('readDeletion', null, `${v1}/deletions/${'x'.repeat(43)}`, 404),
  get('listContacts', 'me', `${v1}/contacts?limit=10`),
  get('listContacts, by name', 'me', `${v1}/contacts?limit=10&q=Person`),
  get('listContacts, of a mentor', 'mentor', `${v1}/contacts?limit=10`),
  get('listBlocks', 'me', `${v1}/users/me/blocks?limit=10`),
  get('listBlocks, in the middle', 'me', (s) => `${v1}/users/me/blocks?limit=4&${cursor(s, 'blocks')}`),
  get('listConversations', 'me', `${v1}/conversations?limit=10`),
  get('listConversations, in the middle', 'me', (s) => `${v1}/conversations?limit=4&${cursor(s, 'inbox')}`),
  get('listConversations, those that are unread', 'me', `${v1}/conversations?limit=10&only=unread`),
  get('listConversations, those that are archived', 'me', `${v1}/conversations?limit=10&only=archived`),
  get('readUnread', 'me', `${v1}/conversations/unread`),
  get('readConversation', 'me', ({ conversationId }) => `${v1}/conversations/${conversationId}`),
  get('readThread', 'me', ({ rootId }) => `${v1}/messages/${rootId}/thread?limit=10`),
  get(
    'readThread, before the middle',
    'me',
    ({ rootId, middle }) => `${v1}/messages/${rootId}/thread?limit=4&before=${middle.seq}`,
  ),
  get(
    'readThread, after the middle',
    'me',
    ({ rootId, middle }) => `${v1}/messages/${rootId}/thread?limit=4&after=${middle.seq}`,
  ),
  get('listThreads', 'me', ({ threadedId }) => `${v1}/conversations/${threadedId}/threads?limit=10`),
  get(
    'listThreads, in the middle',
    'me',
    (s) => `${v1}/conversations/${s.threadedId}/threads?limit=4&${cursor(s, 'threads')}`,
  ),
  post(
    'markThreadRead',
    'me',
    ({ rootId }) => `${v1}/messages/${rootId}/thread/read`,
    ({ n }) => ({ seq: n }),
  ),
  // An export is as long as what it exports: what is said elsewhere must not count.
  get(
    'exportConversation',
    'me',
    ({ quietConversationId }) => `${v1}/conversations/${quietConversationId}/export`,
  ),
  get('listPins', 'me', ({ conversationId }) => `${v1}/conversations/${conversationId}/pins`),
  get(
    'listInvitations',
    'mentor',
    ({ conversationId }) => `${v1}/conversations/${conversationId}/invitations`,
  ),
  get('readInvitation', 'another', ({ invitationToken }) => `${v1}/invitations/${invitationToken}`),
  get('listMessages', 'me', (scene) => messagesOf(scene)),
  get(
    'listMessages, before the middle',
    'me',
    (s) => `${messagesOf(s, 4)}&before=${encodeURIComponent(s.middle.seq)}`,
  ),
  get('listMessages, after a moment', 'me', (s) => `${messagesOf(s)}&after=2026-01-01T00:00:00.000Z`),
  get(
    'searchMessages, a rare word in one conversation',
    'me',
    ({ conversationId }) => `${v1}/messages/search?q=seldom&conversationId=${conversationId}`,
  ),
  get(
    'searchMessages, a common word in one conversation',
    'me',
    ({ conversationId }) => `${v1}/messages/search?q=everybody&limit=5&conversationId=${conversationId}`,
  ),
  get('searchMessages, a common word everywhere', 'me', `${v1}/messages/search?q=everybody&limit=5`),
  get('listOwnFiles', 'me', `${v1}/files?limit=10`),
  get('readFile', 'me', ({ fileId }) => `${v1}/files/${fileId}`),
  get('downloadFile', 'me', ({ fileId }) => `${v1}/files/${fileId}/download`, 302),
  {
    name: 'downloadFile, as JSON',
    send: ({ fileId, me }) => ({
      path: `${v1}/files/${fileId}/download`,
      headers: { accept: 'application/json' },
      as: me,
    }),
  },
  {
    name: 'readFormProgress',
    send: ({ trackingNumber, receiptCode }) => ({
      path: `${v1}/forms/status/${trackingNumber}`,
      headers: { 'x-receipt-code': receiptCode },
      as: null,
    }),
  },
  get('listForms', 'admin', `${v1}/forms?limit=5`),
  get('listForms, in the middle', 'admin', (s) => `${v1}/forms?limit=4&${cursor(s, 'forms')}`),
  get('listForms, of a type', 'admin', `${v1}/forms?limit=5&type=referral`),
  get('listForms, of a type nobody sent', 'admin', `${v1}/forms?limit=5&type=contact`),
  get('listForms, of a state', 'admin', `${v1}/forms?limit=5&status=pending`),
  get(
    'listForms, of a type in a state nothing is in',
    'admin',
    `${v1}/forms?limit=5&type=referral&status=resolved`,
  ),
  get(
    'listForms, assigned to somebody',
    'admin',
    ({ admin }) => `${v1}/forms?limit=5&assignedTo=${admin.userId}`,
  ),
  get('listForms, assigned to nobody here', 'admin', `${v1}/forms?limit=5&assignedTo=nobody`),
  get('listClaimedForms', 'me', `${v1}/users/me/forms?limit=5`),
  get('readClaimedForm', 'me', ({ formId }) => `${v1}/users/me/forms/${formId}`),
  get(
    'listForms, by number',
    'admin',
    ({ trackingNumber }) => `${v1}/forms?trackingNumber=${trackingNumber}`,
  ),
  get('listForms, urgent', 'admin', `${v1}/forms?limit=5&urgency=high`),
  get('listForms, urgent in a state', 'admin', `${v1}/forms?limit=5&urgency=high&status=resolved`),
  get('listForms, by a name', 'admin', `${v1}/forms?limit=5&name=person`),
  get('listForms, overdue', 'admin', `${v1}/forms?limit=5&overdue=true`),
  get(
    'listForms, of a participant',
    'admin',
    ({ participant }) => `${v1}/forms?limit=5&participant=${participant}`,
  ),
  get('listForms, changed since', 'admin', `${v1}/forms?limit=5&since=2026-01-01T00:00:00.000Z`),
  get('readForm', 'admin', ({ formId }) => `${v1}/forms/${formId}`),
  get('reportForms', 'admin', `${v1}/reports/forms`),
  get('reportFormRetention', 'admin', `${v1}/reports/forms/retention`),
  get('listServiceTokens', 'admin', `${v1}/admin/service-tokens`),
  get('readMyProgress', 'me', `${v1}/users/me/progress`),
  get('listMyActivity', 'me', `${v1}/users/me/activity?limit=5`),
  get(
    'listMyActivity, in the middle',
    'me',
    (s) => `${v1}/users/me/activity?limit=4&${cursor(s, 'activity')}`,
  ),
  get('readLearnerProgress', 'mentor', ({ me }) => `${v1}/users/${me.userId}/progress`),
  get('listLearners', 'mentor', `${v1}/mentor/learners?limit=10`),
  get(
    'listLearners, in the middle',
    'mentor',
    (s) => `${v1}/mentor/learners?limit=4&${cursor(s, 'learners')}`,
  ),
  get('listOwnCourseRequests', 'me', `${v1}/users/me/course-requests?limit=10`),
  get('listCourseRequests', 'admin', ({ courseId }) => `${v1}/courses/${courseId}/requests?limit=10`),
  get('readPushKey', 'me', `${v1}/notifications/push/key`),
  get('listPushDevices', 'me', `${v1}/notifications/push/devices`),
  get('openPush', 'me', `${v1}/notifications/push/open/nothing`, 404),
  get('listShares', 'me', `${v1}/users/me/shares?limit=10`),
  get('showShared', null, `${v1}/shared`),
  get('readSharedScript', null, `${v1}/shared.js`),
  get('listReports', 'admin', `${v1}/reports?limit=10`),
  get('listReports, in the middle', 'admin', (s) => `${v1}/reports?limit=4&${cursor(s, 'reports')}`),
  get('listReports, resolved', 'admin', `${v1}/reports?limit=10&status=resolved`),
  get('readReport', 'admin', ({ reportId }) => `${v1}/reports/${reportId}`),
  get('listUsers', 'admin', `${v1}/admin/users?limit=10`),
  get('listUsers, by a name nobody has', 'admin', `${v1}/admin/users?limit=10&q=nobody`),
  get('listCourses', null, `${v1}/courses?limit=10`),
  get('listCourses, by words', null, `${v1}/courses?limit=10&q=know`),
  get('readCourse', null, ({ courseId }) => `${v1}/courses/${courseId}`),
  get('readEnrollment', 'me', ({ courseId }) => `${v1}/courses/${courseId}/enroll`),
  get('listLessons', 'me', ({ courseId }) => `${v1}/courses/${courseId}/lessons`),
  get('readLesson', 'me', ({ courseId, lessonId }) => `${v1}/courses/${courseId}/lessons/${lessonId}`),
  get('listWrittenCourses', 'admin', `${v1}/courses/mine?limit=10`),
  get('listWrittenCourses, of everybody', 'admin', `${v1}/courses/mine?limit=10&whose=all`),
  get(
    'listWrittenCourses, of everybody in a state',
    'admin',
    `${v1}/courses/mine?limit=10&whose=all&state=published`,
  ),
  get('listWrittenCourses, in a state', 'mentor', `${v1}/courses/mine?limit=10&state=archived`),
  get('listMembers', 'admin', ({ courseId }) => `${v1}/courses/${courseId}/members?limit=10`),
  get('listMembers, of a mentor', 'mentor', ({ courseId }) => `${v1}/courses/${courseId}/members?limit=10`),
  get(
    'listMembers, in the middle',
    'admin',
    (s) => `${v1}/courses/${s.courseId}/members?limit=4&${cursor(s, 'learners')}`,
  ),
  get(
    'listQuizAttempts',
    'me',
    ({ courseId, lessonId }) => `${v1}/courses/${courseId}/lessons/${lessonId}/quiz/attempts`,
  ),
  get(
    'listQuizResults',
    'admin',
    ({ courseId, lessonId }) => `${v1}/courses/${courseId}/lessons/${lessonId}/quiz/results?limit=5`,
  ),
  get('readCourseRules', 'admin', `${v1}/admin/course-rules`),
  get('listCertificates', 'another', `${v1}/users/me/certificates`),
  get('checkCertificate', null, ({ certificateCode }) => `${v1}/certificates/${certificateCode}`),
  get('showCertificate', null, ({ certificateCode }) => `/certificates/${certificateCode}`),
  get('showCertificateUnderApi', null, ({ certificateCode }) => `${v1}/certificates/${certificateCode}/page`),
  get('showMyCertificate', 'me', ({ courseId }) => `${v1}/users/me/certificates/${courseId}/page`),
  get('readDraft', 'admin', ({ courseId }) => `${v1}/courses/${courseId}/draft`),
  get('readDraftDifference', 'admin', ({ courseId }) => `${v1}/courses/${courseId}/draft/difference`),
  get(
    'readDraftLesson',
    'admin',
    ({ courseId, lessonId }) => `${v1}/courses/${courseId}/draft/lessons/${lessonId}`,
  ),
  get('listDeadLetters', 'admin', `${v1}/admin/mail/dead-letters`),
  get('readImport', 'admin', ({ courseId }) => `${v1}/admin/courses/import/${courseId}`, 404),
  get('searchAudit', 'admin', `${v1}/admin/audit?limit=10`),
  get('searchAudit, of an event', 'admin', `${v1}/admin/audit?limit=10&event=user.login`),
  get('searchAudit, what was denied', 'admin', `${v1}/admin/audit?limit=10&outcome=denied`),

  post('negotiate', 'me', `${v1}/realtime/negotiate`),
  post('sync', 'me', `${v1}/sync`, ({ conversationId, n }) => ({ streams: { [conversationId]: n - 5 } })),
  post('markRead', 'me', ({ conversationId }) => `${v1}/conversations/${conversationId}/read`),
  post(
    'sendMessage',
    'me',
    ({ conversationId }) => `${v1}/conversations/${conversationId}/messages`,
    () => ({ text: 'hello' }),
  ),
]

export const operationOf = ({ name }: Read): string => name.split(',')[0] ?? name
