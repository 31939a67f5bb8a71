/** Of conversations, contacts and what is reported. */
export const messagingMessages = {
  'Must be a message of this conversation that is no answer in a thread itself.':
    'Debe ser un mensaje de esta conversación que no sea a su vez una respuesta en un hilo.',
  'Must be a message of this conversation.': 'Debe ser un mensaje de esta conversación.',
  'Must not be empty when there are no attachments.':
    'No puede quedar vacío cuando no hay archivos adjuntos.',
  'A direct conversation has exactly one other person.':
    'Una conversación directa tiene exactamente otra persona.',
  'A direct conversation has no name.': 'Una conversación directa no tiene nombre.',
  'The name and the members of a direct conversation cannot be changed.':
    'El nombre y los miembros de una conversación directa no se pueden cambiar.',
  'A group can have at most {max} members.': 'Un grupo puede tener como máximo {max} miembros.',
  'A group can have at most {max} invitations at a time. Revoke one first.':
    'Un grupo puede tener como máximo {max} invitaciones a la vez. Primero anule una.',
  'A message that was sent with it. Delete the message.': 'Un mensaje que se envió con él. Borre el mensaje.',
  'Too many people are writing here at the same time. Try again shortly.':
    'Demasiadas personas escriben aquí al mismo tiempo. Inténtelo de nuevo en un rato.',
  'Ask for at most 200 conversations.': 'Pida 200 conversaciones como máximo.',
  'You left this conversation while it was exported.':
    'Usted salió de esta conversación mientras se exportaba.',
  'Must not be suspended.': 'No puede ser alguien suspendido.',
  'Must be members of this conversation.': 'Deben ser miembros de esta conversación.',
  'Must be one emoji.': 'Debe ser un emoji.',
  'Use only one of before, after and around.': 'Use solo uno de before, after y around.',
  'Use only one of before and after.': 'Use solo uno de before y after.',
  'Another message was sent with this clientMessageId.': 'Con este clientMessageId se envió otro mensaje.',
  'A message can have at most {max} different emoji.':
    'Un mensaje puede tener como máximo {max} emojis distintos.',
  'This message has been deleted.': 'Este mensaje se borró.',
  'A conversation can have at most {max} pinned messages.':
    'Una conversación puede tener como máximo {max} mensajes fijados.',
  'What is archived or hidden cannot be pinned.': 'Lo archivado u oculto no se puede fijar.',
  'At most {max} conversations can be pinned.': 'Se pueden fijar como máximo {max} conversaciones.',
  'Slow mode is on here.': 'Aquí está activado el modo lento.',
  'Too many reports.': 'Demasiadas denuncias.',
  'Goes with the status resolved, and only with it.': 'Va con el estado resolved, y solo con él.',
  'Whoever wrote this has no mailbox: a guest, or somebody who is gone.':
    'Quien escribió esto no tiene buzón: es un invitado, o alguien que ya no está.',
  'Too many connections.': 'Demasiadas conexiones.',
  'This did not come from our service.': 'Esto no vino de nuestro servicio.',
  'Events are not accepted from this host.': 'No se aceptan eventos de este servidor.',
  'There is no such event.': 'No hay tal evento.',
  'This account is not allowed to connect.': 'Esta cuenta no tiene permiso para conectarse.',
  'The first request with this key is still being answered. Try again in a moment.':
    'La primera solicitud con esta clave todavía se está respondiendo. Inténtelo de nuevo en un momento.',
  'This key has already been used with another request.': 'Esta clave ya se usó con otra solicitud.',
} as const
