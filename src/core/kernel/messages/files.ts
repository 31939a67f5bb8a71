/** Of files that are sent, and of what they are used for. */
export const fileMessages = {
  'Must be a completed upload of the category avatar.':
    'Debe ser un archivo ya enviado de la categoría avatar.',
  'Must be a file that you uploaded and have not used yet.':
    'Debe ser un archivo que usted envió y que todavía no ha usado.',
  'The file is not of the announced size.': 'El archivo no tiene el tamaño anunciado.',
  'The file is not of the announced type.': 'El archivo no es del tipo anunciado.',
  'The file can also be read as another type.': 'El archivo también se puede leer como otro tipo.',
  'The file is too large once it is unpacked.': 'El archivo es demasiado grande al descomprimirlo.',
  'The picture has too many pixels.': 'La imagen tiene demasiados píxeles.',
  'The file is damaged: what it tells about its place and time cannot be taken out.':
    'El archivo está dañado: no se puede quitar lo que revela de su lugar y su hora.',
  'The document contains macros. Save it without them and send it again.':
    'El documento contiene macros. Guárdelo sin ellas y envíelo de nuevo.',
  'The document is protected by a password. Save it without one and send it again.':
    'El documento está protegido con contraseña. Guárdelo sin ella y envíelo de nuevo.',
  'This file has not been uploaded yet.': 'Este archivo todavía no se ha enviado.',
  'Must be {types}.': 'Debe ser {types}.',
  'This upload has been completed.': 'Este envío ya se completó.',
  'There is not enough space left for this file. Delete something first.':
    'No queda espacio suficiente para este archivo. Primero borre algo.',
  'This file is still being checked. Try again in a moment.':
    'Este archivo todavía se está revisando. Inténtelo de nuevo en un momento.',
  'This file was removed because something harmful was found in it.':
    'Este archivo se quitó porque se encontró en él algo dañino.',
  'This file is in use. Take it out there first: see details.':
    'Este archivo está en uso. Primero quítelo de donde se usa: vea details.',
  'Must be a completed upload of yours, a `course-package`.':
    'Debe ser un archivo suyo ya enviado, un `course-package`.',
  'Must be a complete picture that is not too large.':
    'Debe ser una imagen completa que no sea demasiado grande.',
  'Must be at most {max} bytes.': 'Debe ser de {max} bytes como máximo.',
  'Files of this type are not accepted here.': 'Aquí no se aceptan archivos de este tipo.',
  'Must have the extension of this file type.': 'Debe tener la extensión de este tipo de archivo.',
  'Too many files.': 'Demasiados archivos.',
  'Is not taken here.': 'Aquí no se acepta.',
  'Must be an upload of yours of the category `thumbnail` that you have not used yet.':
    'Debe ser un archivo suyo de la categoría `thumbnail` que todavía no haya usado.',
  'Must be a completed upload.': 'Debe ser un archivo ya enviado.',
} as const
