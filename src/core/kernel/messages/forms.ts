/** Of the public forms, and of those who read them. */
export const formMessages = {
  'Thank you. We have received this, and somebody will get back to you within {hours} hours.':
    'Gracias. Lo recibimos, y alguien le responderá en un plazo de {hours} horas.',
  'Give a fileId, or the url of a file that was uploaded here.':
    'Indique un fileId, o el url de un archivo que se envió aquí.',
  'Must be a file that was uploaded here.': 'Debe ser un archivo que se envió aquí.',
  'Nothing more can be added to this form. Please contact us.':
    'A este formulario ya no se le puede agregar nada. Por favor, póngase en contacto con nosotros.',
  'A form that was sent with it.': 'Un formulario que se envió con él.',
  'Must be the id of an administrator or mentor.':
    'Debe ser el identificador de un administrador o un mentor.',
  'This is not possible in the current state of the form.':
    'Esto no es posible en el estado actual del formulario.',
} as const
