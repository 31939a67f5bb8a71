/** Of taking courses. */
export const learningMessages = {
  'Complete the course first.': 'Primero complete el curso.',
  'Complete the course “{title}” first.': 'Primero complete el curso “{title}”.',
  'Complete this lesson first.': 'Primero complete esta lección.',
  'Complete the earlier lessons first.': 'Primero complete las lecciones anteriores.',
  'Enroll in this course first.': 'Primero inscríbase en este curso.',
  'You are already enrolled in this course.': 'Usted ya está inscrito en este curso.',
  'Successfully enrolled in course.': 'Se inscribió en el curso.',
  'You have asked for a place in this course. You will be told what is decided.':
    'Usted pidió un lugar en este curso. Le avisaremos qué se decide.',
  'This course is full. You are on the waiting list, and will be told when there is a place.':
    'Este curso está lleno. Usted está en la lista de espera y le avisaremos cuando haya lugar.',
  'This person has not asked for a place.': 'Esta persona no ha pedido un lugar.',
  'No attempt is left. Ask your teacher for another.': 'No queda ningún intento. Pídale otro a su maestro.',
  'Pass the quiz first.': 'Primero apruebe el cuestionario.',
  'Spend more time on this lesson.': 'Dedique más tiempo a esta lección.',
  'Watch more of the video.': 'Vea más del video.',
  'Lesson completed.': 'Lección completada.',
  'Course completed.': 'Curso completado.',
  'Passed.': 'Aprobado.',
  'Not passed yet.': 'Todavía no aprobado.',
  'Thank you for rating this course.': 'Gracias por calificar este curso.',
  'Something has to be done first: see details.': 'Antes hay algo que hacer: vea details.',
  'Give both from and to.': 'Indique tanto from como to.',
  'There is no further attempt at this quiz.': 'No hay más intentos para este cuestionario.',
  'This attempt was made already, or is not the next one. Read the lesson again.':
    'Este intento ya se hizo, o no es el siguiente. Abra la lección de nuevo.',
  'There is no such question in this quiz.': 'No hay tal pregunta en este cuestionario.',
  'This question is answered by {field}.': 'Esta pregunta se responde con {field}.',
  'Name a choice once.': 'Nombre cada opción una sola vez.',
  'Choose one.': 'Elija una.',
  'There is no such choice in this question.': 'No hay tal opción en esta pregunta.',
  'Answer a question once.': 'Responda cada pregunta una sola vez.',
  'Must be a course that you take.': 'Debe ser un curso que usted tome.',
  'Must be in the future, {days} days from now at most.':
    'Debe ser en el futuro, dentro de {days} días como máximo.',
  'Too many links.': 'Demasiados enlaces.',
  'This link is over, or never led anywhere. Ask whoever gave it to you.':
    'Este enlace terminó, o nunca llevó a nada. Pregunte a quien se lo dio.',
  'There can be {max} at a time. End one first.': 'Puede haber {max} a la vez. Primero termine uno.',
} as const
