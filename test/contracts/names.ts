/** What people have given as their name, and what others see of it. */
export const shownNames: readonly (readonly [given: string, shown: string])[] = [
  ['Ann', 'Ann'],
  ['  Ann Example ', 'Ann Example'],
  ['Zoe\u0308', 'Zoë'],
  ['O’Brien-Smith', 'O’Brien-Smith'],
  ["D'Angelo", "D'Angelo"],
  ['Nguyễn Thị Ế', 'Nguyễn Thị Ế'],
  ['李小龙', '李小龙'],
  ['葛\u{E0100}城', '葛\u{E0100}城'],
  ['김철수', '김철수'],
  ['שָׁלוֹם', 'שָׁלוֹם'.normalize('NFC')],
  ['ကြွှို့', 'ကြွှို့'],
  ['བསྒྲུབས', 'བསྒྲུབས'],
  ['𞤀𞤣𞤤𞤢𞤥', '𞤀𞤣𞤤𞤢𞤥'],
  ['R2-D2', 'R2-D2'],
  // Joiners inside a word of a script that joins are part of its spelling.
  ['علی\u200cرضا', 'علی\u200cرضا'],
  ['अ\u0915\u094D\u200Dष', 'अ\u0915\u094D\u200Dष'],
  ['അനില\u0D4D\u200D', 'അനില\u0D4D\u200D'],
  ['ශ\u0DCA\u200Dරී', 'ශ\u0DCA\u200Dරී'],
  ['র\u200D\u09CDয\u09BEব', 'র\u200D\u09CDয\u09BEব'],
  // Anywhere else nobody sees them.
  ['An\u200dn', 'Ann'],
  ['\u200cAnn\u200d', 'Ann'],
  // What clipboards, address books and pages bring along.
  ['\u202aAnn\u202c', 'Ann'],
  ['\u2068Ann\u2069 \u2068Example\u2069', 'Ann Example'],
  ['Ann\u200e', 'Ann'],
  ['محمد\u200f (Mo)', 'محمد (Mo)'],
  ['\ufeffAnn', 'Ann'],
  ['Ann\u00adika', 'Annika'],
  ['An\u200bn\u2060\u034f', 'Ann'],
  ['Ann\u3164', 'Ann'],
  ['A\u{E0041}nn', 'Ann'],
  // Pictures beside letters.
  ['Ann 👩\u200d👩\u200d👧', 'Ann 👩\u200d👩\u200d👧'],
  ['Ann \u2764\ufe0f', 'Ann \u2764\ufe0f'],
]

/** Names that nobody sees, or that pass for something else. */
export const refusedNames: readonly string[] = [
  '\u200b\u200b\u200b',
  '\u3164\u3164',
  '\u115f\u1160',
  '\u2800\u2800',
  '\u00ad\u2060\ufeff',
  '\u202a\u202c\u200e',
  '\u{E0041}\u{E0042}',
  '\ufe0f\ufe0f',
  '\u0301\u0301',
  'Admin\u202etxet',
  'Ann\u202d123',
  `A${'\u0301'.repeat(99)}nn`,
  `A${'\u0316\u0301'.repeat(4)}nn`,
  `ก${'\u0e47'.repeat(9)}`,
  'Ann\nAdmin',
  'Ann\u2028Admin',
  'Ann\u0007',
  'Ann\ue000',
  'Ann\ud800',
]

/** For a person there has to be something that can be read out. */
export const withoutLetters: readonly string[] = ['...', '-', '👩\u200d👩\u200d👧', '🎉🎉', '(@_@)']
