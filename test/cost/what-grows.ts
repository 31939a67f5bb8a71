/**
 * By how much the work of each read grows today, from 10 to 20,000 of each thing in SQLite and from 10 to 1,000 in Cosmos DB.
 * What is not here may grow by half at most. An entry that got better is given its new number, and one that no longer grows
 * goes: the list is done when it is empty.
 */
export const whatGrows: Readonly<Record<'sqlite' | 'cosmos', Readonly<Record<string, number>>>> = {
  sqlite: {
    /* Counted, summed up or walked whole where a look at an index would do. */
    isReady: 396,
    /* As `isReady`, and besides up to 100 of what waits, of each kind. */
    readToday: 308,
    reportForms: 1_680,
    reportFormRetention: 981,
    readForm: 967,
    /* Forms are opened to look for a name: 5,000 at most for one page. */
    'listForms, by a name': 389,
    'listForms, of a participant': 1_140,
    listDeadLetters: 968,
    /* All of somebody's are read, or of the store's, where a page of them is shown or none. */
    listSessions: 1_690,
    readUser: 1_260,
    listServiceTokens: 1_680,
    listContacts: 895,
    'listContacts, by name': 895,
    'listContacts, of a mentor': 809,
    'listUsers, by a name nobody has': 81.6,
    /*
     * The whole catalogue is read once in a while by each process. Counts of courses with the same revision make it worse: where
     * many have the same place in an order, continuing a page walks along all of them.
     */
    listCourses: 10_600,
    'listCourses, by words': 10_600,
    readCourse: 9_340,
    readMyProgress: 6_770,
    readLearnerProgress: 5_090,
    /* As much as its members, of whom there are 250 here and 500 at most: marks and names of all are read. */
    'searchMessages, a rare word in one conversation': 15.9,
    'searchMessages, a common word in one conversation': 10.5,
    'searchMessages, a common word everywhere': 6.8,
    readConversation: 12.3,
    listPins: 18,
    listMessages: 11,
    'listMessages, before the middle': 14.4,
    'listMessages, after a moment': 9.7,
    sendMessage: 18.6,
    /* What there is of the conversations that somebody is in. */
    exportData: 910,
    /* The whole log, once a day: that is what it is for. */
    'job verify-audit': 673,
    /* Jobs that walk all there is to find the few that are due. */
    'job sweep-unclaimed-users': 1_750,
    'job sweep-reserved-addresses': 1_760,
    'job sync-staff-directory': 1_730,
    /* A few pages of all accounts, 300 at most, and once a week of each. */
    'job plan-summaries': 13.2,
    'job send-mail': 1_090,
    'job decide-mail': 1_110,
    'job watch-mail': 1_570,
    'job forget-sent-mail': 1_780,
    'job sweep-files': 162,
    'job erase-forms-past-retention': 1_560,
    'job renew-form-keys': 1_560,
    'job announce-what-was-left': 2_020,
    /* Where few are due, whole documents of the others are read; a store of ten holds fewer than a page. */
    readReport: 1.86,
    'job renew-report-keys': 10.1,
    'job remove-reports-past-retention': 10.1,
    /* Once, until all entries from before have what is unread noted. */
    'job complete-lists': 157,
    'job erase-accounts': 2_020,
    'job prepare-exports': 1_840,
    'job remove-old-exports': 1_840,
  },
  cosmos: {
    /* All of somebody's are read, or of the store's, where a page of them is shown or none. */
    listSessions: 84.3,
    readUser: 63,
    listServiceTokens: 83.5,
    readProfile: 2.33,
    listContacts: 60.1,
    'listContacts, by name': 60.1,
    'listContacts, of a mentor': 43.2,
    'listUsers, by a name nobody has': 80.1,
    /*
     * The whole catalogue is read once in a while by each process. Counts of courses with the same revision make it worse: where
     * many have the same place in an order, continuing a page walks along all of them.
     */
    listCourses: 100,
    'listCourses, by words': 100,
    readCourse: 91,
    readMyProgress: 91.1,
    readLearnerProgress: 86,
    'searchMessages, a rare word in one conversation': 15.9,
    /* As much as its members, of whom there are 250 here and 500 at most: marks and names of all are read. */
    readConversation: 12.3,
    listPins: 18,
    'searchMessages, a common word in one conversation': 10.6,
    'searchMessages, a common word everywhere': 6.98,
    listMessages: 11,
    'listMessages, before the middle': 14.4,
    'listMessages, after a moment': 9.37,
    sync: 1.67,
    markRead: 2,
    sendMessage: 18.1,
    /* What there is of the conversations that somebody is in. */
    exportData: 39.1,
    /* Jobs that walk all there is to find the few that are due. */
    'job plan-summaries': 11.3,
    'job sweep-unclaimed-users': 87.1,
    'job sweep-reserved-addresses': 87.1,
    'job sync-staff-directory': 87.1,
    'job sweep-files': 100,
    'job announce-what-was-left': 100,
    /* Up to 100 of what waits, of each kind; a store of ten holds fewer. */
    readToday: 7.07,
    /* Where few are due, whole documents of the others are read; a store of ten holds fewer than a page. */
    readReport: 1.92,
    'job renew-report-keys': 10.1,
    'job remove-reports-past-retention': 10.1,
    /* A head with 250 members is larger than one with ten. */
    listInvitations: 1.67,
    readInvitation: 1.8,
    /* Once, until all entries from before have what is unread noted. */
    'job complete-lists': 64.4,
    'job erase-accounts': 100,
    'job prepare-exports': 91,
    'job remove-old-exports': 91,
  },
}
