/*
 * What is sprayed: made by the rules that such lists are made by, so that it is clear what a list would have to say to
 * get past the policy. All of them are long enough.
 */

const years = ['2025', '2026', '2027']
const padded = (text: string): string => text.padEnd(12, '!')
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
const leet = (word: string): string =>
  word.replaceAll(/[aeios]/g, (letter) => ({ a: '@', e: '3', i: '1', o: '0', s: '$' })[letter] ?? letter)

const seasons = ['spring', 'summer', 'autumn', 'fall', 'winter']
const months = ['january', 'march', 'june', 'october', 'november', 'december']
const days = ['monday', 'wednesday', 'friday', 'sunday']
const stand = ['password', 'welcome', 'letmein', 'changeme', 'admin', 'login', 'secret']
const company = ['ToolsInc', 'SDToolsInc', 'Tools', 'MackChat', 'Mack', 'MackProjekt']
const liked = ['football', 'baseball', 'padres', 'sunshine', 'iloveyou', 'jesus', 'sandiego']

/** One word and a year, with as many marks as it takes. */
const wordAndYear = [...seasons, ...months, ...company, ...liked].flatMap((word) =>
  years.slice(0, 2).map((year) => padded(`${capital(word)}${year}`)),
)
/** The same, the other way round, in other letters, and with something in between. */
const otherSpellings = [...seasons, ...stand, 'toolsinc', 'mackchat'].flatMap((word) => [
  padded(`2026${capital(word)}`),
  padded(`${leet(word)}2026`),
  padded(`${capital(word)}-2026-`),
  padded(`${word.toUpperCase()}@2026`),
  padded(`${[...word].join('.')}.2026`),
])
const wordAndDigits = [...days, ...stand].flatMap((word) => [
  padded(`${capital(word)}12345`),
  padded(`${capital(word)}@123`),
  padded(`${word}${word}1`),
])
/** Two such words. */
const twoWords = [
  'SummerWinter1',
  'WelcomeSpring2026',
  'ToolsIncSummer!',
  'Password-Monday1',
  'MackChatAdmin1!',
]
/** Keys side by side, with a digit or marks, and with Shift held down now and then. */
const walks = [
  'Qwertyuiop1!',
  'qwertyuiop12',
  'Qwerty@12345',
  'qwerty123456',
  'Asdfghjkl123',
  'asdfghjkl;12',
  'Zxcvbnm12345',
  '1qaz2wsx3edc',
  '1qaz@WSX3edc',
  '!QAZ2wsx#EDC',
  'zaq12wsxcde3',
  'qazwsxedcrfv',
  '1q2w3e4r5t6y',
  '123456789012',
  '1234567890-=',
  '0987654321!!',
]
const repeated = [
  'aaaaaaaaaaaa',
  'abcabcabcabc',
  'abcdefghijkl',
  '111111111111',
  '121212121212',
  'hunter2hunter2',
]

export const sprayed: readonly string[] = [
  ...wordAndYear,
  ...otherSpellings,
  ...wordAndDigits,
  ...twoWords,
  ...walks,
  ...repeated,
]

export const owner = { email: 'rosalinda.marsh@agency-west.example', name: 'Rosalinda O’Márquez Marsh' }

/** What is tried at one person who is known a little. */
export const personal: readonly string[] = [
  'rosalinda.marsh@agency-west.example',
  'Rosalinda.Marsh@Agency-West.Example',
  'rosalindamarshagencywestexample',
  'rosalinda.marsh',
  'rosalindamarsh1',
  'RosalindaMarsh2026!',
  'Rosalinda1985!',
  'Rosalinda19850412',
  'Marsh-Rosalinda-85',
  'marshmarshmarsh',
  'R0s4l1nd4!2026',
  'r0$@linda.m@rsh',
  'ROSALINDA!!!!',
  'adnilasor2026!',
  'hsram.adnilasor',
  'r o s a l i n d a 1',
  'R-o-s-a-l-i-n-d-a',
  'agency-west.example',
  'AgencyWest2026',
  'tsew-ycnega-12',
  'omarquez12345',
  'O’Márquez-2026!',
  'oMarquezMarsh7',
  'Rosalinda Summer 2026',
  'Welcome Rosalinda 1',
  'rosalinda.marsh@',
  'xRosalinda2026x',
]
/** The same for people whose names are written otherwise. */
export const personalElsewhere: readonly (readonly [owner: typeof owner, password: string])[] = [
  [{ email: 'weiss@example.com', name: 'Jürgen Weiß' }, 'JurgenWeiss1985'],
  [{ email: 'weiss@example.com', name: 'Jürgen Weiß' }, 'JuergenWeiss-85'],
  [{ email: 'a1@example.com', name: 'Søren Łukasz' }, 'SorenLukasz2026'],
  [{ email: 'a2@example.com', name: 'Иван Петров' }, 'ПетровИван2026'],
  [{ email: 'a3@example.com', name: '李小龙' }, '李小龙-李小龙-2026!'],
  [{ email: 'a4@example.com', name: '王伟' }, '王伟王伟王伟王伟王伟2026'],
  [{ email: 'a5@example.com', name: 'علی\u200cرضا' }, 'علیرضا2026!!!'],
  [{ email: "o'brien@example.com", name: 'Sean' }, "o'brien@example.com"],
  [{ email: "o'brien@example.com", name: 'Sean' }, 'OBrien20262026'],
]
