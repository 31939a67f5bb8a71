/** Of signing up, signing in, and what protects an account. */
export const accountMessages = {
  'Sign in first.': 'Primero inicie sesión.',
  'The token is not valid. Sign in again.': 'El token no es válido. Inicie sesión de nuevo.',
  'Somebody else is signed in here by now.': 'Ahora es otra persona quien tiene la sesión abierta aquí.',
  'This session has ended. Sign in again.': 'Esta sesión terminó. Inicie sesión de nuevo.',
  'The e-mail address or the password is wrong.': 'El correo electrónico o la contraseña no son correctos.',
  'This account is suspended.': 'Esta cuenta está suspendida.',
  'This account is about to be erased. Whoever has the receipt can cancel that.':
    'Esta cuenta está por borrarse. Quien tenga el recibo puede cancelarlo.',
  'This account is already going to be erased.': 'El borrado de esta cuenta ya está en marcha.',
  'Somebody else on the staff has to approve this.': 'Otra persona del personal tiene que aprobar esto.',
  'This provider is not set up here.': 'Este proveedor no está configurado aquí.',
  'Must be a page of ours.': 'Debe ser una página nuestra.',
  'Must be a PKCE verifier (RFC 7636).': 'Debe ser un verificador PKCE (RFC 7636).',
  'The provider did not confirm who you are. Start again.':
    'El proveedor no confirmó quién es usted. Empiece de nuevo.',
  'This is the only way to sign in to this account. Set a password or add a passkey first.':
    'Esta es la única manera de entrar en esta cuenta. Primero ponga una contraseña o agregue una llave de acceso.',
  'Use at least {length} characters.': 'Use al menos {length} caracteres.',
  'Use at most {length} characters.': 'Use como máximo {length} caracteres.',
  'This password is easy to guess. Choose another one.': 'Esta contraseña es fácil de adivinar. Elija otra.',
  'This password is little more than your name or address. Choose another one.':
    'Esta contraseña es poco más que su nombre o su dirección. Elija otra.',
  'This password is in a list that was stolen elsewhere. Choose another one.':
    'Esta contraseña está en una lista robada en otro lugar. Elija otra.',
  'This is the password you have already. Choose another one.':
    'Esta es la contraseña que ya tiene. Elija otra.',
  'This code or link is wrong, has been used, or has expired. Ask for a new one.':
    'Este código o enlace no es correcto, ya se usó o caducó. Pida uno nuevo.',
  'Confirm your e-mail address first: the code is in your mailbox.':
    'Primero confirme su correo electrónico: el código está en su buzón.',
  'Must be six digits.': 'Deben ser seis dígitos.',
  'That could not be verified. Try again, or use another method.':
    'No se pudo comprobar. Inténtelo de nuevo o use otro método.',
  'First confirm that it is you: POST /api/v1/auth/step-up.':
    'Primero confirme que es usted: POST /api/v1/auth/step-up.',
  'Confirm that you read your mailbox too: POST /api/v1/auth/step-up/options mails a code.':
    'Confirme también que usted lee su buzón: POST /api/v1/auth/step-up/options envía un código.',
  'This needs a second factor. Set one up and sign in with it: GET /api/v1/auth/mfa.':
    'Esto requiere un segundo factor. Configure uno e inicie sesión con él: GET /api/v1/auth/mfa.',
  'You already have ten passkeys. Remove one that you do not use.':
    'Usted ya tiene diez llaves de acceso. Quite una que no use.',
  'Must be a version that was shown.': 'Debe ser una versión que se haya mostrado.',
  'Nobody else is an administrator. Make somebody else one first.':
    'Nadie más es administrador. Primero nombre a otra persona.',
  'Must be the name of a time zone.': 'Debe ser el nombre de una zona horaria.',
  'The account was secured while this was under way. Sign in again.':
    'La cuenta se protegió mientras esto estaba en curso. Inicie sesión de nuevo.',
  'The address was changed several times lately. Wait a few days.':
    'La dirección se cambió varias veces hace poco. Espere unos días.',
  'An account with this e-mail address already exists.': 'Ya existe una cuenta con este correo electrónico.',
  'Must be a mentor or an admin.': 'Debe ser un mentor o un administrador.',
  'It is too late to cancel this deletion.': 'Ya es demasiado tarde para cancelar esta eliminación.',
  'Must be a receipt.': 'Debe ser un recibo.',
  'Not from this page.': 'No viene de esta página.',
  'Not valid.': 'No es válido.',

  'Logged out successfully.': 'Se cerró la sesión.',
  'Your browser is signed out. What it showed belongs to no session that we know, so nothing else has ended.':
    'Se cerró la sesión en su navegador. Lo que mostró no pertenece a ninguna sesión que conozcamos, así que no terminó nada más.',
  'The password is changed. Other devices are signed out.':
    'La contraseña se cambió. Se cerró la sesión en los demás dispositivos.',
  'If there is an account with this address, a link is on its way to it.':
    'Si hay una cuenta con esta dirección, un enlace va en camino.',
  'The new password is set. Sign in with it.': 'La contraseña nueva está guardada. Entre con ella.',
  'Your address is confirmed. You can close this page.':
    'Su dirección está confirmada. Puede cerrar esta página.',
  'If your address is not confirmed yet, a new code is on its way.':
    'Si su dirección aún no está confirmada, un código nuevo va en camino.',
  'Your old address is back, every device is signed out, and the old password no longer works. A link to choose a new one is on its way to this address.':
    'Su dirección anterior está de vuelta, se cerró la sesión en todos los dispositivos y la contraseña anterior ya no sirve. Un enlace para elegir una nueva va en camino a esta dirección.',
  'What was changed since then is undone, every device is signed out, and the old password no longer works. A link to choose a new one is on its way to you.':
    'Se deshizo lo que se cambió desde entonces, se cerró la sesión en todos los dispositivos y la contraseña anterior ya no sirve. Un enlace para elegir una nueva va en camino.',
  'If the address can be used, a code is on its way to it.':
    'Si la dirección se puede usar, un código va en camino.',
  'Your address is changed. Other devices are signed out.':
    'Su dirección se cambió. Se cerró la sesión en los demás dispositivos.',
  'If this address can be used, an email is on its way to it. Confirm the address, then sign in.':
    'Si esta dirección se puede usar, un correo va en camino. Confirme la dirección y después inicie sesión.',
  'Your second factors are removed and every device is signed out. Sign in, and set up new ones.':
    'Sus segundos factores se quitaron y se cerró la sesión en todos los dispositivos. Inicie sesión y configure otros nuevos.',
  'It is canceled. Your second factors stay as they are.':
    'Está cancelado. Sus segundos factores quedan como están.',

  'The account is locked and will be erased. Until then you can cancel the deletion.':
    'La cuenta está bloqueada y se borrará. Hasta entonces puede cancelar la eliminación.',
  'The account is locked. A legal hold prevents its erasure for now: we are obliged to keep it for a legal proceeding. It will be erased when the hold ends; nobody can use it until then.':
    'La cuenta está bloqueada. Por ahora una retención legal impide borrarla: estamos obligados a conservarla para un procedimiento legal. Se borrará cuando termine la retención; hasta entonces nadie puede usarla.',
  'The account is being erased. What has been done is listed; the rest follows automatically.':
    'La cuenta se está borrando. Abajo está lo que ya se hizo; lo demás sigue automáticamente.',
  'The account and everything in it have been erased. What has to be kept is listed, with the reason.':
    'La cuenta y todo lo que contenía se borraron. Abajo está lo que debe conservarse y por qué.',
  'The deletion was cancelled. The account is as it was before: sign in.':
    'La eliminación se canceló. La cuenta está como antes: inicie sesión.',
} as const
