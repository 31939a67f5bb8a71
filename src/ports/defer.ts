/** All that is put off anywhere: names in the log and in traces. */
export const deferredTasks = [
  'announce',
  'announce-conversation',
  'announce-reading',
  'announce-settings',
  'announce-typing',
  'copy_course_counts',
  'copy_profile',
  'decide-mail',
  'disconnect_devices',
  'end_what_the_epoch_ends',
  'end_what_the_session_ends',
  'erase-account',
  'export-data',
  'follow-what-is-open',
  'forget-conversation',
  'import_courses',
  'look_again',
  'look_at_other_sessions',
  'note-activity',
  'note-service-token-use',
  'note_lesson_access',
  'note_session_use',
  'purge_edge',
  'record_login',
  'scan_file',
  'scan_patience',
  'send-mail',
  'send-push',
  'send_verification',
] as const
export type DeferredTask = (typeof deferredTasks)[number]

/** Work that need not be finished before the answer goes out. */
export interface Defer<Name extends string = DeferredTask> {
  /**
   * Starts `task` now or after the response. It is finished before the process stops in good order, and a failure is
   * logged under `name`, never lost and never thrown at the caller. It does not survive a crash: what must, is
   * written before the answer. With `afterMs` it starts no sooner than after that time, unless the process stops first.
   */
  run(name: Name, task: () => Promise<void>, options?: { readonly afterMs?: number }): void
}
