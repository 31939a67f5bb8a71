/** Of writing courses. */
export const authoringMessages = {
  'Give either `thumbnail` or `thumbnailFileId`.': 'Indique `thumbnail` o `thumbnailFileId`, no ambos.',
  'Must be a module of this course.': 'Debe ser un módulo de este curso.',
  'Lessons are in this module. Move them first.': 'Hay lecciones en este módulo. Primero muévalas.',
  'The lesson “{title}” is in it.': 'La lección “{title}” está en él.',
  'Must consist of lower-case letters, digits and hyphens.':
    'Debe consistir en letras minúsculas, dígitos y guiones.',
  'Must consist of letters, digits, hyphens and underscores.':
    'Debe consistir en letras, dígitos, guiones y guiones bajos.',
  'Is used twice in this course.': 'Se usa dos veces en este curso.',
  'Must be the key of a module of this course.': 'Debe ser la clave de un módulo de este curso.',
  'Give a file or an address, not both.': 'Indique un archivo o una dirección, no ambos.',
  'Give a url or a fileId.': 'Indique un url o un fileId.',
  'Must be a language tag, such as `en` or `es-MX`.': 'Debe ser una etiqueta de idioma, como `en` o `es-MX`.',
  'This file is not there any more. Learners see the lesson without it.':
    'Este archivo ya no está. Los alumnos ven la lección sin él.',
  'This file is still being checked. Until then learners see the lesson without it.':
    'Este archivo todavía se está revisando. Mientras tanto los alumnos ven la lección sin él.',
  'This file was removed because something harmful was found in it. Learners see the lesson without it.':
    'Este archivo se quitó porque se encontró en él algo dañino. Los alumnos ven la lección sin él.',
  'This file is out of reach for the moment.': 'Por el momento no se puede llegar a este archivo.',
  '“{title}”: {problem}': '“{title}”: {problem}',
  'Its video needs captions.': 'Su video necesita subtítulos.',
  'A course can have at most {max} lessons.': 'Un curso puede tener como máximo {max} lecciones.',
  'A course can have at most {max} modules.': 'Un curso puede tener como máximo {max} módulos.',
  'Would make {count} lessons with those that were added here; {max} is the most.':
    'Con las que se agregaron aquí serían {count} lecciones; {max} es el máximo.',
  'Would make {count} modules with those that were added here; {max} is the most.':
    'Con los que se agregaron aquí serían {count} módulos; {max} es el máximo.',
  'Must be published courses.': 'Deben ser cursos publicados.',
  'Must not ask, in the end, for this course itself.': 'No puede pedir, al final, este mismo curso.',
  'Other courses ask for this one first. Take it out there.':
    'Otros cursos piden este primero. Quítelo de ellos.',
  'The course “{title}”.': 'El curso “{title}”.',
  'The picture of the course “{title}”.': 'La imagen del curso “{title}”.',
  'The lesson “{lesson}” of the course “{course}”.': 'La lección “{lesson}” del curso “{course}”.',
  'The lesson “{lesson}” of the course “{course}”, in version {version}, which somebody still takes.':
    'La lección “{lesson}” del curso “{course}”, en la versión {version}, que alguien todavía toma.',
  'Add a lesson first.': 'Primero agregue una lección.',
  'Needs the length of the video: give a duration.': 'Necesita la duración del video: indique una duración.',
  'More time is asked for than the lesson is said to take.':
    'Se pide más tiempo del que se dice que dura la lección.',
  'Give courses, or a fileId.': 'Indique cursos, o un fileId.',
  'Say which format the file has.': 'Diga qué formato tiene el archivo.',
  'Too many imports are waiting. Try again when one is done.':
    'Hay demasiadas importaciones en espera. Inténtelo de nuevo cuando termine una.',
  'Exactly one has to be correct.': 'Exactamente una debe ser correcta.',
  'One at least has to be correct.': 'Al menos una debe ser correcta.',
  'Is used twice in this question.': 'Se usa dos veces en esta pregunta.',
  'Is used twice in this quiz.': 'Se usa dos veces en este cuestionario.',
  'Must not be longer than {max} characters.': 'No puede tener más de {max} caracteres.',
  'There is no last attempt without maxAttempts.': 'Sin maxAttempts no hay un último intento.',
} as const
