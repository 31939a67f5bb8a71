import type { Link } from './mail.model.ts'
import type { Block, MailWords } from './template.ts'

const ignore = 'Si no fue usted, puede ignorar este correo.'
const signInToRead = 'Lo que se escribió solo se puede leer después de iniciar sesión.'

/** How whoever has the account gets rid of somebody who is in it. */
const disown = (link: Link): readonly Block[] => [
  'Si no fue usted, díganoslo en un plazo de 7 días. Se quita lo que se agregó a su cuenta desde entonces, se cierra la sesión en todos los dispositivos y le enviamos un enlace para elegir una contraseña nueva:',
  { label: 'No fui yo', link },
]

export const spanishMails: MailWords = {
  greeting: (name) => (name === '' ? 'Hola:' : `Hola, ${name}:`),
  closing: 'Este correo se envió automáticamente. No se leen las respuestas.',
  unsubscribe: {
    why: 'Usted recibe correos como este porque tiene una cuenta.',
    label: 'No recibir más estos correos',
  },
  templates: {
    confirm_email: {
      subject: () => 'Confirme su correo electrónico',
      blocks: ({ code, link }) => [
        'Escriba este código donde creó su cuenta:',
        { code },
        'O confirme su dirección en esta página:',
        { label: 'Confirmar mi dirección', link },
        `El código y el enlace sirven durante 10 minutos. ${ignore}`,
      ],
    },
    reset_password: {
      subject: () => 'Elija una contraseña nueva',
      blocks: ({ link, code }) => [
        'Alguien, esperamos que usted, pidió una contraseña nueva para su cuenta.',
        { label: 'Elegir una contraseña nueva', link },
        `El enlace sirve una sola vez, durante 15 minutos. ${ignore} Su contraseña queda como está.`,
        ...(code === undefined
          ? []
          : [
              '¿Usted sabe su contraseña y le dicen que no es correcta? Puede ser que alguien esté tratando de adivinarla. Escriba este código junto a su contraseña al iniciar sesión:',
              { code },
              'El código sirve durante 15 minutos. Nadie de nuestra parte se lo va a pedir nunca.',
            ]),
      ],
    },
    password_changed: {
      subject: () => 'Su contraseña se cambió',
      blocks: ({ link }) => [
        'La contraseña de su cuenta se cambió y se cerró la sesión en sus demás dispositivos.',
        ...disown(link),
      ],
    },
    confirm_identity: {
      subject: () => 'Su código de seguridad',
      blocks: ({ code }) => [
        'Escriba este código para confirmar que es usted:',
        { code },
        'Sirve una sola vez, durante 10 minutos. Ninguno de nosotros se lo va a pedir nunca.',
      ],
    },
    confirm_new_email: {
      subject: () => 'Confirme su nuevo correo electrónico',
      blocks: ({ code }) => [
        'Escriba este código donde pidió cambiar su dirección:',
        { code },
        `Sirve una sola vez, durante 10 minutos. ${ignore}`,
      ],
    },
    email_changed: {
      subject: () => 'Su correo electrónico se cambió',
      blocks: ({ link }) => [
        'Su cuenta usa ahora otra dirección. A esta ya no enviaremos más correos sobre ella.',
        'Si no fue usted, deshaga el cambio en un plazo de 7 días. También se quita entonces lo que se agregó a su cuenta desde entonces, y se cierra la sesión en todos los dispositivos:',
        { label: 'Deshacer el cambio', link },
      ],
    },
    data_export_ready: {
      subject: () => 'Sus datos están listos',
      blocks: ({ link }) => [
        'La copia de sus datos que usted pidió está lista. Inicie sesión para descargarla en las próximas 24 horas; después se borra.',
        { label: 'Descargar mis datos', link },
        'Si usted no la pidió, elija enseguida una contraseña nueva: otra persona ha entrado en su cuenta.',
      ],
    },
    account_closing: {
      subject: () => 'Su cuenta se está eliminando',
      blocks: ({ link, notMe }) => [
        'Alguien, esperamos que usted, pidió eliminar su cuenta. Está bloqueada en todos los dispositivos.',
        'Esta página muestra cómo va la eliminación y qué nos obliga la ley a conservar. Hasta que empiece el borrado, puede cancelarla ahí:',
        { label: 'Ver la eliminación', link },
        'Guarde este correo: una vez bloqueada la cuenta, no hay otra manera de llegar a esa página.',
        ...disown(notMe),
      ],
    },
    new_device: {
      subject: () => 'Un dispositivo nuevo inició sesión',
      blocks: ({ link }) => [
        'Alguien, esperamos que usted, inició sesión en su cuenta con un dispositivo nuevo.',
        ...disown(link),
      ],
    },
    second_factor_changed: {
      subject: () => 'Cambió su manera de iniciar sesión',
      blocks: ({ link }) => [
        'A su cuenta se le agregó o se le quitó una manera de iniciar sesión o de comprobar que es usted (una aplicación, una llave de acceso, códigos de recuperación, o una cuenta de Google o de Microsoft).',
        ...disown(link),
      ],
    },
    progress_shared: {
      subject: () => 'Se creó un enlace a su progreso',
      blocks: ({ link }) => [
        'Alguien, esperamos que usted, creó un enlace que muestra su avance en los cursos. Quien tenga el enlace puede verlo hasta que termine o hasta que usted lo termine.',
        'Cada consulta queda en la lista de divulgaciones de su cuenta.',
        ...disown(link),
      ],
    },
    course_place: {
      subject: () => 'Usted tiene un lugar en un curso',
      blocks: () => [
        'Hay un lugar para usted en un curso que pidió, y ya participa en él. Inicie sesión para empezar.',
        'Si ya no lo quiere, salga del curso para que otra persona tenga el lugar.',
      ],
    },
    course_request_decided: {
      subject: () => 'Se decidió su solicitud de un curso',
      blocks: () => ['Usted pidió un lugar en un curso. Inicie sesión para ver qué se decidió y por qué.'],
    },
    account_moved: {
      subject: () => 'Su cuenta se trasladó',
      blocks: ({ link }) => [
        'Su cuenta se trasladó a nuestro sistema nuevo. Su contraseña anterior no se trasladó con ella: elija una nueva.',
        { label: 'Elegir una contraseña', link },
        'El enlace sirve una sola vez, durante 7 días. Después, use "olvidé mi contraseña" con esta dirección.',
      ],
    },
    account_exists: {
      subject: () => 'Usted ya tiene una cuenta',
      blocks: ({ link }) => [
        'Alguien, esperamos que usted, trató de crear una cuenta con esta dirección. Ya existe una.',
        'Si no recuerda su contraseña, puede elegir una nueva:',
        { label: 'Elegir una contraseña nueva', link },
        ignore,
      ],
    },
    recovery_approved: {
      subject: () => 'Sus segundos factores se van a restablecer',
      blocks: ({ link }) => [
        'Alguien, esperamos que usted, pidió ayuda a nuestro personal porque perdió su aplicación, sus llaves de acceso y sus códigos de recuperación. Dos de nosotros estuvimos de acuerdo.',
        'En 24 horas, un código que le dimos a esta persona los quita de su cuenta. Su contraseña queda como está.',
        'Si no fue usted, cancélelo ahora:',
        { label: 'Cancelar el restablecimiento', link },
      ],
    },
    form_received: {
      subject: () => 'Recibimos su mensaje',
      blocks: ({ reference }) => [
        'Gracias por escribirnos. Su mensaje llegó y alguien lo leerá.',
        `Su número de referencia es ${reference}.`,
        'Para proteger su privacidad, este correo no repite lo que usted escribió.',
      ],
    },
    referral_received: {
      subject: ({ reference }) => `Recibimos la remisión ${reference}`,
      blocks: ({ reference, link }) => [
        'Gracias. La remisión llegó y alguien la verá.',
        `Su número es ${reference}. Con el código de recibo que se le mostró, puede ver cómo va, agregarle algo o retirarla:`,
        { label: 'Ver la remisión', link },
        'Para proteger la privacidad, este correo no repite lo que se escribió.',
      ],
    },
    referral_resolved: {
      subject: ({ reference }) => `Hay noticias de la remisión ${reference}`,
      blocks: ({ reference, link }) => [
        `Terminamos de trabajar en la remisión ${reference}.`,
        'Con el código de recibo que se le mostró, puede verla:',
        { label: 'Ver la remisión', link },
      ],
    },
    form_arrived: {
      subject: ({ reference }) => `Nuevo: ${reference}`,
      blocks: ({ reference, link }) => [
        `Llegó un formulario: ${reference}.`,
        { label: 'Abrirlo', link },
        signInToRead,
      ],
    },
    urgent_form_arrived: {
      subject: ({ reference }) => `Urgente: ${reference}`,
      blocks: ({ reference, link }) => [
        `Llegó un formulario que quien lo envió marcó como urgente: ${reference}.`,
        { label: 'Abrirlo', link },
        signInToRead,
      ],
    },
    form_changed: {
      subject: ({ reference }) => `Noticias de ${reference}`,
      blocks: ({ reference, link }) => [
        `Quien envió ${reference} le agregó algo o lo retiró.`,
        { label: 'Abrirlo', link },
      ],
    },
    form_assigned: {
      subject: ({ reference }) => `Para usted: ${reference}`,
      blocks: ({ reference, link }) => [
        `Se le pidió que se ocupe de ${reference}.`,
        { label: 'Abrirlo', link },
        signInToRead,
      ],
    },
    form_overdue: {
      subject: ({ reference }) => `Atrasado: ${reference}`,
      blocks: ({ reference, link }) => [
        `Nadie ha visto ${reference} dentro del plazo que prometemos.`,
        { label: 'Abrirlo', link },
      ],
    },
    forms_quarantined: {
      subject: ({ count }) => `Apartados como correo no deseado: ${count}`,
      blocks: ({ count, overdue, link }) => [
        `Formularios que se apartaron como no deseados y que nadie ha visto todavía: ${count}. De estos, fuera del plazo en que prometemos verlos: ${overdue}.`,
        'Puede haber algunos auténticos entre ellos. Por favor, diga de cada uno si es no deseado:',
        { label: 'Verlos', link },
        signInToRead,
      ],
    },
    quarantine_overdue: {
      subject: ({ count }) => `Atrasados, apartados como correo no deseado: ${count}`,
      blocks: ({ count, link }) => [
        `Nadie ha visto dentro del plazo que prometemos los formularios que se apartaron como no deseados: ${count}.`,
        'Puede haber algunos auténticos entre ellos.',
        { label: 'Verlos', link },
      ],
    },
    report_arrived: {
      subject: () => 'Se denunció un mensaje',
      blocks: ({ reference, link }) => [
        `Alguien denunció un mensaje en MackChat: ${reference}.`,
        { label: 'Abrirlo', link },
        signInToRead,
      ],
    },
    weekly_summary: {
      subject: () => 'Su resumen semanal',
      blocks: ({ conversations, notifications, courses }) => [
        'Así están las cosas en su cuenta.',
        ...(conversations === undefined ? [] : [`Conversaciones con algo nuevo: ${conversations}.`]),
        ...(notifications === undefined ? [] : [`Avisos que usted no ha leído: ${notifications}.`]),
        ...(courses === undefined
          ? []
          : [`Cursos que usted ha empezado: ${courses.count}. De ellos ha hecho el ${courses.percent} %.`]),
        'Inicie sesión para ver más. Para proteger su privacidad, este correo solo dice cuántos son.',
      ],
    },
    message_warning: {
      subject: () => 'Sobre un mensaje que usted escribió',
      blocks: () => [
        'Alguien denunció un mensaje que usted escribió en MackChat. Nuestro personal lo revisó y considera que no cumple las reglas que todos aceptamos.',
        'Por favor, respételas. Si vuelve a pasar, su cuenta puede ser suspendida.',
        'Para proteger la privacidad, este correo no repite lo que se escribió. Si cree que nos equivocamos, escríbanos con el formulario de contacto del portal.',
      ],
    },
  },
}
