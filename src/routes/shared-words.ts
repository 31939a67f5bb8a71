import type { Language } from '../core/kernel/language.ts'

export interface SharedWords {
  readonly title: string
  readonly needsScript: string
  readonly question: string
  readonly button: string
  /** What the script says; in `until` stand `{name}` and `{day}`. */
  readonly script: Readonly<
    Record<
      | 'locale'
      | 'incomplete'
      | 'until'
      | 'progress'
      | 'completed'
      | 'notYet'
      | 'timeSpent'
      | 'hour'
      | 'hours'
      | 'minute'
      | 'minutes'
      | 'moment'
      | 'nothing'
      | 'failed',
      string
    >
  >
}

export const sharedWords: Readonly<Record<Language, SharedWords>> = {
  en: {
    title: 'Progress in courses',
    needsScript: 'This page needs JavaScript.',
    question:
      'Somebody lets you see how far they are. Each time you look is written down, and they can read it.',
    button: 'Show the progress',
    script: {
      locale: 'en-US',
      incomplete: 'This link is not whole. Copy all of it, up to its last character.',
      until: 'For {name}, until {day}.',
      progress: 'Progress',
      completed: 'Completed',
      notYet: 'Not yet',
      timeSpent: 'Time spent',
      hour: 'hour',
      hours: 'hours',
      minute: 'minute',
      minutes: 'minutes',
      moment: 'less than a minute',
      nothing: 'There is nothing to show at the moment.',
      failed: 'That did not work. Are you online? Try again.',
    },
  },
  es: {
    title: 'Progreso en cursos',
    needsScript: 'Esta página necesita JavaScript.',
    question:
      'Alguien le permite ver cómo va. Cada vez que usted mira queda anotado, y esa persona puede leerlo.',
    button: 'Mostrar el progreso',
    script: {
      locale: 'es-US',
      incomplete: 'Este enlace no está completo. Cópielo todo, hasta el último carácter.',
      until: 'Para {name}, hasta el {day}.',
      progress: 'Progreso',
      completed: 'Completado',
      notYet: 'Todavía no',
      timeSpent: 'Tiempo dedicado',
      hour: 'hora',
      hours: 'horas',
      minute: 'minuto',
      minutes: 'minutos',
      moment: 'menos de un minuto',
      nothing: 'Por el momento no hay nada que mostrar.',
      failed: 'Eso no funcionó. ¿Tiene conexión? Inténtelo de nuevo.',
    },
  },
}
