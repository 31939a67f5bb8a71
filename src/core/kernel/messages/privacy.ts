/** Of what stays after an account was erased, and why. */
export const privacyMessages = {
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
} as const
