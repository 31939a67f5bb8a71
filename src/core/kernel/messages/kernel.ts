/** Of requests as such, of what is wrong with a field, and what several wings say. */
export const kernelMessages = {
  'The request is not valid.': 'La solicitud no es válida.',
  'There is nothing here.': 'Aquí no hay nada.',
  'You are not allowed to do this.': 'Usted no tiene permiso para hacer esto.',
  'Somebody else changed this at the same time. Try again.':
    'Otra persona cambió esto al mismo tiempo. Inténtelo de nuevo.',
  'This has changed since you last read it. Read it again first.':
    'Esto cambió desde la última vez que usted lo vio. Ábralo de nuevo antes de seguir.',
  'This is not available right now. Try again shortly.':
    'Esto no está disponible en este momento. Inténtelo de nuevo en un rato.',
  'Something went wrong on our side.': 'Algo falló de nuestro lado.',
  '{what} Try again in 1 second.': '{what} Inténtelo de nuevo en 1 segundo.',
  '{what} Try again in {seconds} seconds.': '{what} Inténtelo de nuevo en {seconds} segundos.',
  'Too many requests.': 'Demasiadas solicitudes.',
  'Too many in a short time.': 'Demasiados intentos en poco tiempo.',
  'There is something here, and it does not take this method. See Allow.':
    'Aquí hay algo, pero no acepta este método. Vea Allow.',
  'This server is not called directly. Use its public address.':
    'A este servidor no se le llama directamente. Use su dirección pública.',
  'Send JSON with Content-Type: application/json.': 'Envíe JSON con Content-Type: application/json.',
  'Send the body as it is, without Content-Encoding.': 'Envíe el cuerpo tal como es, sin Content-Encoding.',
  'Send the body as UTF-8.': 'Envíe el cuerpo en UTF-8.',
  'The body is not valid UTF-8.': 'El cuerpo no es UTF-8 válido.',
  'The body is not valid JSON.': 'El cuerpo no es JSON válido.',
  'The request body is too large.': 'El cuerpo de la solicitud es demasiado grande.',
  'This is too large to be kept. Shorten it, or split it.':
    'Es demasiado grande para guardarlo. Acórtelo o divídalo.',
  'The request was cut off.': 'La solicitud se interrumpió.',
  'Is nested too deeply.': 'Está anidado a demasiada profundidad.',
  'Must be well-formed Unicode text without NUL.': 'Debe ser texto Unicode bien formado, sin NUL.',
  'Contains a field name that is not allowed.': 'Contiene un nombre de campo que no se permite.',
  'A request signed in by a cookie must carry an Origin header.':
    'Una solicitud identificada por una cookie debe llevar el encabezado Origin.',
  'This page may not make that request.': 'Esta página no puede hacer esa solicitud.',
  'This page is not allowed to make that request.': 'Esta página no tiene permiso para hacer esa solicitud.',
  'Pages of another origin have to be named in CORS_ORIGINS, exactly as the browser writes it.':
    'Las páginas de otro origen deben figurar en CORS_ORIGINS, exactamente como las escribe el navegador.',
  'This page was opened over http, where browsers drop our cookies: they are Secure. Open the address in PUBLIC_URL.':
    'Esta página se abrió por http, donde los navegadores descartan nuestras cookies porque son Secure. Abra la dirección de PUBLIC_URL.',
  'This page is on another site than the API, where browsers keep and send no cookies with COOKIE_SAME_SITE={sameSite}. Serve both from one site, or send the access token as a bearer token.':
    'Esta página está en otro sitio que la API, donde los navegadores no guardan ni envían cookies con COOKIE_SAME_SITE={sameSite}. Sirva ambas desde un mismo sitio, o envíe el token de acceso como bearer.',
  'This page is on another site than the API. A browser that blocks third-party cookies keeps none of ours; others send them only with credentials included. Serve both from one site, or send the access token as a bearer token.':
    'Esta página está en otro sitio que la API. Un navegador que bloquea las cookies de terceros no guarda las nuestras; los demás las envían solo con credentials. Sirva ambas desde un mismo sitio, o envíe el token de acceso como bearer.',
  "A page of another origin sends cookies only where it asks for it: `credentials: 'include'` in fetch.":
    "Una página de otro origen envía cookies solo si lo pide: `credentials: 'include'` en fetch.",
  'The client was not built with this server: npm run build:client.':
    'El cliente no se construyó con este servidor: npm run build:client.',

  'Is not valid.': 'No es válido.',
  'Is not a field of this request.': 'No es un campo de esta solicitud.',
  'Is not a parameter of this operation.': 'No es un parámetro de esta operación.',
  'Cannot be set.': 'No se puede cambiar.',
  'Must be of type {type}.': 'Debe ser de tipo {type}.',
  'Must be of type string.': 'Falta, o no es un texto.',
  'Must be of type number.': 'Falta, o no es un número.',
  'Must be of type int.': 'Debe ser un número entero.',
  'Must be of type boolean.': 'Debe ser verdadero o falso.',
  'Must be of type array.': 'Falta, o no es una lista.',
  'Must be of type object.': 'Falta, o no es un objeto.',
  'Must be one of the documented values.': 'Debe ser uno de los valores documentados.',
  'Must not be empty.': 'No puede quedar vacío.',
  'Must be at least {bound}.': 'Debe ser al menos {bound}.',
  'Must be at most {bound}.': 'Debe ser como máximo {bound}.',
  'Must have at least {bound} characters.': 'Debe tener al menos {bound} caracteres.',
  'Must have at most {bound} characters.': 'Debe tener como máximo {bound} caracteres.',
  'Must have at least {bound} entries.': 'Debe tener al menos {bound} elementos.',
  'Must have at most {bound} entries.': 'Debe tener como máximo {bound} elementos.',
  'Must be an id (a UUID).': 'Debe ser un identificador (un UUID).',
  'Must be a time in UTC, such as 2026-03-02T18:00:00.000Z.':
    'Debe ser una fecha y hora en UTC, como 2026-03-02T18:00:00.000Z.',
  'Must be a day, such as 2026-03-02.': 'Debe ser un día, como 2026-03-02.',
  'Must be an absolute address, with its scheme.':
    'Debe ser una dirección completa, que empiece por ejemplo con https://.',
  'Must be an e-mail address.': 'Debe ser un correo electrónico.',
  'Must be a telephone number.': 'Debe ser un número de teléfono.',
  'Must be an https address.': 'Debe ser una dirección https.',
  'Is not written as documented.': 'No está escrito como se documenta.',
  'Must be 1 to 255 visible characters.': 'Debe tener de 1 a 255 caracteres visibles.',
  'Must be 1 to 128 visible characters.': 'Debe tener de 1 a 128 caracteres visibles.',
  'Must be one line without control characters.': 'Debe ser una sola línea, sin caracteres de control.',
  'Must not contain control characters.': 'No puede contener caracteres de control.',
  'Must not turn the direction of writing.': 'No puede cambiar la dirección de la escritura.',
  'Must not stack marks on one letter.': 'No puede acumular marcas sobre una letra.',
  'Must contain a letter or a number.': 'Debe contener una letra o un número.',
  'Must contain something to see.': 'Debe contener algo visible.',
  'Must be the nextCursor of the page before.': 'Debe ser el nextCursor de la página anterior.',
  'Must be a nextCursor of this list, or a timestamp.':
    'Debe ser un nextCursor de esta lista, o una fecha y hora.',
  'Give at least one field to change.': 'Indique al menos un campo que cambiar.',
  'Give at least one field.': 'Indique al menos un campo.',
  'Must be somebody else.': 'Debe ser otra persona.',
} as const
