import type { Words } from './words-en.ts'

export const spanish: Words = {
  language: 'es',
  name: 'Español',
  expired: 'Este enlace ya se usó o ha caducado.',
  askAgain: 'Pedir un enlace nuevo',
  openAgain:
    'Abra otra vez el enlace del correo. Si vuelve a ver esto, permita que este sitio guarde cookies en los ajustes de su navegador.',
  wayBack: 'Puede cerrar esta página.',
  noPage: {
    title: 'No existe esta página',
    text: 'La dirección no está completa o la página ya no existe. Abra otra vez el enlace del correo, completo.',
  },
  failed: {
    title: 'Eso no funcionó',
    again: 'Probar otra vez',
    reference: 'Si nos escribe por esto, mencione este código:',
  },
  verifyEmail: {
    title: 'Confirme su correo electrónico',
    question: '¿Es este su buzón y creó usted una cuenta con nosotros?',
    button: 'Confirmar mi dirección',
    done: 'Su dirección está confirmada.',
  },
  undoEmailChange: {
    title: 'Deshacer el cambio de dirección',
    question:
      'Su cuenta recupera esta dirección, se cierra la sesión en todos los dispositivos y le enviamos un enlace para elegir una contraseña nueva.',
    button: 'Deshacer el cambio',
    done: 'Su dirección anterior está de vuelta, se cerró la sesión en todos los dispositivos y la contraseña anterior ya no sirve. Le enviamos a esta dirección un enlace para elegir una nueva.',
  },
  notMe: {
    title: 'No fui yo',
    question:
      'Se quita lo que se añadió a su cuenta desde entonces, se le devuelve su dirección si fue cambiada, se cancela una eliminación, se cierra la sesión en todos los dispositivos y le enviamos un enlace para elegir una contraseña nueva.',
    button: 'No fui yo',
    done: 'Se deshizo lo que se cambió desde entonces, se cerró la sesión en todos los dispositivos y la contraseña anterior ya no sirve. Le enviamos un enlace para elegir una nueva.',
  },
  cancelRecovery: {
    title: 'Cancelar el restablecimiento de sus segundos factores',
    question:
      '¿No pidió usted ayuda a nuestro personal? Entonces cancélelo aquí: el código que se entregó ya no servirá para nada.',
    button: 'Cancelarlo',
    done: 'Está cancelado. Sus segundos factores quedan como están.',
  },
  resetPassword: {
    title: 'Elija una contraseña nueva',
    question: 'Se cierra la sesión en todos los dispositivos. Después entre con la contraseña nueva.',
    label: 'Contraseña nueva',
    hint: (length: number) => `Al menos ${length} caracteres. Varias palabras son fáciles de recordar.`,
    button: 'Guardar la contraseña',
    done: 'La contraseña nueva está guardada. Entre con ella.',
  },
  invitation: {
    title: 'Elija su contraseña',
    question: 'Se abrió una cuenta para usted. Elija la contraseña con la que entrará.',
  },
  forgotPassword: {
    title: 'Pedir una contraseña nueva',
    question: 'Le enviamos un enlace. Sirve durante 15 minutos.',
    label: 'Correo electrónico',
    button: 'Enviar el enlace',
    done: 'Si hay una cuenta con esta dirección, un enlace va en camino.',
  },
  passkey: {
    button: 'Usar una llave de acceso',
    failed: 'Eso no funcionó. Pruebe otra vez o entre de otra manera.',
  },
  dataExport: {
    title: 'Obtenga sus datos',
    question: 'Entre para obtener la copia de sus datos. La sesión se cierra enseguida.',
    email: 'Correo electrónico',
    password: 'Contraseña',
    code: 'Código de su aplicación, o un código de recuperación, si tiene uno',
    codeNeeded: 'Escriba un código de su aplicación, o un código de recuperación, junto a su contraseña.',
    noPassword: '¿Entra con otra cuenta y no tiene contraseña? Elija primero una:',
    button: 'Entrar',
    ready:
      'Sus datos están listos. El enlace sirve durante 5 minutos; hasta que se borre el archivo puede entrar aquí para obtener otro.',
    download: 'Descargar mis datos (ZIP)',
    preparing: 'Sus datos se están reuniendo. Le enviamos un correo cuando estén listos.',
  },
  accountDeletion: {
    title: 'Eliminación de una cuenta',
    scheduled: 'La cuenta está bloqueada y se borrará. Hasta entonces puede cancelar la eliminación.',
    on_hold:
      'La cuenta está bloqueada. Por ahora una retención legal impide borrarla: estamos obligados a conservarla para un procedimiento legal. Se borrará cuando termine la retención; hasta entonces nadie puede usarla.',
    erasing: 'La cuenta se está borrando. Lo que falta sigue automáticamente.',
    done: 'La cuenta y todo lo que contenía se borraron. Abajo está lo que debe conservarse y por qué.',
    cancelled: 'La eliminación se canceló. La cuenta está como antes: entre en ella.',
    asked: 'Solicitada',
    due: 'Se borra a partir de',
    finished: 'Borrada',
    steps: 'Hecho hasta ahora',
    stepsOf: (done: number, total: number) => `${done} de ${total}`,
    kept: 'Lo que se conserva y por qué',
    until: 'hasta',
    button: 'Cancelar la eliminación',
  },
  referralStatus: {
    title: 'Seguir una remisión',
    question: 'El número está en nuestro correo. El código de recibo se mostró al enviar la remisión.',
    number: 'Número, por ejemplo REF-2026-000125',
    code: 'Código de recibo',
    button: 'Mostrar cómo va',
    states: {
      pending: 'Ha llegado. Nadie la ha visto todavía.',
      reviewed: 'Alguien se está ocupando de ella.',
      resolved: 'Ya se atendió.',
      withdrawn: 'Fue retirada.',
    },
    sent: 'Enviada',
    changed: 'Último cambio',
    due: 'Alguien la habrá visto antes de',
    another: 'Seguir otra',
  },
  unsubscribe: {
    title: 'No recibir más correos de este tipo',
    question: '¿Quiere usted dejar de recibir estos correos?',
    lists: { weekly: 'El resumen semanal de lo que le espera' },
    still:
      'Los correos sobre la seguridad de su cuenta, y las respuestas a lo que usted pida, siguen llegando.',
    button: 'No recibir más estos correos',
    done: 'Usted ya no recibirá estos correos. En los ajustes de su cuenta puede volver a activarlos.',
    undo: 'Deshacer',
    undone: 'Todo está como antes: si usted recibía estos correos, los recibe otra vez.',
    again: 'No recibirlos, de todos modos',
  },
  problems: {
    too_short: (length: number) => `Use al menos ${length} caracteres.`,
    too_long: () => 'Esta contraseña es demasiado larga. Elija una más corta.',
    too_common: () => 'Esta contraseña es fácil de adivinar. Elija otra.',
    too_personal: () => 'Esta contraseña es poco más que su nombre o su dirección. Elija otra.',
    breached: () => 'Esta contraseña está en una lista robada en otro lugar. Elija otra.',
    unchanged: () => 'Esta es la contraseña que ya tiene. Elija otra.',
    invalid_credentials: () =>
      'El correo electrónico, la contraseña, el código o la llave de acceso no son correctos.',
    account_suspended: () => 'Esta cuenta está bloqueada. Por favor, póngase en contacto con nosotros.',
    not_found: () => 'No hay nada con este número y este código. Revise ambos.',
    conflict: () => 'Ya es demasiado tarde para eso.',
    rate_limit_exceeded: (seconds) =>
      `Demasiados intentos. Pruebe otra vez dentro de ${seconds} ${seconds === 1 ? 'segundo' : 'segundos'}.`,
    forbidden_origin: () => 'Este servidor solo se abre por su dirección pública. Use el enlace del correo.',
    payload_too_large: () => 'Es demasiado largo. Escriba menos y pruebe otra vez.',
    method_not_allowed: () => 'Esta página no se puede abrir así. Abra otra vez el enlace del correo.',
    unsupported_media_type: () =>
      'Esta página solo acepta su propio formulario. Abra otra vez el enlace del correo.',
    unavailable: (seconds) =>
      `Esto no está disponible ahora. Pruebe otra vez dentro de ${seconds} ${seconds === 1 ? 'segundo' : 'segundos'}.`,
    server_error: () => 'Algo falló de nuestro lado. No se perdió nada: pruebe otra vez en un rato.',
    csrf_failed: () => 'Esto se envió desde otra página. Abra otra vez el enlace del correo.',
    other: () => 'Eso no funcionó. Revise lo que escribió y pruebe otra vez.',
  },
}
