/** Of who saw what of a person, what stays after an account was erased, and what each store of an export is for. */
export const privacyMessages = {
  'Your progress in your courses': 'Su progreso en sus cursos',
  'Your answers to a quiz, and how well you did': 'Sus respuestas a un cuestionario, y cómo le fue',
  'Your progress in courses that you shared': 'Su progreso en cursos, que usted compartió',
  'Your account': 'Su cuenta',
  'Who has seen your data': 'Quién ha visto sus datos',
  'A device that you were signed in on': 'Un dispositivo en el que usted había iniciado sesión',
  'The devices that you were signed in on': 'Los dispositivos en los que usted había iniciado sesión',
  Mentoring: 'Tutoría',
  Teaching: 'Enseñanza',
  'You made a link for it': 'Usted creó un enlace para eso',
  Administration: 'Administración',
  'Help to get back into it': 'Ayuda para volver a entrar en ella',
  'A legal duty to keep it': 'Una obligación legal de conservarla',
  'The end of a legal duty to keep it': 'El fin de una obligación legal de conservarla',
  'The audit log: that something was done, when, and the random number your account had. Neither your name nor your address nor anything you wrote is in it.':
    'El registro de auditoría: que algo se hizo, cuándo, y el número al azar que tenía su cuenta. No contiene ni su nombre, ni su dirección, ni nada que usted haya escrito.',
  'The law requires six years of records of who saw health information (45 CFR 164.312(b) and 164.316(b)(2)(i)); we keep at least seven.':
    'La ley exige guardar durante seis años quién vio información de salud (45 CFR 164.312(b) y 164.316(b)(2)(i)); nosotros la guardamos al menos siete.',
  'Answers to your requests of the last day, in case they are repeated.':
    'Las respuestas a sus solicitudes del último día, por si se repiten.',
  'They cannot be found by person, and expire by themselves.':
    'No se pueden buscar por persona, y caducan solas.',
  '{count} files that you uploaded for a course, or sent with a form. They no longer say whose they were.':
    '{count} archivos que usted envió para un curso o con un formulario. Ya no dicen de quién eran.',
  'They belong to the course, which others take, or to the form, and go with it.':
    'Pertenecen al curso, que otras personas toman, o al formulario, y se van con él.',
  'Your name and address in {form}, in which you referred somebody else.':
    'Su nombre y su dirección en {form}, en el que usted remitió a otra persona.',
  'a form': 'un formulario',
  'It belongs to the person who was referred. It is kept for as long as their referral is.':
    'Pertenece a la persona remitida. Se conserva mientras se conserve su remisión.',
  'The instructor named in {count} of our courses that you wrote.':
    'El instructor que se nombra en {count} de nuestros cursos que usted escribió.',
  'It was published as part of the course, which others take. An admin can change it.':
    'Se publicó como parte del curso, que otras personas toman. Un administrador puede cambiarlo.',
  'A message of yours that somebody reported, sealed.': 'Un mensaje suyo que alguien denunció, sellado.',
  'It is kept until our staff have looked at it, for the protection and the claims of others (GDPR, article 17 (3) (e)).':
    'Se conserva hasta que nuestro personal lo haya revisado, para proteger a otras personas y sus reclamaciones (RGPD, artículo 17 (3) (e)).',
  'The receipt of this deletion: when it was asked for and done, and the random number your account had.':
    'El recibo de esta eliminación: cuándo se pidió y se hizo, y el número al azar que tenía su cuenta.',
  'It shows you and others that the account was erased.':
    'Le muestra a usted y a otros que la cuenta se borró.',
  'Lets staff look at a message that somebody reported, as it was then.':
    'Permite al personal ver un mensaje que alguien denunció, tal como era entonces.',
  'Conversations: what was said, who is in them, and how far they have read.':
    'Las conversaciones: qué se dijo, quién participa y hasta dónde ha leído.',
  'Lists the conversations of a person, and how they keep each: muted, pinned, put away.':
    'Enumera las conversaciones de una persona y cómo tiene cada una: silenciada, fijada o archivada.',
  'Keeps away people that somebody does not want to hear from.':
    'Mantiene lejos a las personas de las que alguien no quiere saber nada.',
  'Answers those who write to us, and helps those who are referred to us.':
    'Sirve para responder a quienes nos escriben y ayudar a quienes nos son remitidos.',
  'Lets a person follow a referral from their account.':
    'Permite a una persona seguir una remisión desde su cuenta.',
  'Lets somebody show that they completed a course, to whom they want.':
    'Permite a alguien mostrar a quien quiera que completó un curso.',
  'Whom somebody lets see their progress in which courses, until when, and when it was looked at.':
    'A quién deja ver alguien su progreso, en qué cursos y hasta cuándo, y cuándo se miró.',
  'Who asked for a place in a course, in which order, and what was decided.':
    'Quién pidió un lugar en un curso, en qué orden, y qué se decidió.',
  'Lists and counts the people of a course.': 'Enumera y cuenta a las personas de un curso.',
  'What somebody has learned and answered, where they continue, and what they have achieved.':
    'Lo que alguien ha aprendido y respondido, dónde continúa y qué ha logrado.',
  'Says which mentor looks after whom.': 'Dice qué mentor acompaña a quién.',
  'Says how far an import of courses is, and who asked for it.':
    'Dice cómo va una importación de cursos, y quién la pidió.',
  'The catalog. The instructor is named to everybody, as its author wrote it.':
    'El catálogo. El instructor se muestra a todos, tal como lo escribió su autor.',
  'What somebody uploaded: their picture, documents, what they sent with messages and forms.':
    'Lo que alguien subió: su foto, sus documentos, lo que envió con mensajes y formularios.',
  'Shows what somebody agreed to, and when they took it back.':
    'Muestra qué aceptó alguien, y cuándo lo retiró.',
  'Says which account an account elsewhere signs in to.':
    'Dice en qué cuenta inicia sesión una cuenta de otro servicio.',
  'Keeps a device signed in, and lets its owner see and end that.':
    'Mantiene abierta la sesión de un dispositivo, y permite a su dueño verla y cerrarla.',
  'Shows afterwards who did what, and that nobody changed the record of it.':
    'Muestra después quién hizo qué, y que nadie cambió lo anotado.',
  'Lists the people everybody may write to, and the administrators, so that there is always one.':
    'Enumera a las personas a las que todos pueden escribir, y a los administradores, para que siempre haya uno.',
  'Makes an address belong to one account, and finds the account by it.':
    'Hace que una dirección sea de una sola cuenta, y encuentra la cuenta por ella.',
  'The account: who somebody is here, and how they sign in.':
    'La cuenta: quién es alguien aquí, y cómo inicia sesión.',
} as const
